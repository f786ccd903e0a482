"""Letters are written inside the transaction that causes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from clients.models import Practice
from notifications.documents import letter
from notifications.models import Attachment, Message
from notifications.records import ALWAYS_SENT, File, Recipient


def write_letters(
    *,
    practice: Practice,
    slug: str,
    cause: str,
    recipients: Sequence[Recipient],
    context: dict[str, Any],
    audience: str,
    at: datetime,
    url: str,
    attachments: Sequence[File],
    not_before: datetime,
) -> int:
    """One letter per recipient and cause, rendered now so that what was said stays said. How many are new."""
    known = set(practice.messages.filter(cause=cause).values_list("recipient", flat=True))
    written = 0
    for recipient in {person.email.lower(): person for person in recipients if person.email}.values():
        if recipient.email.lower() in known:
            continue
        message = Message(
            practice=practice,
            slug=slug,
            cause=cause,
            audience=audience,
            recipient=recipient.email.lower(),
            user=recipient.user,
            url=url,
            status=_first_status(practice, slug, audience, recipient),
            created_at=at,
            not_before=not_before,
        )
        _render(message, recipient, context)
        written += _store(message, attachments)
    return written


def _first_status(practice: Practice, slug: str, audience: str, recipient: Recipient) -> Message.Status:
    if audience == Message.Audience.CLIENT and practice.is_safe_mode:
        return Message.Status.HELD
    if recipient.user and slug in recipient.user.muted_notices and slug not in ALWAYS_SENT:
        return Message.Status.MUTED
    return Message.Status.WAITING


def _render(message: Message, recipient: Recipient, context: dict[str, Any]) -> None:
    address = message.url if "://" in message.url else f"{settings.SITE_URL}{message.url}"
    known = {"practice": message.practice, "recipient": recipient, "url": address if message.url else ""}
    written = letter(message.slug, {**known, **context})
    message.subject, message.text, message.html = written.subject, written.text, written.html


def _store(message: Message, attachments: Sequence[File]) -> bool:
    """False where another process wrote this very letter a moment before; the caller's transaction stands."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            Attachment.objects.bulk_create(
                Attachment(
                    practice=message.practice,
                    message=message,
                    name=file.name,
                    mime_type=file.mime_type,
                    content=file.content,
                )
                for file in attachments
            )
    except IntegrityError:
        return False
    return True
