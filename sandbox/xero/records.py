"""What the sandbox remembers about organisations: plain records without behaviour of their own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NAMESPACE = uuid.UUID("5a0db0c5-0000-4000-8000-50c3e7000001")
NO_ID = "00000000-0000-0000-0000-000000000000"
Json = dict[str, Any]


def stable_id(*parts: object) -> str:
    """The same id for the same words in every run, so that a restart does not orphan what others stored."""
    return str(uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts)))


@dataclass
class Contact:
    contact_id: str
    name: str
    updated_at: datetime
    status: str = "ACTIVE"
    number: str | None = None
    account_number: str | None = None
    email: str | None = None
    merged_to: str | None = None
    is_customer: bool = True
    details: Json = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"


@dataclass
class Account:
    account_id: str
    code: str
    name: str
    type: str
    klass: str
    tax_type: str
    updated_at: datetime
    status: str = "ACTIVE"
    system: str | None = None


@dataclass
class Theme:
    theme_id: str
    name: str
    sort_order: int
    created_at: datetime


@dataclass
class Option:
    option_id: str
    name: str
    status: str = "ACTIVE"


@dataclass
class Category:
    category_id: str
    name: str
    options: list[Option]
    status: str = "ACTIVE"


@dataclass
class TaxRate:
    tax_type: str
    name: str
    rate: Decimal
    for_revenue: bool = True


@dataclass
class TrackingChoice:
    category_id: str
    option_id: str
    category: str
    option: str


@dataclass
class Line:
    line_item_id: str
    description: str | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    line_amount: Decimal
    tax_amount: Decimal
    tax_type: str | None = None
    account: Account | None = None
    item_code: str | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: list[TrackingChoice] = field(default_factory=list)


@dataclass
class Invoice:
    invoice_id: str
    type: str
    number: str
    contact_id: str
    day: date
    updated_at: datetime
    status: str = "DRAFT"
    line_amount_types: str = "Exclusive"
    currency: str = "GBP"
    due_date: date | None = None
    reference: str | None = None
    theme_id: str | None = None
    url: str | None = None
    sent_to_contact: bool = False
    client_id: str | None = None
    lines: list[Line] = field(default_factory=list)
    sub_total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    amount_paid: Decimal = Decimal(0)

    @property
    def amount_due(self) -> Decimal:
        return self.total - self.amount_paid if self.status not in {"VOIDED", "DELETED"} else Decimal(0)


@dataclass
class Organisation:
    """One tenant with its books. Only tenants of type ORGANISATION have any."""

    tenant_id: str
    name: str
    type: str = "ORGANISATION"
    short_code: str = "!Nv1x2"
    country: str = "GB"
    currency: str = "GBP"
    currencies: list[str] = field(default_factory=lambda: ["GBP"])
    timezone: str = "GMTSTANDARDTIME"
    zone: str = "Europe/London"
    period_lock: date | None = None
    year_lock: date | None = None
    approval_limit: int | None = None
    contacts: dict[str, Contact] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    tax_rates: list[TaxRate] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    next_number: int = 1
    made: int = 0

    def new_id(self, kind: str) -> str:
        self.made += 1
        return stable_id(self.tenant_id, kind, self.made)

    def take_number(self) -> str:
        """The next free number of the organisation's own series."""
        while f"inv-{self.next_number:04d}" in self.numbers:
            self.next_number += 1
        return f"INV-{self.next_number:04d}"

    def keep(self, invoice: Invoice) -> None:
        previous = self.invoices.get(invoice.invoice_id)
        if previous is not None and previous.type == "ACCREC":
            self.numbers.pop(previous.number.lower(), None)
        self.invoices[invoice.invoice_id] = invoice
        if invoice.type == "ACCREC" and invoice.number:
            self.numbers[invoice.number.lower()] = invoice.invoice_id

    def invoice_numbered(self, number: str) -> Invoice | None:
        invoice_id = self.numbers.get(number.lower())
        return self.invoices[invoice_id] if invoice_id else None

    def account_coded(self, code: str) -> Account | None:
        return next((a for a in self.accounts if a.code == code), None)

    def contact_named(self, name: str) -> Contact | None:
        """The active contact of that name; archived ones do not count."""
        return next((c for c in self.contacts.values() if c.is_active and c.name.lower() == name.lower()), None)

    def contact_numbered(self, number: str) -> Contact | None:
        return next((c for c in self.contacts.values() if c.number and c.number.lower() == number.lower()), None)


@dataclass
class User:
    """A person who can log in to Xero, with the tenants she may choose from."""

    user_id: str
    name: str
    email: str
    tenant_ids: list[str]


@dataclass
class Connection:
    connection_id: str
    user_id: str
    tenant_id: str
    event_id: str
    created_at: datetime
    updated_at: datetime
    is_live: bool = True
