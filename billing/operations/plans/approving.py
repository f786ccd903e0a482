"""Approving a plan, and taking that back while nothing was raised."""

from datetime import datetime

from django.db import transaction

from billing.calendar import posts_when, today_in
from billing.models import BillingPlan, NotDraft, PlanChanged, PlanEvent
from billing.operations.plans.checksums import checksum_of
from billing.operations.plans.drawing import draft
from billing.operations.plans.posting import raise_plan
from billing.operations.plans.reading import drawing_of
from billing.operations.terms import take_turns
from clients.models import User
from clients.operations import audit


def approve(*, plan: BillingPlan, version: int, by: User, at: datetime) -> BillingPlan:
    """Freeze the plan as it was looked at. Approved late for the month just ended, its invoices are raised at once.

    Raises PlanChanged when the draft is not of that version any more, NotDraft when it was approved already.
    """
    fresh = draft(practice=plan.practice, month=plan.month, at=at)
    if fresh.is_draft and fresh.version != version:
        raise PlanChanged(fresh.month)
    return finalise(fresh, by=by, at=at)


def finalise(plan: BillingPlan, *, by: User | None, at: datetime) -> BillingPlan:
    """DRAFT → FINALISED, and on to POSTING when it is due; nobody means the practice processes automatically."""
    if not plan.is_draft:
        raise NotDraft(plan.month)
    with transaction.atomic():
        take_turns(plan.practice)
        if drawing_of(plan.practice, plan.month).fingerprint != plan.fingerprint:
            raise PlanChanged(plan.month)
        plan.approve(version=plan.version, checksum=checksum_of(plan), by=by, at=at)
        note_event(plan, "approved", f"£{plan.total:,.2f}, {plan.line_count} lines", by=by, at=at)
        facts = {"total": plan.total, "lines": plan.line_count, "version": plan.version, "checksum": plan.checksum}
        audit.record(practice=plan.practice_id, action="plan.approved", by=by, at=at, subject=plan, facts=facts)
        today = today_in(plan.practice.zone, at)
        due = posts_when(plan.posts_on, today)
        if due is not None and due <= today:
            raise_plan(plan, by=by, at=at)
    return plan


def reopen(*, plan: BillingPlan, reason: str, by: User, at: datetime) -> BillingPlan:
    """FINALISED → DRAFT, logged, and redrawn as things are now. Raises NotFinalised once it was raised."""
    with transaction.atomic():
        plan.reopen()
        note_event(plan, "reopened", reason, by=by, at=at)
        practice, facts = plan.practice_id, {"reason": reason}
        audit.record(practice=practice, action="plan.reopened", by=by, at=at, subject=plan, facts=facts)
    return draft(practice=plan.practice, month=plan.month, at=at)


def note_event(plan: BillingPlan, what: str, note: str, *, by: User | None, at: datetime) -> None:
    """Write down who did what to the plan."""
    PlanEvent.objects.create(practice_id=plan.practice_id, plan=plan, what=what, note=note[:500], by=by, at=at)
