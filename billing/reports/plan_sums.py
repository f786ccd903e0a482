"""A plan in sums: of its rows, and of the twelve months that end with it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Min, Sum

from billing.models import PlanRow
from billing.reports.plan_page import Entry
from clients.models import Practice

NOTHING = Decimal("0.00")
GAINS = {
    PlanRow.Change.NEW: PlanRow.Change.NEW,
    PlanRow.Change.RETURNING: PlanRow.Change.NEW,
    PlanRow.Change.EXPANSION: PlanRow.Change.EXPANSION,
}
LOSSES = (PlanRow.Change.CONTRACTION, PlanRow.Change.CHURN)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some rows."""

    clients: int = 0
    invoices: int = 0
    last_invoices: int = 0
    amount: Decimal = NOTHING
    last_amount: Decimal = NOTHING
    lines: int = 0
    last_lines: int = 0
    unchanged: int = 0

    @property
    def difference(self) -> Decimal:
        return self.amount - self.last_amount

    @property
    def changed(self) -> int:
        return self.clients - self.unchanged

    @property
    def percent(self) -> str:
        """The difference in per cent of last month; empty where there is nothing to compare."""
        if not self.last_amount or not self.difference:
            return ""
        return f"{abs(self.difference) / self.last_amount * 100:.1f}%"

    @property
    def way(self) -> str:
        return "down" if self.difference < 0 else "up"


def totals(found: Iterable[Entry]) -> Totals:
    """Sums over some rows, in one pass."""
    rows = list(found)
    return Totals(
        clients=len(rows),
        invoices=sum(1 for row in rows if row.amount),
        last_invoices=sum(1 for row in rows if row.last_amount),
        amount=sum((row.amount for row in rows), NOTHING),
        last_amount=sum((row.last_amount for row in rows), NOTHING),
        lines=sum(row.line_count for row in rows),
        last_lines=sum(row.last_line_count for row in rows),
        unchanged=sum(1 for row in rows if row.is_unchanged),
    )


def change_counts(found: Iterable[Entry]) -> Counter[str]:
    return Counter(entry.change for entry in found)


@dataclass(slots=True)
class MonthSums:
    """One bar of the chart, in the words of socketapp.charts.Month."""

    month: date
    up: dict[str, Decimal] = field(default_factory=dict)
    down: dict[str, Decimal] = field(default_factory=dict)

    def as_bar(self) -> dict[str, object]:
        return {"month": self.month, "up": self.up, "down": self.down}


def twelve_months(practice: Practice, month: date) -> list[dict[str, object]]:
    """What was billed in this month and the eleven before it, by change type; what churned hangs below the line."""
    months = [month - relativedelta(months=back) for back in range(11, -1, -1)]
    sums = {each: MonthSums(each) for each in months}
    rows = PlanRow.objects.for_practice(practice).filter(plan__month__gte=months[0], plan__month__lte=month)
    grouped = rows.order_by().values_list("plan__month", "change").annotate(Sum("amount"), Sum("last_amount"))
    for of, change, amount, last_amount in grouped:
        if change == PlanRow.Change.CHURN:
            sums[of].down[change] = Decimal(last_amount)
        elif amount:
            sums[of].up[change] = Decimal(amount)
    return [each.as_bar() for each in sums.values()]


def movement(practice: Practice, month: date) -> list[dict[str, object]]:
    """By how much each of twelve months differed from the one before it, and why; what went hangs below the line.

    Quarters and years that come and go are no movement, so they are left out; so is the practice's very first plan.
    """
    months = [month - relativedelta(months=back) for back in range(11, -1, -1)]
    sums = {each: MonthSums(each) for each in months}
    rows = PlanRow.objects.for_practice(practice).filter(plan__month__gte=months[0], plan__month__lte=month)
    first = PlanRow.objects.for_practice(practice).aggregate(month=Min("plan__month"))["month"]
    later = rows.exclude(plan__month=first).order_by()
    grouped = later.values_list("plan__month", "change").annotate(Sum("amount"), Sum("last_amount"))
    for of, change, amount, last_amount in grouped:
        moved = Decimal(amount) - Decimal(last_amount)
        if change in GAINS and moved > 0:
            sums[of].up[GAINS[change]] = sums[of].up.get(GAINS[change], NOTHING) + moved
        elif change in LOSSES and moved < 0:
            sums[of].down[change] = -moved
    return [each.as_bar() for each in sums.values()]
