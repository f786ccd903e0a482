"""Invoices that should be in the ledger and are not, or not as they were sent: sorted, named, and put together. Pure.

Every one has a kind (what sort of trouble), a code for programs, a heading and a sentence. Invoices of one kind, code
and reason stand together, so that one fix releases all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Min, Q, QuerySet, Sum, Value, When

from billing.models import Invoice
from billing.records import Deviation, OpenHold, Whereabouts
from billing.reports import refusals

LATE = timedelta(minutes=15)
NOTHING = Decimal("0.00")


class Kind(StrEnum):
    """What sort of trouble it is, the worst first."""

    REFUSED = "refused"
    PERSON = "person"
    STUCK = "stuck"
    DIFFERS = "differs"


KIND_LABELS = {Kind.PERSON: "Waits for you", Kind.STUCK: "Waits too long", Kind.DIFFERS: "Differs in Xero"}
LABELS = {
    "CONTACT_ARCHIVED": "Archived contact",
    "CONTACT_MERGED": "Merged contact",
    "CONTACT_MISSING": "Missing contact",
    "CONTACT_NAME_TAKEN": "Contact’s name taken",
    "ACCOUNT_INVALID": "Account code",
    "ACCOUNT_MISSING": "No account code",
    "TRACKING_INVALID": "Tracking",
    "TEMPLATE_MISSING": "Branding theme",
    "LOCKED_PERIOD": "Locked period",
    "CURRENCY_OTHER": "Other currency",
    "NUMBER_TAKEN": "Number taken",
    "REFERENCE_TAKEN": "Mixed up in Xero",
    "OTHER_ORGANISATION": "Other organisation",
    "SET_ASIDE": "Set aside",
    "LINK_REFUSED": "Address of Socket",
    "VALIDATION": "Not accepted",
}
HOLD_TITLES = {
    "safe_mode": "Safe Mode is on",
    "connection_lost": "The connection to Xero is lost",
    "wrong_organisation": "Xero is connected to another organisation",
    "confirmation": "Nobody has confirmed what waited in Safe Mode",
    "not_connected": "Xero is not connected",
}
UNRELEASED = "WAITING_FOR_A_PERSON"
NOT_QUEUED = Whereabouts(
    "NOT_QUEUED", "In no queue to a ledger", "It is wanted, and nothing will send it by itself. Queue it again."
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One invoice that is not in the ledger as it should be: what sort, which code, what is the case, since when."""

    invoice: Invoice
    kind: Kind
    code: str
    title: str
    text: str
    since: datetime
    said: str = ""
    is_away: bool = False
    until: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What invoices have to share to stand together."""
        return (self.kind, self.code, self.invoice.refusal_reason if self.kind == Kind.REFUSED else self.title)

    def is_late(self, at: datetime) -> bool:
        """It has waited longer than posting takes."""
        return self.since <= at - LATE

    @property
    def owner(self) -> str:
        """Who is to see to it: the client's owner, else whoever raised it or approved its plan."""
        invoice = self.invoice
        approver = invoice.plan.approved_by if invoice.plan else None
        return str(invoice.client.owner or invoice.raised_by or approver or "")


@dataclass(slots=True)
class Cause:
    """One cause and the invoices of this page that it holds; how many and how much it holds in all."""

    first: Trouble
    troubles: list[Trouble] = field(default_factory=list)
    count: int = 0
    amount: Decimal = NOTHING

    @property
    def text(self) -> str:
        """Why, what to do, and what happens then, for all of them."""
        if not self.is_refusal:
            return self.first.text
        return refusals.text_of(self.first.invoice, {trouble.invoice.kind for trouble in self.troubles})

    @property
    def said(self) -> str:
        """The ledger's words, each once."""
        return "\n".join(list(dict.fromkeys(trouble.said for trouble in self.troubles if trouble.said))[:5])

    @property
    def is_refusal(self) -> bool:
        return self.first.kind == Kind.REFUSED

    @property
    def is_partial(self) -> bool:
        """The rest stands on other pages."""
        return self.count > len(self.troubles)

    @property
    def client_id(self) -> int | None:
        """The one client whom it concerns, if it is one."""
        clients = {trouble.invoice.client_id for trouble in self.troubles}
        return clients.pop() if len(clients) == 1 and not self.is_partial else None


# ── Which invoices ───────────────────────────────────────────────────────────────────────────────────────────────────


def refused() -> Q:
    return Q(status=Invoice.Status.REFUSED)


def for_a_person() -> Q:
    return Q(status=Invoice.Status.RAISED, is_released=False)


def stuck(at: datetime) -> Q:
    """Free to go for a quarter of an hour, and not there."""
    return Q(status=Invoice.Status.RAISED, is_released=True, waiting_since__lte=at - LATE)


def together(several: Sequence[QuerySet[Invoice]]) -> QuerySet[Any]:
    """The keys of all of these, each found by an index of its own, which OR between them would forbid."""
    first, *others = (invoices.order_by().values("pk") for invoices in several)
    return first.union(*others)


def altered_or_due_before(today: date) -> Q:
    """Of approved plans, those that stand still."""
    return Q(altered_at__isnull=False) | Q(posts_on__lt=today)


def with_kind(invoices: QuerySet[Invoice], at: datetime) -> QuerySet[Any]:
    """Each with its kind as `kind_of_trouble`; what is none of the others can only differ."""
    kind = Case(
        When(refused(), then=Value(str(Kind.REFUSED))),
        When(for_a_person(), then=Value(str(Kind.PERSON))),
        When(stuck(at), then=Value(str(Kind.STUCK))),
        default=Value(str(Kind.DIFFERS)),
        output_field=CharField(),
    )
    return invoices.annotate(kind_of_trouble=kind)


