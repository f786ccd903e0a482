"""Raising a plan's invoices, once."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from billing.calendar import today_in
from billing.models import BillingPlan, Invoice, PlanEvent
from billing.operations.plans.billables import drafts_for, lines_by_client
from billing.operations.plans.checksums import checksum_of
from billing.operations.plans.settling import settle
from billing.operations.raising import Wanted, raise_invoices
from billing.operations.terms import terms_of
from clients.models import User


class NotYetDue(Exception):
    """The plan will post by itself."""


class PlanAltered(Exception):
    """The approved lines are not what was approved: nothing may be raised from them."""


def post_now(*, plan: BillingPlan, by: User, at: datetime) -> BillingPlan:
    """Raise the invoices of a plan that was approved too late to post by itself.

    Raises NotYetDue before its posting day, NotFinalised when it is a draft or was raised already.
    """
    if today_in(plan.practice.zone, at) < plan.posts_on:
        day = f"{plan.posts_on.day} {plan.posts_on:%B %Y}"
        raise NotYetDue(f"The plan for {plan.month:%B %Y} posts by itself on {day}.")
    return raise_plan(plan, by=by, at=at)


def raise_plan(plan: BillingPlan, *, by: User | None, at: datetime) -> BillingPlan:
    """FINALISED → POSTING with every invoice raised and queued, in one transaction. Raises NotFinalised."""
    with transaction.atomic():
        plan.begin_posting(at=at)
        if checksum_of(plan) != plan.checksum:
            raise PlanAltered(f"The lines of the plan for {plan.month:%B %Y} differ from those approved. Reopen it.")
        invoices = raise_invoices(plan.practice, list(_wanted(plan, at)), by=by, at=at)
        note = f"{len(invoices)} invoices, £{plan.total:,.2f}"
        PlanEvent.objects.create(practice_id=plan.practice_id, plan=plan, what="raised", note=note, by=by, at=at)
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
