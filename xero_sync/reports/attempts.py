"""What happened to one invoice on its way to Xero: each request that carried it, the answer, the reading back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from billing.models import Invoice
from billing.ports import Attempt
from xero_sync.models import Batch, Difference, Push
from xero_sync.reports.whereabouts import TITLES

MOST = 50
AT_A_TIME = 20  # the bytes of fifty invoices each
LATE = timedelta(days=1)
ENDS = {
    Batch.Status.PREPARED: ("Written down to be sent to Xero", ""),
    Batch.Status.SENDING: ("Sent to Xero; no answer yet", ""),
    Batch.Status.UNKNOWN: ("Sent to Xero without an answer. Socket asks before it sends again", "warn"),
    Batch.Status.SUPERSEDED: ("Sent to Xero; it did not arrive that time", "warn"),
    Batch.Status.DONE: ("Sent to Xero and answered", ""),
}


def history(invoice: Invoice) -> list[Attempt]:
    """Every request that carried it, found by its marker in the bytes that left us, and what reading back found.

    The bytes of the practice's requests between its raising and its posting are searched, on one invoice's page only.
    """
    push = Push.objects.for_practice(invoice.practice_id).filter(invoice=invoice).first()
    if push is None:
        return []
    found = [Attempt(push.queued_at, "Queued for Xero")]
    for batch in _batches(invoice):
        found += _sending(batch)
    if push.verified_at and push.status == Push.Status.VERIFIED:
        found.append(
            Attempt(push.verified_at, "Read back from Xero and compared: it stands there as it was sent", "good")
        )
    return [*found, *_findings(invoice)]


def _batches(invoice: Invoice) -> list[Batch]:
    """Those that carried it, the latest ones."""
    rows = Batch.objects.for_practice(invoice.practice_id).filter(
        kind=Batch.Kind.INVOICES, created_at__gte=invoice.raised_at
    )
    if invoice.posted_at:
        rows = rows.filter(created_at__lte=invoice.posted_at + LATE)
    marks = [f"/i/{invoice.uid}".encode()]
    if invoice.number:
        marks.append(f'"InvoiceNumber":"{invoice.number}"'.encode())
    bodies = rows.order_by().values_list("pk", "body").iterator(chunk_size=AT_A_TIME)
    found = [pk for pk, body in bodies if any(mark in body for mark in marks)]
    return list(rows.filter(pk__in=found).defer("body").order_by("-created_at", "-pk")[:MOST])


def _sending(batch: Batch) -> Iterator[Attempt]:
    text, tone = ENDS[Batch.Status(batch.status)]
    number = f"{batch.item_count} invoices" if batch.item_count > 1 else "alone"
    status = f", HTTP {batch.http_status}" if batch.http_status else ""
    mark = f"Request {str(batch.uid)[:8]}, {number}{status}"
    took = _took(batch.sent_at, batch.finished_at)
    again = ", the same content as before" if batch.repeats_id else ""
    said = "\n".join(part for part in (batch.problem, _correlation(batch)) if part)
    yield Attempt(batch.sent_at or batch.created_at, f"{text}{again}{took}", tone, said, mark)


def _took(sent_at: datetime | None, finished_at: datetime | None) -> str:
    if sent_at is None or finished_at is None:
        return ""
    return f", after {max((finished_at - sent_at).total_seconds(), 0):.1f} s"


def _correlation(batch: Batch) -> str:
    return f"Xero’s own mark for it: {batch.correlation_id}" if batch.correlation_id else ""


def _findings(invoice: Invoice) -> Iterator[Attempt]:
    rows = Difference.objects.for_practice(invoice.practice_id).filter(invoice=invoice).select_related("seen_by")
    for row in rows:
        yield Attempt(row.found_at, f"{TITLES[Difference.Kind(row.kind)]}: {row.detail}", "warn")
        if row.seen_at:
            yield Attempt(row.seen_at, f"Marked as seen by {row.seen_by}")
        if row.resolved_at:
            yield Attempt(row.resolved_at, "Agrees with Xero again", "good")