RANK = Case(
    *(When(kind_of_trouble=str(kind), then=Value(position)) for position, kind in enumerate(Kind)), default=Value(9)
)


def in_order(invoices: QuerySet[Any]) -> QuerySet[Any]:
    """Those of one cause beside each other, the oldest first."""
    return invoices.order_by(RANK, "refusal_code", "refusal_reason", "waiting_since", "pk")


@dataclass(frozen=True, slots=True)
class Heap:
    """How many invoices of one kind, code and reason there are, how much they come to and since when they wait."""

    kind: str
    code: str
    reason: str
    count: int
    amount: Decimal
    since: datetime

    @property
    def cause(self) -> str:
        """By which the page can be narrowed: the code of what was refused, else the kind."""
        return self.code if self.kind == Kind.REFUSED else self.kind

    @property
    def label(self) -> str:
        return LABELS.get(self.code, self.code) if self.kind == Kind.REFUSED else KIND_LABELS[Kind(self.kind)]


def heaps(invoices: QuerySet[Any]) -> list[Heap]:
    """All of them in one query, whatever their number; the worst kind and the biggest heap first."""
    grouped = invoices.order_by().values_list("kind_of_trouble", "refusal_code", "refusal_reason")
    rows = grouped.annotate(Count("pk"), Sum("total"), Min("waiting_since"))
    found = [Heap(kind, code, reason, count, Decimal(total), since) for kind, code, reason, count, total, since in rows]
    return sorted(found, key=lambda heap: (list(Kind).index(Kind(heap.kind)), -heap.count, heap.code))


def by_cause(sizes: Iterable[Heap]) -> list[Heap]:
    """The heaps that are narrowed to by one word, as one each."""
    found: dict[str, Heap] = {}
    for heap in sizes:
        known = found.get(heap.cause)
        if known:
            count, amount, since = known.count + heap.count, known.amount + heap.amount, min(known.since, heap.since)
            found[heap.cause] = replace(known, count=count, amount=amount, since=since)
        else:
            found[heap.cause] = heap
    return list(found.values())


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def trouble_of(
    invoice: Invoice, *, hold: OpenHold | None, place: Whereabouts | None, deviations: Iterable[Deviation]
) -> Trouble:
    """What is the matter with this invoice, from what billing and its ledger know of it."""
    if invoice.is_refused:
        return _refusal(invoice)
    if invoice.is_waiting and not invoice.is_released:
        text = "They fire once, at signing, and could not be sent then. Nothing goes out before somebody says so."
        title = "Acceptance invoices that wait for you"
        return Trouble(invoice, Kind.PERSON, UNRELEASED, title, text, invoice.raised_at)
    if invoice.is_waiting:
        return _delay(invoice, hold, place or NOT_QUEUED)
    return _difference(invoice, [each for each in deviations if not each.is_seen])


def _refusal(invoice: Invoice) -> Trouble:
    return Trouble(
        invoice=invoice,
        kind=Kind.REFUSED,
        code=invoice.refusal_code,
        title=refusals.title_of(invoice),
        text=refusals.text_of(invoice),
        since=invoice.refused_at or invoice.raised_at,
        said=invoice.ledger_words,
    )


def _delay(invoice: Invoice, hold: OpenHold | None, place: Whereabouts) -> Trouble:
    since = invoice.waiting_since
    if hold and not place.is_away:
        title = HOLD_TITLES.get(hold.reason, "Nothing is sent at present")
        return Trouble(invoice, Kind.STUCK, hold.reason.upper(), title, hold.sentence, since)
    return Trouble(
        invoice, Kind.STUCK, place.code, place.title, place.sentence, since, is_away=place.is_away, until=place.until
    )


def _difference(invoice: Invoice, deviations: list[Deviation]) -> Trouble:
    since = min((each.found_at for each in deviations), default=invoice.posted_at or invoice.raised_at)
    said = "\n".join(each.sentence for each in deviations)
    closed = "Delete it there, or mark it as seen if it is meant to stand there."
    advice = closed if invoice.is_cancelled else "If the fee has changed for good, adjust the proposal."
    text = f"Socket reports it and changes nothing there. {advice}"
    code = deviations[0].code if deviations else "DIFFERS"
    title = deviations[0].title if deviations else "It differs in the ledger"
    return Trouble(invoice, Kind.DIFFERS, code, title, text, since, said=said)


def causes(troubles: Iterable[Trouble], sizes: Iterable[Heap]) -> list[Cause]:
    """Troubles under their causes, in the order in which they come; with the size of the whole heap where known."""
    found: dict[tuple[str, str, str], Cause] = {}
    for trouble in troubles:
        found.setdefault(trouble.key, Cause(trouble)).troubles.append(trouble)
    known = list(sizes)
    for cause in found.values():
        _measure(cause, known, is_alone=sum(other.first.kind == cause.first.kind for other in found.values()) == 1)
    return list(found.values())


def _measure(cause: Cause, sizes: Iterable[Heap], *, is_alone: bool) -> None:
    """The heaps of a refusal are those of its code and reason; of another kind all, where the page has one cause."""
    first = cause.first
    cause.count = len(cause.troubles)
    cause.amount = sum((trouble.invoice.total for trouble in cause.troubles), NOTHING)
    same = [heap for heap in sizes if heap.kind == first.kind]
    if first.kind == Kind.REFUSED:
        same = [each for each in same if (each.code, each.reason) == (first.code, first.invoice.refusal_reason)]
    if same and (is_alone or first.kind == Kind.REFUSED):
        cause.count = max(cause.count, sum(heap.count for heap in same))
        cause.amount = max(cause.amount, sum((heap.amount for heap in same), NOTHING))
