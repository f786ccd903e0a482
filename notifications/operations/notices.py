"""What a person has read, and what they want to be written about."""

from collections.abc import Iterable
from datetime import datetime

from clients.models import Practice, User
from notifications.models import Message
from notifications.records import KINDS


def mark_read(*, message: Message, at: datetime) -> bool:
    """False when it had been read before."""
    return bool(message.practice.messages.filter(pk=message.pk, read_at=None).update(read_at=at))


def mark_all_read(*, practice: Practice, user: User, at: datetime) -> int:
    """How many were unread."""
    return Message.objects.for_practice(practice).for_user(user).unread().update(read_at=at)


def mute(*, user: User, kinds: Iterable[str]) -> User:
    """These kinds come as notices only, without an e-mail. A kind that cannot be switched off is left out."""
    user.muted_notices = sorted(set(kinds) & set(KINDS))
    user.save(update_fields=["muted_notices"])
    return user
