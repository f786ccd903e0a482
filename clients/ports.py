"""What this app asks of rooms above it, by names in the settings, since it may not import them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from clients.models import Client, Practice


class InvitationLetter(Protocol):
    """Writes the letter that carries an invitation's link.

    Runs inside the caller's transaction, may write rows, must not touch the network, and writes one letter per cause.
    """

    def __call__(
        self, *, practice: Practice, email: str, cause: str, context: dict[str, Any], url: str, at: datetime
    ) -> int: ...


def invitation_letter() -> InvitationLetter:
    """The letterbox that `settings.INVITATION_LETTER` names."""
    found: InvitationLetter = import_string(settings.INVITATION_LETTER)
    return found


MatchFilter = Callable[[Practice, str], QuerySet[Client]]


def match_states() -> Mapping[str, str]:
    """The match states by which the list of clients can be filtered: value → label; none without a ledger."""
    states: Mapping[str, str] = getattr(settings, "MATCH_STATES", {})
    return states


def in_match_state(clients: QuerySet[Client], practice: Practice, state: str) -> QuerySet[Client]:
    """Clients in this match state, as the ledger's app knows it: `settings.MATCH_FILTER` names the function."""
    path: str = getattr(settings, "MATCH_FILTER", "")
    if not path or state not in match_states():
        return clients
    found: MatchFilter = import_string(path)
    return clients.filter(pk__in=found(practice, state).values("pk"))
