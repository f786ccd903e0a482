"""What a ledger can tell about an invoice that was handed to it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an invoice is that may go and has not arrived: a code for programs, a heading, why and what happens next.

    `is_away` when it may have left us, so that it cannot be taken back before that is known; `until` when the ledger
    asked to be left alone.
    """

    code: str
    title: str
    sentence: str
    until: datetime | None = None
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a ledger takes nothing for hours although it lets us in, and what happens when. It goes on by itself."""

    reason: str
    until: datetime
    goes_on: str = "Posting resumes at"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that happened to an invoice on its way: when, what, and what the ledger said."""

    at: datetime
    text: str
    tone: str = ""
    said: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """How an invoice in the ledger differs from ours; `is_seen` once a person has said that it is known."""

    invoice_id: int
    code: str
    title: str
    sentence: str
    found_at: datetime
    is_seen: bool = False
