"""Finding out what became of a batch: by reading back, never by sending first."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from clients.operations import audit
from xero_sync.models import Batch, Push
from xero_sync.operations.lanes import Lease, announce_call, live_leases
from xero_sync.operations.pushes.claiming import refuse
from xero_sync.operations.pushes.finishing import (
    MOST_ATTEMPTS,
    adopted_or_refused,
    not_done,
    overdue,
    pushes_by_position,
    sent_elements,
    still_ours,
)
from xero_sync.ports import Gateway
from xero_sync.records import Json, LedgerInvoice
from xero_sync.translation.refusals import refusal
from xero_sync.translation.replies import under_number

CLOCK_SLACK = timedelta(days=1)  # Xero's clock may be hours off ours
PAGES = 20


def take_over(lease: Lease, *, at: datetime) -> None:
    """Make the open batches of senders that are gone ours: what never left waits again, what may have left is
    unknown. Those of slots in use are left alone."""
    batches = Batch.objects.for_practice(lease.practice)
    live = live_leases(lease.practice, at=at)
    open_ones = batches.filter(Q(status__in=[Batch.Status.PREPARED, Batch.Status.UNKNOWN]) | _overdue(at))
    for batch in open_ones.defer("body"):
        if (batch.slot, batch.fence) in live:
            continue
        theirs = batches.filter(pk=batch.pk, slot=batch.slot, fence=batch.fence, status=batch.status)
        if not theirs.update(slot=lease.slot, fence=lease.fence):
            continue
        if batch.status == Batch.Status.PREPARED:
            not_done(lease, batch, "It never left.", at=at)
        elif batch.status == Batch.Status.SENDING:
            overdue(lease, batch)


def _overdue(at: datetime) -> Q:
    return Q(status=Batch.Status.SENDING, deadline_at__lt=at)


def unknown_batch(lease: Lease, *, at: datetime) -> Batch | None:
    """The oldest batch whose outcome has to be found out now."""
    unsettled = Batch.objects.for_practice(lease.practice).unsettled(at)
    ours = unsettled.filter(status=Batch.Status.UNKNOWN, slot=lease.slot, fence=lease.fence)
    return ours.select_related("connection").first()


def find_out(lease: Lease, batch: Batch, gateway: Gateway, *, at: datetime) -> None:
    """Read back, then settle: what is there is posted, what is not goes again with the same number and bytes."""
    if batch.kind == Batch.Kind.CONTACTS:
        # Creating them again is refused by our number where they exist, and the one that exists is then linked.
        still_ours(lease, batch, was=[Batch.Status.UNKNOWN], status=Batch.Status.SUPERSEDED, finished_at=at)
        return
    sent = sent_elements(batch)
    there = read_back(lease, batch, sent, gateway, at=at)
    with transaction.atomic(), audit.together():
        pushes = pushes_by_position(batch, sent)
        missing = [position for position in pushes if position not in there]
        end = Batch.Status.SUPERSEDED if missing else Batch.Status.DONE
        if not still_ours(lease, batch, was=[Batch.Status.UNKNOWN], status=end, finished_at=at):
            return
        for position, push in pushes.items():
            if position in there:
                adopted_or_refused(push, batch.connection, sent[position], there[position], at=at)
            else:
                _again(push, batch, at=at)


def read_back(
    lease: Lease, batch: Batch, sent: list[Json], gateway: Gateway, *, at: datetime
) -> dict[int, LedgerInvoice]:
    """What Xero holds of this batch, by position: found by our numbers, else by our marker."""
    numbers = [element["InvoiceNumber"] for element in sent if element.get("InvoiceNumber")]
    carrying = []
    if numbers:
        announce_call(lease, at=at)
        carrying = gateway.invoices_numbered(numbers)
    found = {p: one for p, element in enumerate(sent) if (one := under_number(carrying, element))}
    if len(numbers) < len(sent):
        found |= _by_marker(lease, batch, sent, gateway, at=at)
    return found


def _by_marker(
    lease: Lease, batch: Batch, sent: list[Json], gateway: Gateway, *, at: datetime
) -> dict[int, LedgerInvoice]:
    marked = {element["Url"].lower(): p for p, element in enumerate(sent) if element.get("Url")}
    since = (batch.sent_at or batch.created_at) - CLOCK_SLACK
    found: dict[int, LedgerInvoice] = {}
    for page in range(1, PAGES + 1):
        announce_call(lease, at=at)
        invoices, is_last = gateway.invoices_of_our_app(page=page, changed_since=since)
        found |= {marked[invoice.url.lower()]: invoice for invoice in invoices if invoice.url.lower() in marked}
        if is_last:
            break
    return found


def _again(push: Push, batch: Batch, *, at: datetime) -> None:
    """Not there: send it again, unless it stood alone in a batch that took a worker down too often."""
    if batch.item_count == 1 and batch.attempts >= MOST_ATTEMPTS:
        refuse(push, refusal("SET_ASIDE", batch.problem), at=at)
        return
    Push.objects.for_practice(push.practice_id).filter(pk=push.pk, status=Push.Status.UNKNOWN).update(
        status=Push.Status.READY
    )
