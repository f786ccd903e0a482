"""What Socket says it billed, for the story's sum."""

from decimal import Decimal

from billing.models import BillingPlan, Invoice
from clients.models import Practice
from xero_sync.models import Batch, Connection, Push, SyncRun


def tally() -> dict[str, object]:
    """Counts and sums of the only practice there is."""
    practice = Practice.objects.get()
    wanted = Invoice.objects.for_practice(practice).exclude(status=Invoice.Status.CANCELLED)
    posted = wanted.posted()
    batches = Batch.objects.for_practice(practice).filter(kind=Batch.Kind.INVOICES, status=Batch.Status.DONE)
    connection = Connection.objects.for_practice(practice).current().first()
    syncs = SyncRun.objects.for_practice(practice).exclude(status__in=[SyncRun.Status.DONE, SyncRun.Status.FAILED])
    return {
        "wanted": wanted.count(),
        "wanted_total": str(sum(wanted.values_list("total", flat=True), Decimal("0.00"))),
        "posted": posted.count(),
        "posted_total": str(sum(posted.values_list("total", flat=True), Decimal("0.00"))),
        "refused": list(wanted.refused().values_list("client__name", flat=True)),
        "unfinished": Push.objects.for_practice(practice).unfinished().count(),
        "batches": batches.count(),
        "connection": connection.status if connection else "",
        "syncing": syncs.count(),
        "plans": [[str(plan.month), plan.status] for plan in BillingPlan.objects.for_practice(practice)],
    }
