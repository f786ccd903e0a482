"""Invoices that stand in Xero though they were cancelled here: a request was carried out when nobody waited for it any
more. They are reported and left to people."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.models import Invoice
from clients.operations import audit
from xero_sync.models import Connection, Difference
from xero_sync.records import LedgerInvoice
from xero_sync.translation.replies import marker_of

ROWS = 500
CANCELLED = "It was cancelled here, and stands in Xero as {0}, {1}."
BY_HAND = (
    "It was marked as handled by hand here, and stands in Xero as {0}, {1}. If another invoice took its place, the "
    "client is billed twice."
)


def report(connection: Connection, there: Collection[LedgerInvoice], *, at: datetime) -> int:
    """Report what is live among these and cancelled here; what is gone by now is settled. How many are live."""
    marked = [(uid, one) for one in there if (uid := marker_of(one)) is not None]
    live = {uid: one for uid, one in marked if not one.is_gone}
    gone = [uid for uid, _ in marked if uid not in live]
    _settle(connection, gone, at=at)
    found = _cancelled(connection, list(live))
    for invoice in found:
        _report(invoice, live[invoice.uid], at=at)
    return len(found)


def first_reported(connection: Connection) -> datetime | None:
    """Since when something is reported that nobody has dealt with: what became of it since is to be read."""
    unseen = Difference.objects.for_practice(connection.practice_id).filter(resolved_at=None, seen_at=None)
    return unseen.filter(kind=Difference.Kind.UNWANTED).order_by("found_at").values_list("found_at", flat=True).first()


def _cancelled(connection: Connection, uids: Collection[UUID]) -> list[Invoice]:
    cancelled = Invoice.objects.for_practice(connection.practice_id).filter(status=Invoice.Status.CANCELLED)
    wanted = list(uids)
    chunks = [wanted[start : start + ROWS] for start in range(0, len(wanted), ROWS)]
    return [invoice for chunk in chunks for invoice in cancelled.filter(uid__in=chunk)]


def _settle(connection: Connection, uids: Collection[UUID], *, at: datetime) -> None:
    """Few are ever open, so these are asked for, not those that are gone."""
    differences = Difference.objects.for_practice(connection.practice_id)
    for row in differences.filter(kind=Difference.Kind.UNWANTED, resolved_at=None).select_related("invoice"):
        if row.invoice.uid in uids:
            differences.filter(pk=row.pk).update(resolved_at=at)


def _report(invoice: Invoice, there: LedgerInvoice, *, at: datetime) -> None:
    name = there.number or there.external_id
    words = BY_HAND if invoice.is_handled_by_hand else CANCELLED
    detail = words.format(name, there.status.lower())[:500]
    with transaction.atomic():
        row, is_new = Difference.objects.for_practice(invoice.practice_id).get_or_create(
            practice_id=invoice.practice_id,
            invoice=invoice,
            kind=Difference.Kind.UNWANTED,
            resolved_at=None,
            defaults={"detail": detail, "found_at": at},
        )
        Difference.objects.for_practice(invoice.practice_id).filter(pk=row.pk).update(detail=detail)
        if is_new:
            facts = {"number": name}
            audit.record(
                practice=invoice.practice_id, action="invoice.unwanted", by=None, at=at, subject=invoice, facts=facts
            )
