"""Where a raised plan stands, from its invoices and the practice's holds."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max

from billing.models import BillingPlan, Invoice
from billing.operations import letters
from billing.operations.standstill import open_reasons
from clients.models import Practice

Status = BillingPlan.Status


def settle_practice(*, practice: Practice, at: datetime) -> list[BillingPlan]:
    """Bring every plan in flight to where its invoices stand; where a run ends and whenever a hold changes."""
    plans = BillingPlan.objects.for_practice(practice).in_flight().select_related("practice")
    return [settle(plan=plan, at=at) for plan in plans]


@transaction.atomic
def settle(*, plan: BillingPlan, at: datetime) -> BillingPlan:
    """POSTING, BLOCKED, NEEDS_ATTENTION or POSTED. Says so by letter when it ended or when an invoice was refused."""
    invoices = Invoice.objects.for_practice(plan.practice_id).filter(plan=plan)
    rows = invoices.order_by().values_list("status").annotate(Count("pk"), Max("refused_at"))
    counts = {status: count for status, count, _ in rows}
    refused_at = max((at for status, _, at in rows if status == Invoice.Status.REFUSED and at), default=None)
    moved = plan.settle(_standing(plan, counts), at=at)
    if moved and plan.status == Status.POSTED:
        letters.plan_posted(plan, at=at)
    if refused_at is not None:
        told = {"refused": counts[Invoice.Status.REFUSED], "total": sum(counts.values())}
        letters.plan_refused(plan, **told, refused_at=refused_at, at=at)
    return plan


def _standing(plan: BillingPlan, counts: dict[str, int]) -> str:
    if counts.get(Invoice.Status.RAISED):
        return Status.BLOCKED if open_reasons(plan.practice) else Status.POSTING
    return Status.NEEDS_ATTENTION if counts.get(Invoice.Status.REFUSED) else Status.POSTED
