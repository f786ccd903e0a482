"""Raising a plan's invoices, once."""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from billing.calendar import today_in
from billing.models import BillingPlan, Invoice, PlanEvent
from billing.operations import letters
from billing.operations.plans.billables import drafts_for, lines_by_client
from billing.operations.plans.checksums import checksum_of
from billing.operations.plans.settling import settle
from billing.operations.raising import Wanted, raise_invoices
from billing.operations.terms import terms_of
from clients.models import User
from clients.operations import audit

log = logging.getLogger(__name__)


class NotYetDue(Exception):
    """The plan will post by itself."""


class PlanAltered(Exception):
    """The approved lines are not what was approved: nothing may be raised from them."""


def post_now(*, plan: BillingPlan, by: User, at: datetime) -> BillingPlan:
    """Raise the invoices of a plan that was approved too late to post by itself.

    Raises NotYetDue before its posting day, NotFinalised when it is a draft or was raised already, PlanAltered when
    its lines are not the approved ones any more.
    """
    if today_in(plan.practice.zone, at) < plan.posts_on:
        day = f"{plan.posts_on.day} {plan.posts_on:%B %Y}"
        raise NotYetDue(f"The plan for {plan.month:%B %Y} posts by itself on {day}.")
    try:
        return raise_plan(plan, by=by, at=at)
    except PlanAltered:
        note_altered(plan, at=at)
        raise


@transaction.atomic
def note_altered(plan: BillingPlan, *, at: datetime) -> bool:
    """Nothing is raised from these lines: kept on the plan and told to the approvers, once per approval."""
    if not plan.note_altered(at=at):
        return False
    note = "The lines differ from those approved; nothing is raised from them"
    PlanEvent.objects.create(practice_id=plan.practice_id, plan=plan, what="altered", note=note, by=None, at=at)
    audit.record(practice=plan.practice_id, action="plan.altered", by=None, at=at, subject=plan)
    letters.plan_altered(plan, at=at)
    log.error("billing: the lines of plan %s differ from those approved", plan.pk)
    return True


def is_altered(plan: BillingPlan) -> bool:
    """Whether an approved plan's lines are not what its checksum was taken of."""
    return plan.is_finalised and checksum_of(plan) != plan.checksum


def raise_plan(plan: BillingPlan, *, by: User | None, at: datetime) -> BillingPlan:
    """FINALISED → POSTING with every invoice raised and queued, in one transaction. Raises NotFinalised."""
    with transaction.atomic():
        plan.begin_posting(at=at)
        if checksum_of(plan) != plan.checksum:
            raise PlanAltered(f"The lines of the plan for {plan.month:%B %Y} differ from those approved. Reopen it.")
        invoices = raise_invoices(plan.practice, list(_wanted(plan, at)), by=by, at=at)
        note = f"{len(invoices)} invoices, £{plan.total:,.2f}"
        PlanEvent.objects.create(practice_id=plan.practice_id, plan=plan, what="raised", note=note, by=by, at=at)
        facts = {"invoices": len(invoices), "total": plan.total}
        audit.record(practice=plan.practice_id, action="plan.raised", by=by, at=at, subject=plan, facts=facts)
        settle(plan=plan, at=at)
    return plan


def _wanted(plan: BillingPlan, at: datetime) -> Iterator[Wanted]:
    lines = lines_by_client(plan)
    terms = terms_of(plan.practice, list(lines))
    posted_on = today_in(plan.practice.zone, at)
    for client_id, members in lines.items():
        for draft in drafts_for(plan, members, terms[client_id], posted_on):
            key = f"rec:{plan.month:%Y-%m}:{client_id}:{draft.group}"
            yield Wanted(draft, client_id, key, Invoice.Kind.RECURRING, plan=plan)
