"""Two invoices in Xero for one of ours: where Xero numbers, a request that is carried out very late cannot be refused.

The one that we know stays. Its twin is deleted while it is a draft that nobody has touched, and told; else it is left
to people.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from billing.models import Invoice
from clients.operations import audit
from xero_sync.errors import XeroFailure
from xero_sync.models import Connection, Difference, Push
from xero_sync.ports import Gateway
from xero_sync.records import Json, LedgerInvoice
from xero_sync.translation.elements import sha256
from xero_sync.translation.replies import disagreements, marker_of

DRAFT = "DRAFT"
DELETED = "Xero carried out a request very late and had this invoice twice. The second draft, {0}, was deleted."
LEFT = "Xero has this invoice twice. The second one, {0}, was {1}, so it was left alone. Delete one of them in Xero."


def twins_of(connection: Connection, there: Mapping[str, LedgerInvoice]) -> list[tuple[Push, LedgerInvoice]]:
    """Each push whose invoice stands in Xero, with every other live invoice that carries its marker."""
    by_uid = _live_by_marker(there.values())
    pushes = Push.objects.for_practice(connection.practice_id).filter(
        invoice__status=Invoice.Status.POSTED, invoice__uid__in=list(by_uid)
    )
    return [
        (push, twin)
        for push in pushes.select_related("invoice")
        for twin in by_uid[push.invoice.uid]
        if twin.external_id != push.invoice.ledger_reference and _is_live(there.get(push.invoice.ledger_reference))
    ]


def _is_live(invoice: LedgerInvoice | None) -> bool:
    return invoice is not None and not invoice.is_gone


def _live_by_marker(there: Iterable[LedgerInvoice]) -> dict[object, list[LedgerInvoice]]:
    """What carries one marker, where more than one live invoice does."""
    found: dict[object, list[LedgerInvoice]] = {}
    for invoice in there:
        uid = marker_of(invoice)
        if uid is not None and not invoice.is_gone:
            found.setdefault(uid, []).append(invoice)
    return {uid: invoices for uid, invoices in found.items() if len(invoices) > 1}


def remove(push: Push, twin: LedgerInvoice, expected: Json | None, gateway: Gateway, *, at: datetime) -> bool:
    """Delete the twin where nobody has touched it, else report it; whether it was deleted."""
    name = twin.number or twin.external_id
    touched = expected is None or twin.status != DRAFT or disagreements(twin, expected)
    if touched:
        state = "edited" if twin.status == DRAFT else twin.status.lower()
        _report(push, name, LEFT.format(name, state), at=at, is_over=False)
        return False
    try:
        key = sha256(f"{gateway.tenant_id}|delete|{twin.external_id}".encode())
        gateway.delete_draft(twin.external_id, idempotency_key=key)
    except XeroFailure:
        return False  # the next night finds it again
    _report(push, name, DELETED.format(name), at=at, is_over=True)
    return True


def _report(push: Push, name: str, detail: str, *, at: datetime, is_over: bool) -> None:
    with transaction.atomic():
        _, is_new = Difference.objects.for_practice(push.practice_id).get_or_create(
            practice_id=push.practice_id,
            invoice=push.invoice,
            kind=Difference.Kind.DUPLICATE,
            detail=detail[:500],
            defaults={"found_at": at, "resolved_at": at if is_over else None},
        )
        if is_new:
            action = "invoice.twin_deleted" if is_over else "invoice.twin_left"
            facts = {"twin": name}
            audit.record(practice=push.practice_id, action=action, by=None, at=at, subject=push.invoice, facts=facts)
