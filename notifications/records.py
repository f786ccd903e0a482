"""Who a letter goes to, what goes with it, and which kinds a person may switch off. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta

from clients.models import User


@dataclass(frozen=True)
class Recipient:
    """An address to write to; with a user it is a notice in the application too."""

    email: str
    name: str
    user: User | None = None


@dataclass(frozen=True)
class File:
    """A file that goes with a letter."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A rendered letter: the same words as text and as HTML."""

    subject: str
    text: str
    html: str


DOORS = re.compile(r"(/(?:sign|invitations)/)[\w-]{20,}")


def without_doors(text: str) -> str:
    """The words of a letter, with … where an address opens something to whoever holds it: only the recipient may."""
    return DOORS.sub(r"\1…", text)


ALWAYS_SENT = frozenset({"connection_lost", "connection_reminder", "connection_restored", "invitation"})

KINDS = {
    "plan_ready": "A billing plan is ready for review",
    "plan_not_approved": "A plan is still not approved on the 1st",
    "plan_eve": "What will fail when a plan posts, the day before and the hour before",
    "plan_altered": "An approved plan was stopped because its lines had changed",
    "plan_posted": "A plan has been posted, with its totals",
    "invoices_refused": "Invoices were refused",
    "not_in_ledger": "Every morning: the invoices that are not in Xero, if there are any",
    "acceptance_refused": "An on-acceptance invoice was refused",
    "proposal_viewed": "A proposal was viewed",
    "proposal_signed": "A proposal was signed",
    "proposal_declined": "A proposal was declined",
    "proposal_expiring": "A proposal is about to expire",
    "start_to_confirm": "A start date is to be confirmed",
}

LEASE = timedelta(minutes=15)
LAST_ATTEMPT = 10


def wait_before(attempt: int) -> timedelta:
    """How long a letter rests after its n-th failed attempt: 1, 2, 4 … minutes, at most 6 hours."""
    return timedelta(minutes=min(2 ** max(attempt - 1, 0), 360))
