"""What became of invoices: their states in words, and the sums of a plan on its way into the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from billing.models import BillingPlan, Invoice

NOTHING = Decimal("0.00")
IN_XERO, WAITING, TO_FIX, BY_HAND = "posted", "waiting", "fix", "hand"


@dataclass(frozen=True, slots=True)
class State:
    """An invoice's state as people read it, and why it is not in the ledger."""

    label: str
    tone: str
    icon: str
    why: str = ""

    @property
    def is_busy(self) -> bool:
        """It changes by itself within minutes."""
        return self.icon == "loader-2"


@dataclass(frozen=True, slots=True)
class Counts:
    """Invoices by state: how far a plan has come."""

    total: int
    posted: int
    waiting: int
    held: int
    refused: int
    by_hand: int
    amount: Decimal
    posted_amount: Decimal

    @property
    def to_fix(self) -> int:
        return self.refused + self.held

    @property
    def done(self) -> int:
        return self.posted + self.by_hand


def state_of(invoice: Invoice, hold: str = "") -> State:
    """In words; `hold` says why nothing of the practice is sent at present."""
    if invoice.is_posted:
        return State(f"In Xero, {invoice.get_posting_status_display().lower()}", "good", "check")
    if invoice.is_refused:
        return State("Refused", "bad", "x", invoice.refusal_reason)
    if not invoice.is_waiting:
        label = "Handled by hand" if invoice.is_handled_by_hand else "Cancelled"
        return State(label, "outline", "hand-stop" if invoice.is_handled_by_hand else "x", invoice.cancel_reason)
    if hold:
        return State("Waiting", "warn", "hand-stop", hold)
    if not invoice.is_released:
        return State("Waiting for you", "warn", "hand-stop", "It goes out when somebody presses Send to Xero now.")
    return State("Sending", "info", "loader-2", "It is in the queue and arrives within minutes.")


def to_fix() -> Q:
    """Refused, or an acceptance invoice that waits for a person."""
    refused_or_held = Q(status=Invoice.Status.REFUSED) | Q(status=Invoice.Status.RAISED, is_released=False)
    return Q(posted_at=None) & refused_or_held


def with_result(invoices: QuerySet[Invoice], result: str) -> QuerySet[Invoice]:
    """The invoices of one chip."""
    chosen: dict[str, Q] = {
        IN_XERO: Q(status=Invoice.Status.POSTED),
        WAITING: Q(posted_at=None, status=Invoice.Status.RAISED, is_released=True),
        TO_FIX: to_fix(),
        BY_HAND: Q(posted_at=None, status=Invoice.Status.CANCELLED),
    }
    return invoices.filter(chosen[result]) if result in chosen else invoices


def worst_first(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """What needs a person, then what is on its way, then what has arrived."""
    rank = Case(
        When(status=Invoice.Status.REFUSED, then=Value(0)),
        When(status=Invoice.Status.RAISED, is_released=False, then=Value(1)),
        When(status=Invoice.Status.RAISED, then=Value(2)),
        When(status=Invoice.Status.POSTED, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return invoices.order_by(rank, "client__name", "pk")


def progress_of(plan: BillingPlan) -> Counts:
    """How far a plan has come, in one query whatever its size."""
    return counts(Invoice.objects.for_practice(plan.practice_id).filter(plan=plan))


def counts(invoices: QuerySet[Invoice]) -> Counts:
    """These invoices by state, in one query."""
    sums = _by_state(invoices)
    return Counts(
        total=sum(count for _, _, count, _ in sums),
        posted=_count(sums, Invoice.Status.POSTED),
        waiting=_count(sums, Invoice.Status.RAISED, is_released=True),
        held=_count(sums, Invoice.Status.RAISED, is_released=False),
        refused=_count(sums, Invoice.Status.REFUSED),
        by_hand=_count(sums, Invoice.Status.CANCELLED),
        amount=sum((amount for _, _, _, amount in sums), NOTHING),
        posted_amount=sum((amount for status, _, _, amount in sums if status == Invoice.Status.POSTED), NOTHING),
    )


def _by_state(invoices: QuerySet[Invoice]) -> list[tuple[str, bool, int, Decimal]]:
    grouped = invoices.order_by().values_list("status", "is_released").annotate(Count("pk"), Sum("total"))
    return [(status, released, count, Decimal(total or 0)) for status, released, count, total in grouped]


def _count(sums: Sequence[tuple[str, bool, int, Decimal]], status: str, is_released: bool | None = None) -> int:
    return sum(
        count for of, released, count, _ in sums if of == status and (is_released is None or released == is_released)
    )
