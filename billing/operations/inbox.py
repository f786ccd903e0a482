"""What should be in the ledger and is not: every invoice, every plan that stands still. To be looked at only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from billing.calendar import posts_when, today_in
from billing.models import BillingPlan, Invoice
from billing.operations.standstill import open_reasons
from billing.ports import Deviation, Whereabouts, all_ledgers, get_ledger
from billing.reports import inbox
from billing.reports.inbox import Trouble
from clients.models import Practice

TOGETHER = ("client__owner", "plan__approved_by", "engagement", "raised_by")


@dataclass(frozen=True, slots=True)
class StillPlan:
    """An approved plan whose invoices should exist and do not: why, and since when."""

    plan: BillingPlan
    code: str
    title: str
    text: str
    since: datetime

    @property
    def is_altered(self) -> bool:
        return self.plan.is_altered


def open_invoices(practice: Practice, *, at: datetime) -> QuerySet[Invoice]:
    """Refused; waiting for a person; free to go and late; in the ledger otherwise than they were sent."""
    every = Invoice.objects.for_practice(practice)
    outside = every.outside().filter(inbox.refused() | inbox.for_a_person() | inbox.stuck(at))
    differing = [ledger.differing(practice) for ledger in all_ledgers()]
    return every.filter(pk__in=inbox.together([outside, *differing]))


def troubles(practice: Practice, invoices: Sequence[Invoice], *, at: datetime) -> list[Trouble]:
    """What is the matter with each of these, in a number of queries that does not grow with them."""
    hold = next(iter(open_reasons(practice)), None)
    places, deviations = _told_by_ledgers(practice, invoices, at=at)
    return [
        inbox.trouble_of(invoice, hold=hold, place=places.get(invoice.pk), deviations=deviations.get(invoice.pk, []))
        for invoice in invoices
    ]


def trouble_of(invoice: Invoice, *, at: datetime) -> Trouble | None:
    """What is the matter with one invoice, late or not; None where it is over and the ledger does not differ."""
    is_over = invoice.is_posted or invoice.is_cancelled
    if is_over and not get_ledger(invoice.destination).differing(invoice.practice).contains(invoice):
        return None
    return troubles(invoice.practice, [invoice], at=at)[0]


def _told_by_ledgers(
    practice: Practice, invoices: Sequence[Invoice], *, at: datetime
) -> tuple[dict[int, Whereabouts], dict[int, list[Deviation]]]:
    places: dict[int, Whereabouts] = {}
    deviations: dict[int, list[Deviation]] = defaultdict(list)
    for destination in {invoice.destination for invoice in invoices}:
        ledger = get_ledger(destination)
        own = [invoice for invoice in invoices if invoice.destination == destination]
        waiting = [invoice.pk for invoice in own if invoice.is_waiting and invoice.is_released]
        over = [invoice.pk for invoice in own if invoice.is_posted or invoice.is_cancelled]
        places |= ledger.whereabouts(practice, waiting, at=at) if waiting else {}
        for deviation in ledger.differences(practice, over) if over else []:
            deviations[deviation.invoice_id].append(deviation)
    return places, deviations


def still_plans(practice: Practice, *, at: datetime) -> list[StillPlan]:
    """Approved plans of which nothing is raised although their day has come, or whose lines were altered."""
    return [_still(plan) for plan in stopped(practice, at=at).select_related("practice").order_by("month")]


def stopped(practice: Practice, *, at: datetime) -> QuerySet[BillingPlan]:
    """The same plans as a query: from the day after their posting day, since what is due today is raised at once."""
    plans = BillingPlan.objects.for_practice(practice).filter(status=BillingPlan.Status.FINALISED)
    return plans.filter(inbox.altered_or_due_before(today_in(practice.zone, at)))


def _still(plan: BillingPlan) -> StillPlan:
    month = f"{plan.month:%B %Y}"
    approved_at = plan.approved_at or plan.drafted_at
    if plan.altered_at:
        text = "Its lines are not the lines that were approved, so nothing is raised from them. Reopen it and look."
        return StillPlan(plan, "PLAN_ALTERED", f"The {month} plan was stopped", text, plan.altered_at)
    if posts_when(plan.posts_on, today_in(plan.practice.zone, approved_at)) is None:
        text = "It was approved too late to post by itself. Post it now, or reopen it."
        return StillPlan(plan, "PLAN_LATE", f"The {month} plan waits for Post now", text, approved_at)
    text = "Its posting day has passed and nothing was raised. Tell whoever runs Socket: its clock may stand still."
    return StillPlan(plan, "PLAN_NOT_RAISED", f"The {month} plan was not raised", text, approved_at)
