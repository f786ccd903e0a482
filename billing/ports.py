"""The Ledger port: the one place where billing speaks to whatever receives invoices.

`settings.LEDGERS` names the implementations, in the manner of Django's CACHES; an invoice names its destination when
it is raised and keeps it. This is the single inversion in the house (architecture: Speaking upward).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from billing.models import BillingPlan, Invoice
from billing.records import Attempt as Attempt
from billing.records import Deviation as Deviation
from billing.records import Pause as Pause
from billing.records import Whereabouts as Whereabouts
from clients.models import Practice, User


class Tone(StrEnum):
    """How a finding looks: passed, look at it, held back."""

    GREEN = "good"
    AMBER = "warn"
    RED = "bad"


@dataclass(frozen=True, slots=True)
class ContactStanding:
    """What the ledger knows about one client's counterpart.

    `kind`: linked, suggested, unmatched, archived, merged or missing. Green is plain text; amber will work but should
    be looked at (a contact will be created, a likely match waits); red is held back.
    """

    client_id: int
    kind: str
    label: str
    tone: Tone
    sentence: str = ""
    fix_url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the pre-flight: what was checked, how it stands, the fix, and the clients it concerns."""

    code: str
    tone: Tone
    title: str
    sentence: str = ""
    fix_label: str = ""
    fix_url: str = ""
    client_ids: frozenset[int] = field(default_factory=frozenset)


class Ledger(Protocol):
    """What a ledger must do for us.

    `enqueue` runs inside the caller's transaction, may write rows, must not touch the network, and is idempotent for
    the same invoice: a second call for one that waits changes nothing, for one that was refused it queues it again.
    `enqueue_all` is the same for the invoices of one practice at once, in a number of queries that does not grow with
    them: a plan of a thousand clients is raised in one transaction.
    `withdraw` takes an invoice out of the queue and answers whether that was still possible.
    `standings` answers for the clients asked for; without `client_ids`, only those that are not green.
    `wake` tells the ledger that something it waited for (a hold, a repair) may be over; cheap and repeatable.
    `is_connected` answers whether the practice has this ledger at all; one that is lost for now is had, and held.
    `pause` says why it takes nothing of the practice for hours although it lets us in, and until when; None while it
    does, and for a wait of minutes. A reading: nobody has to do anything for it to end.
    `whereabouts` says where invoices are that may go and have not arrived; one it does not know is left out.
    `history` is what happened to one invoice on its way, in any order: each attempt, its answer, the reading back.
    `differing` selects the invoices that stand otherwise in the ledger than they were sent, while nobody has said that
    this is known; it is a query, so that a page can count and sort with it. `differences` says how, for these
    invoices, those that were seen included. `note_seen` is a person saying so; False when there was nothing to see.
    `prepare` makes what the ledger's app knows of the ledger fresh: True when it is, or when that cannot be done now;
    False after asking for it, without waiting. Ask again.
    """

    def enqueue(self, invoice: Invoice, *, at: datetime) -> None: ...

    def enqueue_all(self, invoices: Sequence[Invoice], *, at: datetime) -> None: ...

    def withdraw(self, invoice: Invoice, *, at: datetime) -> bool: ...

    def standings(
        self, practice: Practice, client_ids: Collection[int] | None = None
    ) -> dict[int, ContactStanding]: ...

    def preflight(self, plan: BillingPlan, *, at: datetime) -> list[Finding]: ...

    def wake(self, practice: Practice, *, at: datetime) -> None: ...

    def is_connected(self, practice: Practice) -> bool: ...

    def pause(self, practice: Practice, *, at: datetime) -> Pause | None: ...

    def whereabouts(
        self, practice: Practice, invoice_ids: Collection[int], *, at: datetime
    ) -> dict[int, Whereabouts]: ...

    def history(self, invoice: Invoice) -> list[Attempt]: ...

    def differing(self, practice: Practice) -> QuerySet[Invoice]: ...

    def differences(self, practice: Practice, invoice_ids: Collection[int]) -> list[Deviation]: ...

    def note_seen(self, invoice: Invoice, *, by: User, at: datetime) -> bool: ...

    def prepare(self, practice: Practice, *, at: datetime) -> bool: ...


class NoLedger:
    """No ledger is set up: invoices simply wait."""

    def enqueue(self, invoice: Invoice, *, at: datetime) -> None:
        return None

    def enqueue_all(self, invoices: Sequence[Invoice], *, at: datetime) -> None:
        return None

    def withdraw(self, invoice: Invoice, *, at: datetime) -> bool:
        return True

    def standings(self, practice: Practice, client_ids: Collection[int] | None = None) -> dict[int, ContactStanding]:
        return {}

    def preflight(self, plan: BillingPlan, *, at: datetime) -> list[Finding]:
        return [Finding("no_ledger", Tone.RED, "No ledger is connected", "Connect Xero before you approve.")]

    def wake(self, practice: Practice, *, at: datetime) -> None:
        return None

    def is_connected(self, practice: Practice) -> bool:
        return False

    def pause(self, practice: Practice, *, at: datetime) -> Pause | None:
        return None

    def whereabouts(self, practice: Practice, invoice_ids: Collection[int], *, at: datetime) -> dict[int, Whereabouts]:
        return {}

    def history(self, invoice: Invoice) -> list[Attempt]:
        return []

    def differing(self, practice: Practice) -> QuerySet[Invoice]:
        return Invoice.objects.for_practice(practice).none()

    def differences(self, practice: Practice, invoice_ids: Collection[int]) -> list[Deviation]:
        return []

    def note_seen(self, invoice: Invoice, *, by: User, at: datetime) -> bool:
        return False

    def prepare(self, practice: Practice, *, at: datetime) -> bool:
        return True


@cache
def _load(path: str) -> Ledger:
    ledger: Ledger = import_string(path)()
    return ledger


def get_ledger(destination: str) -> Ledger:
    """The ledger behind a destination's name; `NoLedger` when the setting has none by that name."""
    path = settings.LEDGERS.get(destination)
    return _load(path) if path else NoLedger()


def all_ledgers() -> list[Ledger]:
    """Every ledger that is set up."""
    return [_load(path) for path in settings.LEDGERS.values()]
