"""Into the queue and out of it again."""

from collections.abc import Sequence
from datetime import datetime

from billing.models import Invoice
from xero_sync.models import AT_ONCE, Push
from xero_sync.operations import bells

ReadyAgain = {
    "status": Push.Status.READY,
    "batch": None,
    "not_before": AT_ONCE,
    "element_sha256": "",
    "contact_external_id": "",
    "verified_at": None,
}


def enqueue_all(invoices: Sequence[Invoice], *, at: datetime) -> None:
    """Queue these invoices of one practice, in the caller's transaction; what waits already is left as it is.

    One that was refused or withdrawn is queued again, to be written anew.
    """
    if not invoices:
        return
    practice_id = invoices[0].practice_id
    new = [_push(invoice, at=at) for invoice in invoices]
    Push.objects.bulk_create(new, ignore_conflicts=True)
    again = Push.objects.for_practice(practice_id).filter(
        invoice__in=invoices, status__in=[Push.Status.REFUSED, Push.Status.WITHDRAWN]
    )
    again.update(queued_at=at, renumbered=0, **ReadyAgain)
    bells.ring_lane(practice_id)


def _push(invoice: Invoice, *, at: datetime) -> Push:
    return Push(
        practice_id=invoice.practice_id,
        invoice=invoice,
        client_id=invoice.client_id,
        not_before=AT_ONCE,
        queued_at=at,
    )


def withdraw(invoice: Invoice, *, at: datetime) -> bool:
    """Take an invoice out of the queue; False once it may have left us."""
    pushes = Push.objects.for_practice(invoice.practice_id).filter(invoice=invoice)
    waiting = pushes.filter(status__in=[Push.Status.READY, Push.Status.REFUSED], element_sha256="")
    if waiting.update(status=Push.Status.WITHDRAWN, batch=None):
        return True
    return not pushes.exclude(status=Push.Status.WITHDRAWN).exists()
