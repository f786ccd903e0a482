"""Invoices as they go back over the wire."""

from __future__ import annotations

from sandbox.xero.invoice_reading import WantedInvoice
from sandbox.xero.records import NO_ID, Invoice, Json, Line, Organisation, TrackingChoice
from sandbox.xero.wire import date_string, messages, ms_date, without_nulls


def brief(organisation: Organisation, it: Invoice) -> Json:
    """Without a page an invoice comes without its lines."""
    contact = organisation.contacts[it.contact_id]
    return without_nulls(
        {
            "Type": it.type,
            "InvoiceID": it.invoice_id,
            "InvoiceNumber": it.number,
            "Reference": it.reference,
            "Status": it.status,
            "LineAmountTypes": it.line_amount_types,
            "Contact": {"ContactID": contact.contact_id, "Name": contact.name},
            "DateString": date_string(it.day),
            "Date": ms_date(it.day),
            "DueDateString": date_string(it.due_date) if it.due_date else None,
            "DueDate": ms_date(it.due_date) if it.due_date else None,
            "BrandingThemeID": it.theme_id,
            "Url": it.url,
            "SentToContact": it.sent_to_contact,
            "LineItems": [],
            "SubTotal": it.sub_total,
            "TotalTax": it.total_tax,
            "Total": it.total,
            "AmountDue": it.amount_due,
            "AmountPaid": it.amount_paid,
            "AmountCredited": 0.0,
            "CurrencyCode": it.currency,
            "CurrencyRate": 1.0,
            "HasAttachments": False,
            "HasErrors": False,
            "UpdatedDateUTC": ms_date(it.updated_at),
        }
    )


def shown(organisation: Organisation, it: Invoice) -> Json:
    return {**brief(organisation, it), "LineItems": [line_shown(line) for line in it.lines]}


def line_shown(it: Line) -> Json:
    return without_nulls(
        {
            "LineItemID": it.line_item_id,
            "Description": it.description,
            "Quantity": it.quantity,
            "UnitAmount": it.unit_amount,
            "ItemCode": it.item_code,
            "DiscountRate": it.discount_rate,
            "DiscountAmount": it.discount_amount,
            "LineAmount": it.line_amount,
            "TaxType": it.tax_type,
            "TaxAmount": it.tax_amount,
            "AccountCode": it.account.code if it.account else None,
            "AccountID": it.account.account_id if it.account else None,
            "Tracking": [tracking_shown(choice) for choice in it.tracking],
            "ValidationErrors": [],
        }
    )


def tracking_shown(it: TrackingChoice) -> Json:
    return {
        "TrackingCategoryID": it.category_id,
        "TrackingOptionID": it.option_id,
        "Name": it.category,
        "Option": it.option,
    }


def refused(wanted: WantedInvoice, present: Invoice | None, errors: list[str]) -> Json:
    return without_nulls(
        {
            "Type": wanted.type or (present.type if present else None),
            "InvoiceID": present.invoice_id if present else NO_ID,
            "InvoiceNumber": wanted.number,
            "Reference": wanted.reference,
            "Contact": {"ContactID": wanted.contact.contact_id}
            if wanted.contact and wanted.contact.contact_id
            else None,
            "HasErrors": True,
            "StatusAttributeString": "ERROR",
            "ValidationErrors": messages(errors),
        }
    )
