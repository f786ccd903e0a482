"""The clock: what is due at a moment, for one practice and for all. Asked every minute; asking twice does nothing."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from billing.calendar import add_months, first_of, months_between, open_month, posts_when, today_in
from billing.models import BillingPlan, BillingSettings, EngagedService, NotDraft, NotFinalised, PlanChanged
from billing.operations import letters, work
from billing.operations.digests import tell_what_is_missing
from billing.operations.engagements.standing import settle_standings
from billing.operations.plans.approving import finalise, note_event
from billing.operations.plans.drawing import draft
from billing.operations.plans.eves import look_ahead
from billing.operations.plans.posting import PlanAltered, note_altered, raise_plan
from billing.operations.plans.settling import settle
from billing.operations.terms import settings_of
from clients.models import Practice

log = logging.getLogger(__name__)
READY, WAITED = "ready for review", "not approved in time"
REVIEW_LEAD = timedelta(days=5)
LONGEST_GAP = 24


def tick(*, at: datetime) -> None:
    """Everything that is due in billing, practice by practice.

    One practice's trouble does not hold up another, nor one step the next. Plans in flight are settled here too: the
    worker that should have done it may have died after its last batch.
    """
    for practice in Practice.objects.order_by("pk"):
        for step in (raise_due, work.open_due, settle_standings, _settle_moving, look_ahead, tell_what_is_missing):
            try:
                step(practice=practice, at=at)
            except Exception:
                log.exception("billing tick: %s stopped for practice %s", step.__name__, practice.pk)


def _settle_moving(*, practice: Practice, at: datetime) -> None:
    """Plans that rest (needs attention) move again only by somebody's act, which settles them."""
    moving = [BillingPlan.Status.POSTING, BillingPlan.Status.BLOCKED]
    for plan in BillingPlan.objects.for_practice(practice).filter(status__in=moving).select_related("practice"):
        settle(plan=plan, at=at)


def raise_due(*, practice: Practice, at: datetime) -> list[BillingPlan]:
    """Open months, tell approvers, process automatically, raise what is finalised and due. The plans raised now."""
    settings = settings_of(practice)
    today = today_in(practice.zone, at)
    _open_months(practice, open_month(today, settings.timing), at=at)
    _attend_to_drafts(practice, settings, today, at=at)
    return _raise_finalised(practice, today, at=at)


def _open_months(practice: Practice, newest: date, *, at: datetime) -> None:
    """Open the newest month, and any before it that was slept through."""
    last = BillingPlan.objects.for_practice(practice).order_by("-month").values_list("month", flat=True).first()
    gap = min(months_between(last, newest), LONGEST_GAP) if last else 1
    for back in range(gap - 1, -1, -1):
        draft(practice=practice, month=add_months(newest, -back), at=at)
    _open_just_ended(practice, add_months(newest, -1), at=at)


def _open_just_ended(practice: Practice, month: date, *, at: datetime) -> None:
    """A start confirmed late for the month just ended is billed with it, even if no plan was opened for it then."""
    plans = BillingPlan.objects.for_practice(practice)
    if not plans.in_month(month).exists() and EngagedService.objects.for_practice(practice).billable_in(month).exists():
        draft(practice=practice, month=month, at=at)


def _attend_to_drafts(practice: Practice, settings: BillingSettings, today: date, *, at: datetime) -> None:
    """Plans of the posting day that is near, or has come: remind, process automatically, or say that it waits."""
    drafts = BillingPlan.objects.for_practice(practice).filter(status=BillingPlan.Status.DRAFT)
    near = drafts.filter(posts_on__gte=first_of(today), posts_on__lte=today + REVIEW_LEAD)
    for plan in near.select_related("practice"):
        _attend_to(plan, settings, today, at=at)


def _attend_to(plan: BillingPlan, settings: BillingSettings, today: date, *, at: datetime) -> None:
    has_come = plan.posts_on <= today
    if settings.processing == BillingSettings.Processing.AUTOMATIC:
        if has_come:
            _finalise_automatically(draft(practice=plan.practice, month=plan.month, at=at), at=at)
        return
    told = WAITED if has_come else READY
    if not plan.events.filter(what=told).exists():
        _tell_approvers(draft(practice=plan.practice, month=plan.month, at=at), told, at=at)


@transaction.atomic
def _tell_approvers(plan: BillingPlan, told: str, *, at: datetime) -> None:
    """Once per plan and cause; an empty plan is not worth a letter."""
    if plan.is_draft and plan.line_count:
        letters.plan_waits(plan, has_come=told == WAITED, at=at)
        note_event(plan, told, "", by=None, at=at)


def _finalise_automatically(plan: BillingPlan, *, at: datetime) -> None:
    try:
        finalise(plan, by=None, at=at)
    except (NotDraft, PlanChanged):
        log.info("plan %s was approved or redrawn by somebody else meanwhile", plan.pk)


def _raise_finalised(practice: Practice, today: date, *, at: datetime) -> list[BillingPlan]:
    finalised = BillingPlan.objects.for_practice(practice).filter(
        status=BillingPlan.Status.FINALISED, posts_on__lte=today
    )
    raised = []
    for plan in finalised.select_related("practice").order_by("month"):
        assert plan.approved_at is not None  # noqa: S101  # the database ties it to the status
        due = posts_when(plan.posts_on, today_in(practice.zone, plan.approved_at))
        if due is not None and due <= today:
            raised += _raised(plan, at=at)
    return raised


def _raised(plan: BillingPlan, *, at: datetime) -> list[BillingPlan]:
    try:
        return [raise_plan(plan, by=None, at=at)]
    except NotFinalised:
        return []  # another worker was faster
    except PlanAltered:
        note_altered(plan, at=at)
        return []
