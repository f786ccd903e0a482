"""Repaired causes: exactly the invoices they held up go out again, without another click."""

from datetime import date, datetime

from billing.models import Invoice
from billing.operations import invoices as billing_invoices
from xero_sync.models import Connection, Contact, ContactLink
from xero_sync.operations.contacts import CONTACT_CODES
from xero_sync.operations.pushes.claiming import lines_objection

LINE_CODES = ("ACCOUNT_INVALID", "TRACKING_INVALID", "TEMPLATE_MISSING")
LINE_RELATIONS = ("lines__ledger_account", "lines__tracking_1__category", "lines__tracking_2__category")


def heal(*, connection: Connection, at: datetime) -> int:
    """Queue again what was refused for a cause that is gone by now. How many."""
    practice = connection.practice
    refused = Invoice.objects.for_practice(practice).refused().exclude(kind=Invoice.Kind.ACCEPTANCE)
    refused = refused.filter(refusal_code__in=[*CONTACT_CODES, *LINE_CODES, "LOCKED_PERIOD"])
    waiting = list(refused.select_related("template").prefetch_related(*LINE_RELATIONS))
    usable = _clients_with_usable_contact(connection)
    repaired: dict[str, set[int]] = {}
    for invoice in waiting:
        if _is_repaired(invoice, connection, usable):
            repaired.setdefault(invoice.refusal_code, set()).add(invoice.client_id)
    return sum(
        len(billing_invoices.requeue_repaired(practice=practice, client_ids=client_ids, codes=[code], at=at))
        for code, client_ids in repaired.items()
    )


def _clients_with_usable_contact(connection: Connection) -> set[int]:
    links = ContactLink.objects.for_practice(connection.practice_id).filter(
        tenant_id=connection.tenant_id, contact__status=Contact.Status.ACTIVE, contact__is_missing=False
    )
    return set(links.values_list("client_id", flat=True))


def _is_repaired(invoice: Invoice, connection: Connection, usable: set[int]) -> bool:
    if invoice.refusal_code in CONTACT_CODES:
        return invoice.client_id in usable
    if invoice.refusal_code == "LOCKED_PERIOD":
        return all(invoice.invoice_date > day for day in _locks(connection))
    lines = list(invoice.lines.all())
    are_for_sales = all(line.ledger_account and line.ledger_account.is_sales for line in lines)
    return are_for_sales and lines_objection(invoice, lines) is None


def _locks(connection: Connection) -> list[date]:
    return [day for day in (connection.period_lock_date, connection.year_end_lock_date) if day]
