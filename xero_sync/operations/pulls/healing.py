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
    """Queue again what was refused for a cause that is gone by now. How many.

    Where Xero refuses it again although our copy has nothing against it, billing does not queue it a second time.
    """
    practice = connection.practice
    refused = Invoice.objects.for_practice(practice).refused().exclude(kind=Invoice.Kind.ACCEPTANCE)
    refused = refused.filter(refusal_code__in=[*CONTACT_CODES, *LINE_CODES, "LOCKED_PERIOD"], push__isnull=False)
    waiting = list(refused.select_related("template", "push").prefetch_related(*LINE_RELATIONS))
    if not waiting:
        return 0
    usable = _usable_contacts(connection)
    standing = {invoice.pk: _is_repaired(invoice, connection, usable) for invoice in waiting}
    return len(billing_invoices.requeue_healed(practice=practice, standing=standing, at=at))


def _usable_contacts(connection: Connection) -> dict[int, str]:
    """The contact of each client that has one which may be used."""
    links = ContactLink.objects.for_practice(connection.practice_id).filter(
        tenant_id=connection.tenant_id, contact__status=Contact.Status.ACTIVE, contact__is_missing=False
    )
    return dict(links.values_list("client_id", "contact__external_id"))


def _is_repaired(invoice: Invoice, connection: Connection, usable: dict[int, str]) -> bool:
    if invoice.refusal_code == "CONTACT_NAME_TAKEN":
        # Only another contact helps: the one that Xero objected to was usable all along.
        return usable.get(invoice.client_id, invoice.push.refused_contact_id) != invoice.push.refused_contact_id
    if invoice.refusal_code in CONTACT_CODES:
        return invoice.client_id in usable
    if invoice.refusal_code == "LOCKED_PERIOD":
        return all(invoice.invoice_date > day for day in _locks(connection))
    lines = list(invoice.lines.all())
    are_for_sales = all(line.ledger_account and line.ledger_account.is_sales for line in lines)
    return are_for_sales and lines_objection(invoice, lines) is None


def _locks(connection: Connection) -> list[date]:
    return [day for day in (connection.period_lock_date, connection.year_end_lock_date) if day]
