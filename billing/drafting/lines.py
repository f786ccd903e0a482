"""Which lines are due in a month, and why. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from billing.calendar import (
    STEPS,
    WEEKDAYS,
    alignment_months,
    is_due,
    month_label,
    months_between,
    period_label,
    weekdays_in,
)
from billing.models import BillingMethod, PlanLine
from billing.records import DueLine, EngagedTerms, pence

ONE = Decimal("1")
CYCLICAL = frozenset({BillingMethod.QUARTERLY, BillingMethod.ANNUALLY, BillingMethod.ONCE_ADVANCE})
CADENCE = {BillingMethod.QUARTERLY: "Quarterly in advance", BillingMethod.ANNUALLY: "Annually in advance"}


def plan_lines(services: Iterable[EngagedTerms], month: date) -> list[DueLine]:
    """The lines of a month's plan, in the order of the services; an alignment fee follows its service."""
    lines = []
    for service in services:
        if _is_due(service, month):
            lines.append(_fee_line(service, month))
            if service.alignment_amount and not service.was_aligned:
                lines.append(_alignment_line(service))
    return lines


def alignment_amount(fee: Decimal, start: date, year_end_month: int | None) -> Decimal:
    """Monthly fee × whole months from the start of the financial year to the start month."""
    return fee * alignment_months(start, year_end_month) if year_end_month else Decimal("0.00")


def _is_due(service: EngagedTerms, month: date) -> bool:
    return is_due(
        service.billing_method,
        month=month,
        starts_on=service.starts_on,
        anchor=service.anchor,
        last_month=service.last_month,
        was_billed=service.was_billed,
    )


def _fee_line(service: EngagedTerms, month: date) -> DueLine:
    times = weekdays_in(month, service.weekday) if service.billing_method == BillingMethod.WEEKLY else 1
    quantity = service.quantity * times
    once = service.billing_method == BillingMethod.ONCE_ADVANCE
    return DueLine(
        engaged_service_id=service.id,
        client_id=service.client_id,
        kind=PlanLine.Kind.ONE_OFF if once else PlanLine.Kind.RECURRING,
        name=service.name,
        description=_description(service, month, times),
        quantity=quantity,
        unit_price=service.price,
        amount=pence(quantity * service.price),
        is_cyclical=service.billing_method in CYCLICAL,
        why=_why(service, month, times),
    )


def _alignment_line(service: EngagedTerms) -> DueLine:
    months = _months_of(service.alignment_amount, service.amount)
    counted = f", {months} {'month' if months == 1 else 'months'}" if months else ""
    return DueLine(
        engaged_service_id=service.id,
        client_id=service.client_id,
        kind=PlanLine.Kind.ALIGNMENT,
        name=f"Alignment fee: {service.name}"[:200],
        description=f"Alignment fee: {_named(service)}{counted}",
        quantity=ONE,
        unit_price=service.alignment_amount,
        amount=service.alignment_amount,
        is_cyclical=True,
        why="Alignment fee, billed once with the first monthly invoice: "
        f"the financial year had begun before {month_label(service.starts_on)}",
    )


def _months_of(amount: Decimal, fee: Decimal) -> int:
    """How many monthly fees the signed amount is; 0 when it is not a whole number of them."""
    return int(amount / fee) if fee and amount % fee == 0 else 0


def _named(service: EngagedTerms) -> str:
    return f"{service.name} ({service.entity_name})" if service.entity_name else service.name


def _description(service: EngagedTerms, month: date, times: int) -> str:
    """What the invoice will say: the service and the period it is for."""
    if service.billing_method == BillingMethod.ONCE_ADVANCE:
        return _named(service)
    if service.billing_method == BillingMethod.WEEKLY:
        return f"{_named(service)}, {times} {WEEKDAYS[service.weekday]}s in {month_label(month)}"
    return f"{_named(service)}, {period_label(month, STEPS[service.billing_method])}"


def _why(service: EngagedTerms, month: date, times: int) -> str:
    start = month_label(service.anchor)
    if service.billing_method == BillingMethod.WEEKLY:
        return f"Weekly: {times} {WEEKDAYS[service.weekday]}s in {month_label(month)}"
    if service.billing_method == BillingMethod.MONTHLY:
        return f"Monthly: since {start}" if month > service.anchor else f"Monthly: first month {start}"
    if service.billing_method == BillingMethod.ONCE_ADVANCE:
        began = month_label(service.starts_on)
        return f"Once in advance: start month {began}{'' if month == service.starts_on else ', not billed until now'}"
    passed = months_between(service.anchor, month)
    when = f"{passed} months after {start}" if passed else f"start month {start}"
    return f"{CADENCE[BillingMethod(service.billing_method)]}: {when}"
