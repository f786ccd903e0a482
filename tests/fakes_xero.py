"""A Xero in memory, for tests that need no HTTP. tests/verification/ holds it to what the sandbox does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from billing.records import AccountRecord, CategoryRecord, OptionRecord, TemplateRecord
from xero_sync.errors import XeroFailure
from xero_sync.records import (
    BatchReply,
    ContactPage,
    ContactRecord,
    Element,
    Json,
    LedgerInvoice,
    Limits,
    OrganisationRecord,
    TaxRateRecord,
)
from xero_sync.translation.elements import elements_in
from xero_sync.translation.replies import net_total

ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)
TAKEN = (
    "The contact name {0} is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)


class FakeXero:
    """One organisation's books. One is shared by all tests; the `xero` fixtures empty it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.contacts: dict[str, ContactRecord] = {}
        self.invoices: dict[str, LedgerInvoice] = {}
        self.failures: list[tuple[XeroFailure, bool]] = []
        self.calls: list[str] = []
        self._ids = count(1)

    def add_contact(self, name: str, status: str = "active", number: str = "") -> str:
        key = f"contact-{next(self._ids)}"
        self.contacts[key] = ContactRecord(key, name, "", "", number, "", "", status, "", None)
        return key

    def fail_next(self, failure: XeroFailure, *, is_carried_out: bool = False) -> None:
        """The next writing fails; carried out or not."""
        self.failures.append((failure, is_carried_out))

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self._ids)}"


BOOKS = FakeXero()


class FakeGateway:
    """See `xero_sync.ports.Gateway`."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.limits = Limits(900, 50, 9000)

    def organisation(self) -> OrganisationRecord:
        return OrganisationRecord("North & Vale Accountants", "!Nv1x2", "GBP", "GB", None, None)

    def tax_rates(self) -> dict[str, TaxRateRecord]:
        return {"OUTPUT2": TaxRateRecord("20% (VAT on Income)", Decimal(20))}

    def accounts(self, tax_rates: dict[str, TaxRateRecord]) -> list[AccountRecord]:
        return [AccountRecord("account-200", "200", "Fees", is_sales=True, tax_name=tax_rates["OUTPUT2"].name)]

    def templates(self) -> list[TemplateRecord]:
        return [TemplateRecord("theme-1", "Standard")]

    def tracking_categories(self) -> list[CategoryRecord]:
        return [CategoryRecord("category-1", "Partner", options=(OptionRecord("option-1", "A"),))]

    def contacts(self, *, page: int, changed_since: datetime | None) -> ContactPage:
        found = tuple(BOOKS.contacts.values())
        return ContactPage(found, True, len(found))

    def contacts_by_id(self, external_ids: Sequence[str]) -> list[ContactRecord]:
        return [one for key, one in BOOKS.contacts.items() if key in external_ids]

    def contact_numbered(self, contact_number: str) -> ContactRecord | None:
        return next((one for one in BOOKS.contacts.values() if one.contact_number == contact_number), None)

    def unarchive_contact(self, external_id: str, *, idempotency_key: str) -> ContactRecord:
        BOOKS.contacts[external_id] = replace(BOOKS.contacts[external_id], status="active")
        return BOOKS.contacts[external_id]

    def delete_draft(self, external_id: str, *, idempotency_key: str) -> None:
        BOOKS.invoices[external_id] = replace(BOOKS.invoices[external_id], status="DELETED")

    def create_contacts(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply:
        return self._written("contacts", [self._contact(one) for one in self._wanted(body, "Contacts")])

    def create_invoices(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply:
        return self._written("invoices", [self._invoice(one) for one in self._wanted(body, "Invoices")])

    def invoices_numbered(self, numbers: Sequence[str]) -> list[LedgerInvoice]:
        return [one for one in BOOKS.invoices.values() if one.number in numbers]

    def invoices_of_our_app(self, *, page: int, changed_since: datetime) -> tuple[list[LedgerInvoice], bool]:
        return list(BOOKS.invoices.values()), True

    def _wanted(self, body: bytes, name: str) -> list[Json]:
        """What was sent, unless the next failure says that it never arrived."""
        if BOOKS.failures and not BOOKS.failures[0][1]:
            raise BOOKS.failures.pop(0)[0]
        return elements_in(body, name)

    def _written(self, what: str, elements: list[Element]) -> BatchReply:
        BOOKS.calls.append(what)
        if BOOKS.failures:
            raise BOOKS.failures.pop(0)[0]
        return BatchReply(tuple(elements), "correlation")

    def _contact(self, wanted: Json) -> Element:
        others = BOOKS.contacts.values()
        if any(one.status == "active" and one.name.lower() == wanted["Name"].lower() for one in others):
            return refused(wanted, TAKEN.format(wanted["Name"]))
        key = BOOKS.add_contact(wanted["Name"], number=wanted.get("ContactNumber", ""))
        return Element(True, (), {**wanted, "ContactID": key})

    def _invoice(self, wanted: Json) -> Element:
        contact = BOOKS.contacts.get(wanted["Contact"]["ContactID"])
        if contact is None or contact.status != "active":
            return refused(wanted, ARCHIVED)
        if any(one.number == wanted.get("InvoiceNumber") for one in BOOKS.invoices.values()):
            return refused(wanted, "Invoice # must be unique.")
        key = BOOKS.new_id("invoice")
        BOOKS.invoices[key] = LedgerInvoice(
            external_id=key,
            number=wanted.get("InvoiceNumber") or f"INV-{key}",
            type="ACCREC",
            status=wanted["Status"],
            contact_id=contact.external_id,
            date=date.fromisoformat(wanted["Date"]),
            reference=wanted.get("Reference", ""),
            url=wanted.get("Url", ""),
            currency=wanted["CurrencyCode"],
            subtotal=net_total(wanted),
            line_count=len(wanted["LineItems"]),
        )
        return Element(True, (), {**wanted, "InvoiceID": key, "InvoiceNumber": BOOKS.invoices[key].number})


def refused(wanted: Json, words: str) -> Element:
    data: dict[str, Any] = {name: wanted[name] for name in ("InvoiceNumber", "ContactNumber") if name in wanted}
    return Element(False, (words,), data)


def open_fake(tenant_id: str, access_token: str) -> FakeGateway:
    """What settings.XERO_GATEWAY names in a test that needs no HTTP."""
    return FakeGateway(tenant_id)
