"""What Xero asks of an invoice before it keeps it, in Xero's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.xero.call import Call
from sandbox.xero.contact_rules import judged as judged_contact
from sandbox.xero.invoice_lines import LineTerms, built
from sandbox.xero.invoice_reading import WantedInvoice
from sandbox.xero.records import Contact, Invoice, Organisation

NO_CONTACT = "A Contact must be specified for this type of transaction"
ARCHIVED_CONTACT = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)
NUMBER_TAKEN = "Invoice # must be unique."
LOCKED = "The document date cannot be before the {0} lock date, currently set at {1:%d-%b-%Y}"
NO_CURRENCY = "Organisation is not subscribed to currency {0}"
APPROVALS_USED = "You have reached the limit of invoices you can approve"
NOT_MODIFIABLE = "Invoice not of valid status for modification"
PAID_ALREADY = "This document cannot be edited as it has a payment or credit note allocated to it."
NOTHING = Decimal("0.00")
NEW_STATUSES = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
MOVES = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
}


def judged(call: Call, wanted: WantedInvoice, present: Invoice | None) -> tuple[Invoice, list[str]]:
    """The invoice as it would be kept, with its new contact if there is one, and what stands against it."""
    if present is not None:
        stopped = unmodifiable(present, wanted)
        if stopped:
            return present, [stopped]
    base = present or blank(call, wanted)
    contact, errors = contact_for(call, wanted, present)
    invoice = replace(
        base,
        contact_id=contact.contact_id if contact else "",
        number=wanted.number or base.number,
        reference=wanted.reference if wanted.reference is not None else base.reference,
        status=wanted.status or base.status,
        day=wanted.day or base.day,
        due_date=wanted.due_date or base.due_date,
        line_amount_types=wanted.line_amount_types or base.line_amount_types,
        theme_id=wanted.theme_id or base.theme_id or default_theme(call.organisation),
        url=wanted.url or base.url,
        currency=wanted.currency or base.currency,
        updated_at=call.at,
    )
    if wanted.sent_to_contact is not None and invoice.status == "AUTHORISED":
        invoice.sent_to_contact = wanted.sent_to_contact
    errors += head_objections(call, invoice, wanted, present)
    errors += add_lines(call, invoice, wanted)
    if errors or contact is None:
        return invoice, errors
    return kept_with_contact(call, invoice, contact), []


def blank(call: Call, wanted: WantedInvoice) -> Invoice:
    today = call.at.astimezone(ZoneInfo(call.organisation.zone)).date()
    return Invoice(
        invoice_id="",
        type=wanted.type or "",
        number="",
        contact_id="",
        day=today,
        updated_at=call.at,
        currency=call.organisation.currency,
        client_id=call.client_id,
    )


def kept_with_contact(call: Call, invoice: Invoice, contact: Contact) -> Invoice:
    """Only now do ids and numbers exist, so a refused invoice leaves no gap in the series."""
    organisation = call.organisation
    organisation.contacts[contact.contact_id] = contact
    invoice.contact_id = contact.contact_id
    invoice.invoice_id = invoice.invoice_id or organisation.new_id("invoice")
    if invoice.type == "ACCREC":
        invoice.number = invoice.number or organisation.take_number()
    return invoice


def unmodifiable(present: Invoice, wanted: WantedInvoice) -> str | None:
    if present.status == "PAID" or present.amount_paid:
        return PAID_ALREADY
    if (wanted.status or present.status) not in MOVES.get(present.status, frozenset()):
        return NOT_MODIFIABLE
    return None


def contact_for(call: Call, wanted: WantedInvoice, present: Invoice | None) -> tuple[Contact | None, list[str]]:
    """An unknown name makes a new contact; anything sent beside the id changes the contact."""
    if wanted.contact is None:
        kept = call.organisation.contacts.get(present.contact_id) if present else None
        return kept, [] if kept else [NO_CONTACT]
    if not any((wanted.contact.contact_id, wanted.contact.number, wanted.contact.name)):
        return None, [NO_CONTACT]
    wanted.contact.status = None
    contact, errors = judged_contact(call.organisation, wanted.contact, True, call.at)
    if contact.contact_id and not contact.is_active:
        return contact, [ARCHIVED_CONTACT]
    return contact, errors


def default_theme(organisation: Organisation) -> str | None:
    first = min(organisation.themes, key=lambda theme: theme.sort_order, default=None)
    return first.theme_id if first else None


def head_objections(call: Call, invoice: Invoice, wanted: WantedInvoice, present: Invoice | None) -> list[str]:
    checks = (
        type_objection(invoice),
        number_objection(call.organisation, invoice, present),
        status_objection(call.organisation, invoice, present),
        lock_objection(call, invoice),
        theme_objection(call, invoice, wanted),
        text_objection(invoice),
    )
    return [objection for objection in checks if objection]


def type_objection(invoice: Invoice) -> str | None:
    return None if invoice.type else "Invoice Type must be specified."


def number_objection(organisation: Organisation, invoice: Invoice, present: Invoice | None) -> str | None:
    if len(invoice.number) > 255:
        return "The InvoiceNumber field cannot exceed 255 characters."
    holder = organisation.invoice_numbered(invoice.number) if invoice.type == "ACCREC" and invoice.number else None
    if holder is not None and (present is None or holder.invoice_id != present.invoice_id):
        return NUMBER_TAKEN
    return None


def status_objection(organisation: Organisation, invoice: Invoice, present: Invoice | None) -> str | None:
    if present is None and invoice.status not in NEW_STATUSES:
        return "Invoice not of valid status for creation"
    if invoice.status != "AUTHORISED" or (present is not None and present.status == "AUTHORISED"):
        return None
    approved = sum(1 for other in organisation.invoices.values() if other.status in {"AUTHORISED", "PAID"})
    if organisation.approval_limit is not None and approved >= organisation.approval_limit:
        return APPROVALS_USED
    return None if invoice.due_date else "The due date must be specified for approved documents."


def lock_objection(call: Call, invoice: Invoice) -> str | None:
    """Xero lets drafts through, some say; others saw them refused. The setting chooses."""
    if invoice.status in {"DRAFT", "SUBMITTED"} and call.state.settings.lock_drafts == "accepted":
        return None
    return locked(invoice.day, call.organisation)


def locked(day: date, organisation: Organisation) -> str | None:
    for name, lock in (("period", organisation.period_lock), ("end of year", organisation.year_lock)):
        if lock is not None and day <= lock:
            return LOCKED.format(name, lock)
    return None


def theme_objection(call: Call, invoice: Invoice, wanted: WantedInvoice) -> str | None:
    if wanted.theme_id is None or any(t.theme_id == wanted.theme_id for t in call.organisation.themes):
        return None
    if call.state.settings.unknown_theme == "dropped":
        invoice.theme_id = default_theme(call.organisation)
        return None
    return f"The branding theme with BrandingThemeID {wanted.theme_id} could not be found."


def text_objection(invoice: Invoice) -> str | None:
    if len(invoice.reference or "") > 255:
        return "The Reference field cannot exceed 255 characters."
    if invoice.url and (not invoice.url.lower().startswith(("http://", "https://")) or "xero" in invoice.url.lower()):
        return "Url must be a valid absolute URL that does not contain the word Xero."
    return None


def add_lines(call: Call, invoice: Invoice, wanted: WantedInvoice) -> list[str]:
    """Lines and totals. Lines left out of an update are gone."""
    errors = []
    if invoice.currency not in call.organisation.currencies:
        errors.append(NO_CURRENCY.format(invoice.currency))
    if wanted.lines is not None:
        terms = LineTerms(
            organisation=call.organisation,
            settings=call.state.settings,
            is_sale=invoice.type == "ACCREC",
            needs_account=invoice.status == "AUTHORISED",
            line_amount_types=invoice.line_amount_types,
            decimals=4 if call.query.number("unitdp") == 4 else 2,
        )
        kept = {line.line_item_id for line in invoice.lines}
        invoice.lines = [
            built(line, known_or_new(line.line_item_id, kept, call.organisation), terms) for line in wanted.lines
        ]
        errors += terms.errors
    if not invoice.lines:
        errors.append("One or more line items must be specified")
    total_up(invoice)
    return errors if invoice.total >= 0 else [*errors, "The total of the document cannot be negative."]


def known_or_new(ident: str | None, kept: set[str], organisation: Organisation) -> str:
    return ident if ident in kept and ident else organisation.new_id("line")


def total_up(invoice: Invoice) -> None:
    amounts = sum((line.line_amount for line in invoice.lines), start=NOTHING)
    invoice.total_tax = sum((line.tax_amount for line in invoice.lines), start=NOTHING)
    invoice.sub_total = amounts - invoice.total_tax if invoice.line_amount_types == "Inclusive" else amounts
    invoice.total = invoice.sub_total + invoice.total_tax
