"""Invoices as their senders put them: read in full before any is judged, so that nonsense changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.xero.contact_rules import Wanted, read_contact
from sandbox.xero.elements import Element

TYPES = ("ACCREC", "ACCPAY")
STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED", "VOIDED", "PAID")
LINE_AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")


@dataclass
class WantedTracking:
    category_id: str | None
    option_id: str | None
    category: str | None
    option: str | None


@dataclass
class WantedLine:
    line_item_id: str | None
    description: str | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    line_amount: Decimal | None
    tax_type: str | None
    tax_amount: Decimal | None
    account_code: str | None
    account_id: str | None
    item_code: str | None
    discount_rate: Decimal | None
    discount_amount: Decimal | None
    tracking: list[WantedTracking]


@dataclass
class WantedInvoice:
    invoice_id: str | None
    type: str | None
    number: str | None
    reference: str | None
    status: str | None
    contact: Wanted | None
    day: date | None
    due_date: date | None
    line_amount_types: str | None
    lines: list[WantedLine] | None
    theme_id: str | None
    url: str | None
    currency: str | None
    sent_to_contact: bool | None


def read_invoice(element: Element) -> WantedInvoice:
    contact, lines = element.child("Contact"), element.children("LineItems")
    return WantedInvoice(
        invoice_id=element.guid("InvoiceID"),
        type=element.choice("Type", *TYPES),
        number=element.words("InvoiceNumber"),
        reference=element.text("Reference"),
        status=element.choice("Status", *STATUSES),
        contact=read_contact(contact) if contact else None,
        day=element.day("Date"),
        due_date=element.day("DueDate"),
        line_amount_types=element.choice("LineAmountTypes", *LINE_AMOUNT_TYPES),
        lines=None if lines is None else [read_line(line) for line in lines],
        theme_id=element.guid("BrandingThemeID"),
        url=element.words("Url"),
        currency=element.words("CurrencyCode"),
        sent_to_contact=element.flag("SentToContact"),
    )


def read_line(element: Element) -> WantedLine:
    return WantedLine(
        line_item_id=element.guid("LineItemID"),
        description=element.words("Description"),
        quantity=element.number("Quantity"),
        unit_amount=element.number("UnitAmount"),
        line_amount=element.number("LineAmount"),
        tax_type=element.words("TaxType"),
        tax_amount=element.number("TaxAmount"),
        account_code=element.words("AccountCode"),
        account_id=element.guid("AccountID"),
        item_code=element.words("ItemCode"),
        discount_rate=element.number("DiscountRate"),
        discount_amount=element.number("DiscountAmount"),
        tracking=[read_tracking(choice) for choice in element.children("Tracking") or []],
    )


def read_tracking(element: Element) -> WantedTracking:
    return WantedTracking(
        category_id=element.guid("TrackingCategoryID"),
        option_id=element.guid("TrackingOptionID"),
        category=element.words("Name"),
        option=element.words("Option"),
    )
