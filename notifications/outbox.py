"""The letterbox's front door: what the rest of the house may ask of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from clients.models import Membership, Practice, User
from notifications import operations
from notifications.models import Message
from notifications.records import File as File
from notifications.records import Recipient as Recipient
from notifications.tasks import send_due

Audience = Message.Audience


def write(
    *,
    practice: Practice,
    slug: str,
    cause: str,
    recipients: Sequence[Recipient],
    context: dict[str, Any],
    audience: str,
    at: datetime,
    url: str = "",
    attachments: Sequence[File] = (),
    not_before: datetime | None = None,
) -> int:
    """Writes one letter per recipient, once per cause whatever is repeated; how many are new.

    Runs inside the caller's transaction and touches no network: a task sends the letters once it has committed. The
    templates of `emails/<slug>/` get `context` with `practice`, `recipient` and `url` (absolute; given as a path).
    """
    written = operations.write_letters(
        practice=practice,
        slug=slug,
        cause=cause,
        recipients=recipients,
        context=context,
        audience=audience,
        at=at,
        url=url,
        attachments=attachments,
        not_before=not_before or at,
    )
    if written:
        _ring()
    return written


def _ring() -> None:
    """Once the letters are committed. Should the broker be away, the clock finds them within half a minute."""
    transaction.on_commit(lambda: send_due.delay(), robust=True)


def to_team(practice: Practice) -> list[Recipient]:
    """Everybody who can log in to the practice."""
    members = Membership.objects.for_practice(practice).with_login().select_related("user")
    return [_recipient(member) for member in members]


def to_approvers(practice: Practice) -> list[Recipient]:
    """Those who may approve its billing plans."""
    members = Membership.objects.for_practice(practice).approvers().select_related("user")
    return [_recipient(member) for member in members]


def _recipient(member: Membership) -> Recipient:
    email = member.user.email if member.user else member.email
    return Recipient(email=email, name=member.name, user=member.user)


def deliver_held(*, practice: Practice, at: datetime) -> int:
    """Sends the letters to clients that Safe Mode held back. How many."""
    released = operations.release_held(practice=practice, at=at)
    _ring()
    return released


def held_count(practice: Practice) -> int:
    """How many letters to clients wait in the preview outbox."""
    return practice.messages.filter(status=Message.Status.HELD).count()


def unread_count(user: User, practice: Practice) -> int:
    """What the bell shows."""
    return Message.objects.for_practice(practice).for_user(user).unread().count()


def invite(*, practice: Practice, email: str, cause: str, context: dict[str, Any], url: str, at: datetime) -> int:
    """The letter of an invitation; `clients` finds it by settings.INVITATION_LETTER, since it stands below us."""
    to = [Recipient(email=email, name=str(context.get("name", "")))]
    audience = Audience.USER
    return write(
        practice=practice,
        slug="invitation",
        cause=cause,
        recipients=to,
        context=context,
        audience=audience,
        at=at,
        url=url,
    )


def deliver_due(*, at: datetime) -> bool:
    """Sends a first lot of what was due by then; whether there is more. For the operators' tick."""
    return operations.send_due(at=at)
