"""Looking at what stands in Xero before anything leaves: a database put back to an older copy knows less than Xero.

The marker of an invoice is business identity, so what was posted and forgotten is recognised when it comes up again.
"""

from datetime import datetime, timedelta

from django.db import transaction

from billing.models import Invoice
from clients.operations import Stopwatch, audit
from xero_sync.models import Batch, Connection, Push, Sighting
from xero_sync.operations import lanes
from xero_sync.operations.lanes import Lease
from xero_sync.operations.pushes import unknown
from xero_sync.operations.pushes.finishing import posted
from xero_sync.operations.reconciliation import of_our_app
from xero_sync.ports import Gateway
from xero_sync.records import LedgerInvoice
from xero_sync.translation.replies import by_link, marker_of

CLOCK_SLACK = timedelta(days=1)  # Xero's clock may be hours off ours


def is_known(lease: Lease, connection: Connection, gateway: Gateway, watch: Stopwatch) -> bool:
    """Whether what stands in Xero is known, after looking if need be; nothing leaves before. The first slot looks."""
    if lanes.is_trusted(lease.practice):
        return True
    if lease.is_first:
        look_around(connection, gateway, watch, lease=lease)
    return lease.is_first


def look_around(connection: Connection, gateway: Gateway, watch: Stopwatch, *, lease: Lease | None = None) -> None:
    """Read what our app has made in Xero since the last batch that we know of, and note what we did not know.

    The sync does it too, so that on the 1st nothing stands before the first invoice.
    """

    def announce() -> None:
        if lease:
            lanes.announce_call(lease, gateway, at=watch.now())

    there = of_our_app(gateway, changed_since=_known_until(connection) - CLOCK_SLACK, announce=announce)
    if lease:
        unknown.recognise(lease, there.values(), at=watch.now())
    with transaction.atomic():
        if lease:
            lanes.extend(lease, until=watch.now() + lanes.TURN)
        _note_unknown(connection, list(there.values()), at=watch.now())
        lanes.trust(connection.practice)


def _known_until(connection: Connection) -> datetime:
    """The last moment at which we know to have sent something to this organisation."""
    sent = Batch.objects.for_practice(connection.practice_id).filter(
        tenant_id=connection.tenant_id, kind=Batch.Kind.INVOICES, sent_at__isnull=False
    )
    return sent.order_by("-sent_at").values_list("sent_at", flat=True).first() or connection.connected_at


def _note_unknown(connection: Connection, there: list[LedgerInvoice], *, at: datetime) -> None:
    marked = {uid: found for found in by_link(there).values() if (uid := marker_of(found)) is not None}
    known = Invoice.objects.for_practice(connection.practice_id).posted().filter(uid__in=marked)
    for uid in known.values_list("uid", flat=True):
        del marked[uid]
    Sighting.objects.bulk_create(
        [
            Sighting(
                practice_id=connection.practice_id,
                tenant_id=connection.tenant_id,
                uid=uid,
                external_id=found.external_id,
                number=found.number,
                seen_at=at,
            )
            for uid, found in marked.items()
        ],
        ignore_conflicts=True,
    )


def adopt(lease: Lease, connection: Connection, *, at: datetime) -> int:
    """Take what is due and was seen in Xero already for posted, without sending it; how many."""
    seen = Sighting.objects.for_practice(lease.practice).filter(tenant_id=connection.tenant_id)
    by_uid = {sighting.uid: sighting for sighting in seen}
    if not by_uid:
        return 0
    due = Push.objects.for_practice(lease.practice).due(at).filter(invoice__uid__in=by_uid)
    adopted = list(due.select_related("invoice"))
    with transaction.atomic():
        lanes.extend(lease, until=at + lanes.TURN)
        for push in adopted:
            sighting = by_uid[push.invoice.uid]
            posted(push, connection, external_id=sighting.external_id, number=sighting.number, at=at)
            sighting.delete()
        found = [(push.invoice, {"number": by_uid[push.invoice.uid].number}) for push in adopted]
        audit.record_all(practice=lease.practice, action="invoice.found", by=None, at=at, about=found)
    return len(adopted)
