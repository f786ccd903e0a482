"""The fake Xero and the real gateway before the sandbox give the same answers to the same questions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import make_member, make_practice
from tests.fakes_xero import BOOKS, FakeGateway
from tests.xero_world import NORTH_AND_VALE, Remote, connect_by_operations
from xero_sync.errors import OutcomeUnknown
from xero_sync.gateway import XeroGateway
from xero_sync.models import Grant
from xero_sync.operations import tokens
from xero_sync.ports import Gateway
from xero_sync.records import BatchReply, Json
from xero_sync.translation.elements import body_of, element_bytes
from xero_sync.translation.refusals import explained

pytestmark = pytest.mark.django_db


@dataclass
class Xero:
    """One of the two, and what a person or a bad line does to it."""

    gateway: Gateway
    archive: Callable[[str], None]
    lose_next_answer: Callable[[], None]
    writes: int = 0

    def send(self, name: str, *elements: Json) -> BatchReply:
        self.writes += 1
        create = self.gateway.create_contacts if name == "Contacts" else self.gateway.create_invoices
        body = body_of(name, [element_bytes(one) for one in elements])
        return create(body, tenant_id=self.gateway.tenant_id, idempotency_key=f"key-{self.writes}")

    def contact(self, name: str, number: str = "") -> str:
        numbered = {"ContactNumber": number} if number else {}
        reply = self.send("Contacts", {"Name": name, **numbered})
        return str(reply.elements[0].data["ContactID"])


@pytest.fixture(params=["fake", "sandbox"])
def xero(request: pytest.FixtureRequest) -> Xero:
    return fake() if request.param == "fake" else real(request)


def fake() -> Xero:
    BOOKS.forget()
    gateway = FakeGateway(NORTH_AND_VALE)

    def archive(name: str) -> None:
        key = next(key for key, one in BOOKS.contacts.items() if one.name == name)
        del BOOKS.contacts[key]
        BOOKS.add_contact(name, "archived")

    return Xero(gateway, archive, lambda: BOOKS.fail_next(OutcomeUnknown("lost"), is_carried_out=True))


def real(request: pytest.FixtureRequest) -> Xero:
    remote = Remote(request.getfixturevalue("sandbox"))
    member = make_member(make_practice())
    connect_by_operations(member.practice, member, at=datetime.now(UTC))
    token = tokens.access(grant_id=Grant.objects.get().pk, at=datetime.now(UTC)).token
    gateway = XeroGateway(NORTH_AND_VALE, token)

    def archive(name: str) -> None:
        remote.do(f"contacts/{name}/archive")

    return Xero(gateway, archive, lambda: remote.fault("lose_answer", path="Invoices", method="PUT"))


def invoice(contact_id: str, number: str = "S-1", amount: float = 120.5) -> Json:
    return {
        "Type": "ACCREC",
        "Status": "DRAFT",
        "Contact": {"ContactID": contact_id},
        "Date": "2026-10-01",
        "DueDate": "2026-10-15",
        "LineAmountTypes": "Exclusive",
        "LineItems": [{"Description": "Bookkeeping", "Quantity": 2.0, "UnitAmount": amount, "AccountCode": "200"}],
        "CurrencyCode": "GBP",
        "InvoiceNumber": number,
        "Reference": "104",
        "Url": "https://socket.example/i/1",
    }


def test_an_accepted_invoice_has_an_id_and_its_number(xero: Xero) -> None:
    (element,) = xero.send("Invoices", invoice(xero.contact("Halden Mill Ltd"))).elements

    assert element.is_accepted
    assert element.data["InvoiceID"]
    assert element.data["InvoiceNumber"] == "S-1"


def test_what_was_posted_is_read_back_by_number_and_by_app(xero: Xero) -> None:
    contact_id = xero.contact("Halden Mill Ltd")
    xero.send("Invoices", invoice(contact_id))
    ours, is_last = xero.gateway.invoices_of_our_app(page=1, changed_since=datetime.now(UTC) - timedelta(days=1))

    for found in (xero.gateway.invoices_numbered(["S-1", "S-2"]), ours):
        (there,) = found
        assert (there.number, there.type, there.status) == ("S-1", "ACCREC", "DRAFT")
        assert (there.contact_id, there.subtotal, there.line_count) == (contact_id, Decimal(241), 1)
        assert (there.reference, there.url) == ("104", "https://socket.example/i/1")
    assert is_last


def test_one_bad_invoice_does_not_stop_the_good_one(xero: Xero) -> None:
    good, bad = xero.contact("Halden Mill Ltd"), xero.contact("Rook & Daughter")
    xero.archive("Rook & Daughter")

    first, second = xero.send("Invoices", invoice(good, "S-1"), invoice(bad, "S-2")).elements

    assert first.is_accepted
    assert not second.is_accepted
    assert explained(second.words).code == "CONTACT_ARCHIVED"
    assert [one.number for one in xero.gateway.invoices_numbered(["S-1", "S-2"])] == ["S-1"]


def test_a_number_is_given_once(xero: Xero) -> None:
    contact_id = xero.contact("Halden Mill Ltd")
    xero.send("Invoices", invoice(contact_id))

    (element,) = xero.send("Invoices", invoice(contact_id, amount=1.0)).elements

    assert explained(element.words).code == "NUMBER_TAKEN"


def test_a_draft_is_deleted_by_its_id(xero: Xero) -> None:
    contact_id = xero.contact("Halden Mill Ltd")
    xero.send("Invoices", invoice(contact_id), invoice(contact_id, "S-2"))
    first, second = xero.gateway.invoices_numbered(["S-1", "S-2"])

    xero.gateway.delete_draft(first.external_id, idempotency_key="delete-1")

    found = {one.external_id: one.status for one in xero.gateway.invoices_numbered(["S-1", "S-2"])}
    assert found == {first.external_id: "DELETED", second.external_id: "DRAFT"}


def test_a_lost_answer_leaves_the_invoice_in_xero(xero: Xero) -> None:
    contact_id = xero.contact("Halden Mill Ltd")
    xero.lose_next_answer()

    with pytest.raises(OutcomeUnknown):
        xero.send("Invoices", invoice(contact_id))

    assert [one.number for one in xero.gateway.invoices_numbered(["S-1"])] == ["S-1"]


def test_a_contact_is_found_by_our_number_and_its_name_is_taken(xero: Xero) -> None:
    contact_id = xero.contact("Halden Mill Ltd", "SOCKET-1-1")

    (element,) = xero.send("Contacts", {"Name": "Halden Mill Ltd", "ContactNumber": "SOCKET-1-2"}).elements

    found = xero.gateway.contact_numbered("SOCKET-1-1")
    assert found
    assert found.external_id == contact_id
    assert xero.gateway.contact_numbered("SOCKET-1-9") is None
    assert explained(element.words).code == "CONTACT_NAME_TAKEN"


def test_archived_contacts_are_read_too(xero: Xero) -> None:
    xero.contact("Halden Mill Ltd")
    xero.archive("Halden Mill Ltd")

    page = xero.gateway.contacts(page=1, changed_since=None)

    assert {one.name: one.status for one in page.contacts}["Halden Mill Ltd"] == "archived"
    assert page.is_last


def test_the_lists_have_what_posting_needs(xero: Xero) -> None:
    accounts = {one.code: one for one in xero.gateway.accounts(xero.gateway.tax_rates())}

    assert (accounts["200"].is_sales, accounts["200"].tax_name) == (True, "20% (VAT on Income)")
    assert "Standard" in {one.name for one in xero.gateway.templates()}
    assert "Partner" in {one.name for one in xero.gateway.tracking_categories()}
    assert xero.gateway.organisation().base_currency == "GBP"
    assert xero.gateway.limits.day
