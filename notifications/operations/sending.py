"""Letters go out at least once: claimed by a guarded update, sent outside any transaction, then marked."""

from datetime import datetime, timedelta
from email.utils import formataddr

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from clients.models import Practice
from notifications.models import Message
from notifications.records import LAST_ATTEMPT, LEASE, wait_before, without_doors

log = structlog.get_logger(__name__)
DUE = (Message.Status.WAITING, Message.Status.SENDING)


def send_due(*, at: datetime, limit: int = 25) -> bool:
    """Sends what is due at `at`; True when there is more.

    A letter being sent carries its lease in `not_before`: where a worker died, it becomes due again when the lease is
    over. So a letter may go out twice, but never not at all.
    """
    due = Message.objects.across_practices().filter(status__in=DUE, not_before__lte=at)
    found = list(due.select_related("practice").order_by("not_before", "pk")[: limit + 1])
    for message in found[:limit]:
        if _claim(message, at):
            _send(message, at)
    return len(found) > limit


def _claim(message: Message, at: datetime) -> bool:
    """Only the process that still finds the row as it was read may send it."""
    row = message.practice.messages.filter(pk=message.pk, status=message.status, not_before=message.not_before)
    lease = at + LEASE
    claimed = row.update(status=Message.Status.SENDING, not_before=lease, attempts=F("attempts") + 1)
    message.not_before, message.attempts = lease, message.attempts + 1
    return bool(claimed)


def _send(message: Message, at: datetime) -> None:
    try:
        _post(message)
    except (OSError, ValueError) as problem:  # a server that refuses, or words that no header can carry
        _put_off(message, at, problem)
    else:
        _finish(message, status=Message.Status.SENT, sent_at=at, problem="", **_words_to_keep(message))


def _words_to_keep(message: Message) -> dict[str, str]:
    """A link that opens something is the recipient's alone once it has arrived; only its hash is kept elsewhere."""
    return {name: without_doors(getattr(message, name)) for name in ("text", "html", "url")}


def _post(message: Message) -> None:
    """Hands the letter to the mail server. The subject is on one line since it was rendered."""
    sender = " ".join(message.practice.name.split())
    address = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        formataddr((sender, address)),
        [message.recipient],
        reply_to=[message.practice.email] if message.practice.email else None,
        headers={"Message-ID": f"<letter-{message.pk}@{settings.SITE_HOST}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    for file in message.attachments.all():
        mail.attach(file.name, bytes(file.content), file.mime_type)
    mail.send()


def _put_off(message: Message, at: datetime, problem: Exception) -> None:
    """Rests and tries again; after the last attempt the letter is shown as not accepted, with the server's words."""
    log.warning("letter_not_accepted", message_id=message.pk, attempt=message.attempts, problem=type(problem).__name__)
    is_last = message.attempts >= LAST_ATTEMPT
    status = Message.Status.FAILED if is_last else Message.Status.WAITING
    wait = timedelta() if is_last else wait_before(message.attempts)
    _finish(message, status=status, not_before=at + wait, problem=str(problem)[:500])


def _finish(message: Message, **changes: object) -> None:
    """Writes the outcome where our lease still stands."""
    ours = message.practice.messages.filter(pk=message.pk, status=Message.Status.SENDING, not_before=message.not_before)
    ours.update(**changes)


def release_held(*, practice: Practice, at: datetime) -> int:
    """After Safe Mode: the letters to clients that waited in the preview outbox go out. How many."""
    held = practice.messages.filter(status=Message.Status.HELD)
    return held.update(status=Message.Status.WAITING, not_before=at)
