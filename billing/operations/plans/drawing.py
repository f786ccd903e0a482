"""Drawing a plan: recomputed from the engagements until it is approved."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.calendar import add_months, first_of, posting_day
from billing.drafting import row_drafts
from billing.models import BillingPlan, PlanLine, PlanRow
from billing.operations.plans.reading import Drawing, drawing_of, history_of, with_past
from billing.operations.terms import settings_of
from billing.records import RowDraft
from clients.models import Practice


def draft(*, practice: Practice, month: date, at: datetime) -> BillingPlan:
    """The month's plan. While it is a draft it is redrawn when anything it depends on has changed, else left alone.

    The draft of the month before is brought up to date first, because this one compares itself with it.
    """
    month = first_of(month)
    rows = BillingPlan.objects.for_practice(practice).select_related("practice")
    stored = {plan.month: plan for plan in rows}
    last = stored.get(add_months(month, -1))
    if last is not None and last.is_draft:
        _redrawn(practice, last, stored.values(), at=at)
    plan = stored.get(month) or _opened(practice, month, at=at)
    return _redrawn(practice, plan, stored.values(), at=at)


def rows_now(practice: Practice, month: date, drawing: Drawing) -> tuple[list[RowDraft], dict[int, str]]:
    """The rows the month would have if it were drawn now, ordered by client name, and the names."""
    history = history_of(practice, month)
    services = with_past(practice, month, drawing.services)
    rows = row_drafts(services, month, last=history.last, billed_before=history.billed_before)
    names = history.last_names | drawing.client_names
    return sorted(rows, key=lambda row: (names[row.client_id].casefold(), row.client_id)), names


def _opened(practice: Practice, month: date, *, at: datetime) -> BillingPlan:
    posts_on = posting_day(month, settings_of(practice).timing)
    plans = BillingPlan.objects.for_practice(practice)
    plan, _ = plans.get_or_create(practice=practice, month=month, defaults={"drafted_at": at, "posts_on": posts_on})
    return plan


def _redrawn(practice: Practice, plan: BillingPlan, plans: Iterable[BillingPlan], *, at: datetime) -> BillingPlan:
    if not plan.is_draft:
        return plan
    drawing = drawing_of(practice, plan.month, plans)
    if drawing.fingerprint == plan.fingerprint:
        return plan
    rows, names = rows_now(practice, plan.month, drawing)
    with transaction.atomic():
        if plan.redraw(**_facts(rows, drawing), drafted_at=at):
            _store(plan, rows, names)
        else:  # another drew it, or approved it, a moment ago
            plan.refresh_from_db()
    return plan


def _facts(rows: Sequence[RowDraft], drawing: Drawing) -> dict[str, Any]:
    return {
        "fingerprint": drawing.fingerprint,
        "posts_on": drawing.posts_on,
        "total": sum((row.amount for row in rows), Decimal("0.00")),
        "line_count": sum(len(row.lines) for row in rows),
    }


def _store(plan: BillingPlan, drafts: Sequence[RowDraft], names: dict[int, str]) -> None:
    """Replace the rows and lines; the guarded redraw before this keeps every other writer out."""
    for model in (PlanLine, PlanRow):
        old = model.objects.for_practice(plan.practice_id).filter(plan=plan)
        old._raw_delete(old.db)  # one DELETE; the lines are gone before their rows
    rows = [_row(plan, draft, names[draft.client_id], position) for position, draft in enumerate(drafts)]
    PlanRow.objects.bulk_create(rows)
    PlanLine.objects.bulk_create(
        [line for row, draft in zip(rows, drafts, strict=True) for line in _lines(plan, row, draft)]
    )


def _row(plan: BillingPlan, draft: RowDraft, name: str, position: int) -> PlanRow:
    return PlanRow(
        practice_id=plan.practice_id,
        plan=plan,
        client_id=draft.client_id,
        client_name=name,
        amount=draft.amount,
        line_count=len(draft.lines),
        last_amount=draft.last_amount,
        last_line_count=draft.last_line_count,
        change=draft.change,
        position=position,
    )


def _lines(plan: BillingPlan, row: PlanRow, draft: RowDraft) -> list[PlanLine]:
    return [
        PlanLine(
            practice_id=plan.practice_id,
            plan=plan,
            row=row,
            engaged_service_id=line.engaged_service_id,
            kind=line.kind,
            name=line.name,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            is_cyclical=line.is_cyclical,
            why=line.why,
            position=position,
        )
        for position, line in enumerate(draft.lines)
    ]
