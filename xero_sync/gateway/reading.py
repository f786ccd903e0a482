"""Xero's documents in our words, read tolerantly: an unknown status or type never costs a page."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.records import AccountRecord, CategoryRecord, OptionRecord, TemplateRecord
from xero_sync.errors import OutcomeUnknown
from xero_sync.records import (
    BatchReply,
    ContactRecord,
    Element,
    Json,
    LedgerInvoice,
    OrganisationRecord,
    TaxRateRecord,
)

SALES_TYPES = frozenset({"REVENUE", "SALES", "OTHERINCOME"})
MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def rows(document: Json, name: str) -> list[Json]:
    """The list of that name; a reply without it cannot be trusted."""
    found = document.get(name)
    if not isinstance(found, list):
        raise OutcomeUnknown(f"Xero's answer has no {name}.", http_status=200)
    return [row for row in found if isinstance(row, dict)]


def text(row: Json, name: str) -> str:
    value = row.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def moment(row: Json, name: str) -> datetime | None:
    """`/Date(ms+0000)/` is UTC whatever stands behind the plus; other writers send ISO 8601."""
    value = text(row, name)
    stamp = MS_DATE.match(value)
    try:
        if stamp:
            return datetime.fromtimestamp(int(stamp[1]) / 1000, UTC)
        found = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(row: Json, name: str) -> date | None:
    """A calendar day: the readable twin (`DateString`) is preferred, for it knows no zone."""
    found = moment(row, f"{name}String") or moment(row, name)
    return found.date() if found else None


def money(row: Json, name: str) -> Decimal | None:
    try:
        return Decimal(text(row, name)) if text(row, name) else None
    except InvalidOperation:
        return None


def organisation(document: Json) -> OrganisationRecord:
    row = next(iter(rows(document, "Organisations")), {})
    if not row:
        raise OutcomeUnknown("Xero named no organisation.", http_status=200)
    return OrganisationRecord(
        name=text(row, "Name")[:255],
        short_code=text(row, "ShortCode")[:20],
        base_currency=text(row, "BaseCurrency")[:3] or "GBP",
        country_code=text(row, "CountryCode")[:2],
        period_lock_date=day(row, "PeriodLockDate"),
        year_end_lock_date=day(row, "EndOfYearLockDate"),
    )


def tax_rates(document: Json) -> dict[str, TaxRateRecord]:
    """By tax type, as accounts name them."""
    return {
        text(row, "TaxType"): TaxRateRecord(text(row, "Name")[:100], money(row, "EffectiveRate"))
        for row in rows(document, "TaxRates")
    }


def accounts(document: Json, rates: dict[str, TaxRateRecord]) -> list[AccountRecord]:
    return list(_accounts(document, rates))


def _accounts(document: Json, rates: dict[str, TaxRateRecord]) -> Iterator[AccountRecord]:
    for row in rows(document, "Accounts"):
        rate = rates.get(text(row, "TaxType"), TaxRateRecord(text(row, "TaxType"), None))
        is_revenue = text(row, "Class").upper() == "REVENUE" or text(row, "Type").upper() in SALES_TYPES
        yield AccountRecord(
            external_id=text(row, "AccountID"),
            code=text(row, "Code")[:10],
            name=text(row, "Name")[:255],
            is_sales=is_revenue and not text(row, "SystemAccount") and bool(text(row, "Code")),
            is_archived=text(row, "Status").upper() not in {"", "ACTIVE"},
            tax_name=rate.name,
            tax_rate=rate.rate,
        )


def templates(document: Json) -> list[TemplateRecord]:
    return [
        TemplateRecord(text(row, "BrandingThemeID"), text(row, "Name")[:255], int(money(row, "SortOrder") or 0))
        for row in rows(document, "BrandingThemes")
    ]


def tracking_categories(document: Json) -> list[CategoryRecord]:
    return [
        CategoryRecord(
            text(row, "TrackingCategoryID"),
            text(row, "Name")[:255],
            is_archived=text(row, "Status").upper() not in {"", "ACTIVE"},
            options=tuple(_option(option) for option in row.get("Options") or [] if isinstance(option, dict)),
        )
        for row in rows(document, "TrackingCategories")
    ]


def _option(row: Json) -> OptionRecord:
    is_archived = text(row, "Status").upper() not in {"", "ACTIVE"}
    return OptionRecord(text(row, "TrackingOptionID"), text(row, "Name")[:255], is_archived=is_archived)


def contact(row: Json) -> ContactRecord:
    """Whatever is not active cannot be used; a contact merged into another says which."""
    merged_into = text(row, "MergedToContactID")
    is_active = text(row, "ContactStatus").upper() in {"", "ACTIVE"}
    addresses = [a for a in row.get("Addresses") or [] if isinstance(a, dict)]
    return ContactRecord(
        external_id=text(row, "ContactID"),
        name=text(row, "Name")[:255],
        email=text(row, "EmailAddress")[:255],
        company_number=text(row, "CompanyNumber")[:50],
        contact_number=text(row, "ContactNumber")[:50],
        account_number=text(row, "AccountNumber")[:50],
        postcode=next((text(a, "PostalCode")[:20] for a in addresses if text(a, "PostalCode")), ""),
        status="merged" if merged_into else "active" if is_active else "archived",
        merged_into=merged_into,
        changed_at=moment(row, "UpdatedDateUTC"),
    )


def invoice(row: Json) -> LedgerInvoice:
    who: Any = row.get("Contact")
    lines = row.get("LineItems")
    return LedgerInvoice(
        external_id=text(row, "InvoiceID"),
        number=text(row, "InvoiceNumber"),
        type=text(row, "Type").upper(),
        status=text(row, "Status").upper(),
        contact_id=text(who, "ContactID") if isinstance(who, dict) else "",
        date=day(row, "Date"),
        reference=text(row, "Reference"),
        url=text(row, "Url"),
        currency=text(row, "CurrencyCode").upper(),
        subtotal=money(row, "SubTotal"),
        line_count=len(lines) if isinstance(lines, list) and lines else None,
    )


def batch(document: Json, name: str, correlation_id: str) -> BatchReply:
    return BatchReply(tuple(_element(row) for row in rows(document, name)), correlation_id[:64])


def _element(row: Json) -> Element:
    """A WARNING was kept by Xero; anything else that is not OK was not."""
    words = tuple(text(error, "Message") for error in row.get("ValidationErrors") or [] if isinstance(error, dict))
    status = text(row, "StatusAttributeString").upper()
    has_errors = bool(row.get("HasErrors") or row.get("HasValidationErrors"))
    is_accepted = status in {"OK", "WARNING"} or (not status and not has_errors and not words)
    return Element(is_accepted, words or (() if is_accepted else ("Xero gave no reason.",)), row)
