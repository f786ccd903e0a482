"""The eve of billing: a day and an hour before a plan posts, what will fail then is told while there is time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from billing.calendar import eve_stage, today_in
from billing.models import BillingPlan, BillingSettings, PlanEve
from billing.operations import letters
from billing.operations.plans.drawing import draft
from billing.operations.plans.looking import drift
from billing.operations.plans.posting import is_altered, note_altered
from billing.operations.standstill import NOT_CONNECTED, open_reasons
from billing.operations.terms import settings_of
from billing.ports import Finding, Tone, get_ledger
from billing.records import Foreseen
from billing.reports import findings, unusable
from billing.reports.inbox import HOLD_TITLES
from clients.models import Practice

LONGEST_WAIT = timedelta(minutes=30)
MOST_NAMES = 10
UNRAISED = (BillingPlan.Status.DRAFT, BillingPlan.Status.FINALISED)
CONNECTION_HOLDS = (NOT_CONNECTED, "connection_lost")
CONNECTION_CODES = {"connection", "no_ledger"}


def look_ahead(*, practice: Practice, at: datetime) -> list[PlanEve]:
    """Look at every plan whose posting day is near, once at each stage; the looks that were finished now.

    What the ledger says is to be fresh: each tick asks it to bring itself up to date, for half an hour at most.
    """
    today = today_in(practice.zone, at)
    plans = BillingPlan.objects.for_practice(practice).filter(status__in=UNRAISED, line_count__gt=0)
    near = plans.filter(posts_on__gt=today, posts_on__lte=today + timedelta(days=2)).select_related("practice")
    eves = [_eve(plan, at) for plan in near]
    return [eve for eve in eves if eve and _told(eve, at=at)]


def _eve(plan: BillingPlan, at: datetime) -> PlanEve | None:
    """The look that is due at this moment and was not finished yet."""
    stage = eve_stage(plan.posts_on, plan.practice.zone, at)
    if not stage:
        return None
    eve, _ = PlanEve.objects.for_practice(plan.practice).get_or_create(
        plan=plan, posts_on=plan.posts_on, stage=stage, defaults={"practice": plan.practice, "asked_at": at}
    )
    return eve if eve.told_at is None else None


def _told(eve: PlanEve, *, at: datetime) -> bool:
    """Whether this call finished the look. False while the ledger is not up to date, or where another was faster."""
    practice = eve.plan.practice
    settings = settings_of(practice)
    if not get_ledger(settings.destination).prepare(practice, at=at) and at - eve.asked_at < LONGEST_WAIT:
        return False
    plan = draft(practice=practice, month=eve.plan.month, at=at)
    seen = foreseen(plan, settings, at=at)
    red, amber = _in_words(plan, seen, Tone.RED), _in_words(plan, seen, Tone.AMBER)
    with transaction.atomic():
        open_eve = PlanEve.objects.for_practice(practice).filter(pk=eve.pk, told_at=None)
        if not open_eve.update(told_at=at, red_count=len(red), amber_count=len(amber)):
            return False
        shown = [] if eve.stage == PlanEve.Stage.HOUR else amber
        if red or shown:
            letters.plan_eve(plan, stage=eve.stage, red=red, amber=shown, at=at)
    return True


def foreseen(plan: BillingPlan, settings: BillingSettings, *, at: datetime) -> list[Finding]:
    """Everything that stands in the plan's way or should be looked at, each code once, as things are now."""
    theirs = get_ledger(settings.destination).preflight(plan, at=at)
    found = {finding.code: finding for finding in [*_about_plan(plan, settings, at=at), *_own(plan, settings)]}
    found |= {finding.code: finding for finding in theirs}
    is_said = any(each.code in CONNECTION_CODES and each.tone is Tone.RED for each in theirs)
    for hold in open_reasons(plan.practice):
        if not (is_said and hold.reason in CONNECTION_HOLDS):
            found[hold.reason] = Finding(hold.reason, Tone.RED, HOLD_TITLES.get(hold.reason, ""), hold.sentence)
    return list(found.values())


def _about_plan(plan: BillingPlan, settings: BillingSettings, *, at: datetime) -> Iterable[Finding]:
    """Whether it is approved, and still what was approved."""
    month = f"{plan.month:%B %Y}"
    if plan.is_draft and settings.processing == BillingSettings.Processing.REVIEW:
        sentence = "Nothing of it posts before somebody approves it."
        yield Finding("not_approved", Tone.RED, f"The {month} plan is not approved", sentence)
    if is_altered(plan):
        note_altered(plan, at=at)
        sentence = "Nothing is raised from it. Reopen it, look at it, and approve it again."
        yield Finding("altered", Tone.RED, "Its lines are not the ones that were approved", sentence)
        return
    changed = drift(plan)
    if changed:
        sentence = "The plan stays as approved. Reopen it to take the changes in."
        ids = frozenset(changed)
        yield Finding("drift", Tone.AMBER, "Clients changed after it was approved", sentence, client_ids=ids)


def _own(plan: BillingPlan, settings: BillingSettings) -> Iterable[Finding]:
    """What billing itself sees: accounts, tracking, templates."""
    lines = findings.plan_lines(plan)
    for problem in [*findings.own_findings(lines, settings), *unusable.list_findings(plan, lines, settings)]:
        tone = Tone.RED if problem.is_held else Tone.AMBER
        yield Finding(problem.code, tone, problem.title, problem.sentence, client_ids=problem.client_ids)


def _in_words(plan: BillingPlan, seen: Sequence[Finding], tone: Tone) -> list[Foreseen]:
    """The findings of one tone, with the clients whose invoices they concern."""
    chosen = [finding for finding in seen if finding.tone is tone]
    concerned = {client_id for finding in chosen for client_id in finding.client_ids}
    rows = plan.rows.filter(client__in=concerned).order_by("client_name")
    amounts = {row.client_id: (row.client_name, row.amount) for row in rows}
    return [_with_clients(each, [amounts[pk] for pk in amounts if pk in each.client_ids]) for each in chosen]


def _with_clients(finding: Finding, clients: list[tuple[str, Decimal]]) -> Foreseen:
    shown = tuple(clients[:MOST_NAMES])
    return Foreseen(finding.code, finding.title, finding.sentence, shown, len(clients) - len(shown))
