"""How a client's month compares with the stored plan of the month before. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from billing.drafting.lines import plan_lines
from billing.models import PlanRow
from billing.records import BilledLine, DueLine, EngagedTerms, RowDraft

Change = PlanRow.Change
ZERO = Decimal("0.00")


def row_drafts(
    services: Sequence[EngagedTerms],
    month: date,
    *,
    last: Mapping[int, Sequence[BilledLine]],
    billed_before: Collection[int],
) -> list[RowDraft]:
    """One row for every client with lines now or last month, in no particular order.

    `last` holds last month's stored lines by client, `billed_before` the clients of any earlier plan.
    """
    due = _by_client(plan_lines(services, month))
    engaged_since = _engaged_since(services)
    rows = []
    for client_id in due.keys() | {key for key, lines in last.items() if lines}:
        now, before = tuple(due.get(client_id, ())), tuple(last.get(client_id, ()))
        change = change_type(
            now,
            before,
            is_first=client_id not in billed_before,
            is_engaged=client_id in engaged_since,
            was_engaged=engaged_since.get(client_id, month) < month,
        )
        rows.append(RowDraft(client_id, now, _sum(now), _sum(before), len(before), change))
    return rows


def change_type(
    now: Sequence[BilledLine | DueLine],
    before: Sequence[BilledLine | DueLine],
    *,
    is_first: bool = False,
    is_engaged: bool = True,
    was_engaged: bool = True,
) -> PlanRow.Change:
    """product.md's table, in the order in which it decides.

    *Cyclical* wins over the plain comparison when the whole difference comes from quarterly, annual, once-in-advance
    or alignment lines. A client between two quarters is cyclical too, neither churned nor returning: `is_engaged`
    and `was_engaged` say whether it has planned services in force now and had them last month.
    """
    if is_first:
        return Change.NEW
    if _is_cyclical(now, before) and (now or is_engaged) and (before or was_engaged):
        return Change.CYCLICAL
    if not now:
        return Change.CHURN
    return _compared(now, before) if before else Change.RETURNING


def _compared(now: Sequence[BilledLine | DueLine], before: Sequence[BilledLine | DueLine]) -> PlanRow.Change:
    this, last = _sum(now), _sum(before)
    if this != last:
        return Change.EXPANSION if this > last else Change.CONTRACTION
    return Change.NONE if _signature(now) == _signature(before) else Change.CHANGED


def _is_cyclical(now: Sequence[BilledLine | DueLine], before: Sequence[BilledLine | DueLine]) -> bool:
    """The amounts differ, and without the cyclical lines they would not."""
    steady_now = [line for line in now if not line.is_cyclical]
    steady_before = [line for line in before if not line.is_cyclical]
    return _sum(now) != _sum(before) and _sum(steady_now) == _sum(steady_before)


def _signature(lines: Iterable[BilledLine | DueLine]) -> list[tuple[str, Decimal]]:
    return sorted((line.name, line.amount) for line in lines)


def _sum(lines: Iterable[BilledLine | DueLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def _by_client(lines: Iterable[DueLine]) -> dict[int, list[DueLine]]:
    found: dict[int, list[DueLine]] = defaultdict(list)
    for line in lines:
        found[line.client_id].append(line)
    return found


def _engaged_since(services: Iterable[EngagedTerms]) -> dict[int, date]:
    """By client, the earliest anchor of its services; an adjustment carries anchors over."""
    since: dict[int, date] = {}
    for service in services:
        since[service.client_id] = min(service.anchor, since.get(service.client_id, service.anchor))
    return since
