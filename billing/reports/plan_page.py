"""A billing plan as the page shows it: its rows, their order, what filters them, and twelve months beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from django.db.models import Exists, OuterRef, Q

from billing.models import BillingPlan, BillingSettings, PlanLine, PlanRow

NOTHING = Decimal("0.00")
GOOD, BAD = "good", "bad"
CHANGE_ORDER: Mapping[str, int] = {
    change: index
    for index, change in enumerate(
        (
            PlanRow.Change.NEW,
            PlanRow.Change.RETURNING,
            PlanRow.Change.EXPANSION,
            PlanRow.Change.CONTRACTION,
            PlanRow.Change.CHANGED,
            PlanRow.Change.CYCLICAL,
            PlanRow.Change.CHURN,
            PlanRow.Change.NONE,
        )
    )
}


class Standing(Protocol):
    """What the ledger knows about a client's contact: the port's ContactStanding, as far as a row needs it."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def tone(self) -> str: ...

    @property
    def fix_url(self) -> str: ...


def contact_label(standing: Standing) -> str:
    """How a contact reads on one line."""
    words = {
        "suggested": f"{standing.label}?",
        "unmatched": "Will be created",
        "archived": f"Archived: {standing.label}",
        "merged": f"Merged: {standing.label}",
        "missing": f"Missing: {standing.label}",
    }
    return words.get(standing.kind, standing.label)


@dataclass(frozen=True, slots=True)
class Entry:
    """One client's row of a plan with what is known about its contact; light, since a plan may hold a thousand."""

    client_id: int
    name: str
    change: str
    amount: Decimal
    last_amount: Decimal
    line_count: int
    last_line_count: int
    owner_id: int | None
    owner: str | None
    template_id: int | None
    template: str | None
    posting_status: str | None
    is_uncoded: bool = False
    standing: Standing | None = None
    drift: str = ""

    @property
    def difference(self) -> Decimal:
        return self.amount - self.last_amount

    @property
    def is_unchanged(self) -> bool:
        return self.change == PlanRow.Change.NONE

    @property
    def has_warning(self) -> bool:
        return self.standing is not None and self.standing.tone != GOOD

    @property
    def is_held(self) -> bool:
        """It is billed, and something is red: its contact, or what billing itself found."""
        held_by_contact = self.standing is not None and self.standing.tone == BAD
        return self.amount > 0 and (held_by_contact or self.is_uncoded)

    @property
    def finding(self) -> str:
        """What billing itself has against it."""
        return "No usable account code" if self.amount > 0 and self.is_uncoded else ""

    @property
    def contact(self) -> str:
        """The contact's cell: its name, what will become of it, or what is wrong with it."""
        if self.standing is None:
            return ""
        return contact_label(self.standing)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    change: str = ""
    has_warnings: bool = False
    owner: str = ""
    template: str = ""
    text: str = ""
    sort: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.change or self.has_warnings or self.owner or self.template or self.text)


def entries(
    plan: BillingPlan,
    settings: BillingSettings,
    standings: Callable[[Sequence[int]], Mapping[int, Standing]] = lambda _: {},
    drift: Mapping[int, str] = MappingProxyType({}),
) -> list[Entry]:
    """Every row of the plan, in one query, with what the ledger and billing itself have found about it.

    `standings` is asked once, for all its clients.
    """
    own = ("client_id", "client_name", "change", "amount", "last_amount", "line_count", "last_line_count")
    owner = ("client__owner_id", "client__owner__name")
    billing = ("client__billing__template_id", "client__billing__template__name", "client__billing__posting_status")
    rows = PlanRow.objects.for_practice(plan.practice_id).filter(plan=plan).order_by()
    lines = PlanLine.objects.for_practice(plan.practice_id).filter(row=OuterRef("pk"))
    checked = rows.annotate(is_uncoded=Exists(lines.filter(uncoded(settings))))
    found = list(checked.values_list(*own, *owner, *billing, "is_uncoded"))
    standing = standings([row[0] for row in found])
    return [Entry(*(*row, standing.get(row[0]), drift.get(row[0], ""))) for row in found]


def uncoded(settings: BillingSettings) -> Q:
    """Lines that cannot be sent: their account is gone, or they have none and there is no usable default."""
    gone = Q(engaged_service__ledger_account__is_archived=True) | Q(engaged_service__ledger_account__is_missing=True)
    defaults = {
        PlanLine.Kind.RECURRING: settings.recurring_account,
        PlanLine.Kind.ALIGNMENT: settings.recurring_account,
        PlanLine.Kind.ONE_OFF: settings.one_off_account,
    }
    without = [kind for kind, account in defaults.items() if account is None or not account.is_usable]
    return gone | Q(engaged_service__ledger_account=None, kind__in=without)


def shown(found: Iterable[Entry], wanted: Wanted) -> list[Entry]:
    """The rows asked for, in the order asked for; by itself: held ones, then changes, then the unchanged."""
    return ordered([entry for entry in found if _is_wanted(entry, wanted)], wanted.sort)


def _is_wanted(entry: Entry, wanted: Wanted) -> bool:
    return (
        (not wanted.change or entry.change == wanted.change)
        and (not wanted.has_warnings or entry.has_warning)
        and (not wanted.owner or str(entry.owner_id or "none") == wanted.owner)
        and (not wanted.template or str(entry.template_id or "none") == wanted.template)
        and (not wanted.text or wanted.text.casefold() in entry.name.casefold())
    )


SORTS: Mapping[str, Callable[[Entry], Any]] = {
    "client": lambda entry: entry.name.casefold(),
    "change": lambda entry: (CHANGE_ORDER[entry.change], entry.name.casefold()),
    "this": lambda entry: entry.amount,
    "last": lambda entry: entry.last_amount,
    "difference": lambda entry: entry.difference,
    "lines": lambda entry: entry.line_count,
}


def ordered(found: Sequence[Entry], sort: str) -> list[Entry]:
    by_name = sorted(found, key=SORTS["client"])
    key = SORTS.get(sort.lstrip("-"))
    if key is None:
        return sorted(by_name, key=lambda entry: (not entry.is_held, CHANGE_ORDER[entry.change]))
    return sorted(by_name, key=key, reverse=sort.startswith("-"))


def neighbours(found: Sequence[Entry], client_id: int) -> tuple[int | None, int | None]:
    """The clients before and after one in the page's own order."""
    ids = [entry.client_id for entry in found]
    if client_id not in ids:
        return None, None
    index = ids.index(client_id)
    return (ids[index - 1] if index else None), (ids[index + 1] if index + 1 < len(ids) else None)
