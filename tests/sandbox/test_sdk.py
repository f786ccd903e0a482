"""Xero's own SDK takes the sandbox for Xero."""

from collections.abc import Iterator
from datetime import date

import pytest
from xero_python.accounting import AccountingApi, Contact, Contacts, Invoice, Invoices, LineItem
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.exceptions import AccountingBadRequestException
from xero_python.identity import IdentityApi

from tests.sandbox.conftest import Xero


@pytest.fixture
def client(books: Xero) -> Iterator[ApiClient]:
    configuration = Configuration()
    configuration.oauth2_token = OAuth2Token()
    client = ApiClient(configuration)
    client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    token = {"access_token": books.tokens["access_token"], "scope": [], "expires_in": 1800, "token_type": "Bearer"}
    client.oauth2_token_getter(lambda: token)
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture
def api(books: Xero, client: ApiClient) -> AccountingApi:
    return AccountingApi(client, base_url=f"{books.url}/api.xro/2.0")


def invoice(books: Xero, name: str, reference: str) -> Invoice:
    return Invoice(
        type="ACCREC",
        contact=Contact(contact_id=books.contact(name)),
        date=date(2026, 12, 1),
        due_date=date(2026, 12, 15),
        reference=reference,
        line_items=[LineItem(description="Bookkeeping", quantity=1, unit_amount=120, account_code="200")],
    )


def test_the_sdk_lists_connections(books: Xero, client: ApiClient) -> None:
    found = IdentityApi(client, base_url=books.url).get_connections()
    assert [(c.tenant_id, c.tenant_type, c.tenant_name) for c in found] == [
        (books.tenant_id, "ORGANISATION", "North & Vale Accountants")
    ]


def test_the_sdk_reads_pages_of_contacts(books: Xero, api: AccountingApi) -> None:
    page = api.get_contacts(books.tenant_id, page=2, page_size=10, include_archived=True)
    assert (page.pagination.page, page.pagination.item_count, len(page.contacts)) == (2, 27, 10)
    merged = api.get_contact(books.tenant_id, books.contact("Copperfield Plumbing and Heating")).contacts[0]
    assert merged.merged_to_contact_id == books.contact("Copperfield Plumbing")


def test_the_sdk_reads_the_catalogue(books: Xero, api: AccountingApi) -> None:
    assert api.get_organisations(books.tenant_id).organisations[0].base_currency.value == "GBP"
    assert {a.code for a in api.get_accounts(books.tenant_id).accounts} >= {"200", "610"}
    assert len(api.get_branding_themes(books.tenant_id).branding_themes) == 3
    assert len(api.get_tracking_categories(books.tenant_id).tracking_categories) == 2
    assert api.get_tax_rates(books.tenant_id).tax_rates[0].effective_rate == 20


def test_the_sdk_reads_the_outcome_of_each_invoice(books: Xero, api: AccountingApi) -> None:
    batch = Invoices(invoices=[invoice(books, "City Agency", "A"), invoice(books, "Bell Bakery", "B")])
    good, bad = api.create_invoices(books.tenant_id, batch, summarize_errors=False, idempotency_key="k").invoices
    assert (good.status_attribute_string, good.invoice_number, good.total) == ("OK", "INV-0001", 144)
    assert good.date == date(2026, 12, 1)
    assert (bad.status_attribute_string, bad.has_errors) == ("ERROR", True)
    assert "has been archived" in bad.validation_errors[0].message


def test_the_sdks_default_hides_the_good_one(books: Xero, api: AccountingApi) -> None:
    batch = Invoices(invoices=[invoice(books, "City Agency", "A"), invoice(books, "Bell Bakery", "B")])
    with pytest.raises(AccountingBadRequestException) as caught:
        api.create_invoices(books.tenant_id, batch)
    assert caught.value.http_resp.status == 400
    assert len(books.seen("invoices")["invoices"]) == 1


def test_the_sdk_reads_back_by_number_and_page(books: Xero, api: AccountingApi) -> None:
    api.create_invoices(
        books.tenant_id, Invoices(invoices=[invoice(books, "City Agency", "A")]), summarize_errors=False
    )
    found = api.get_invoices(books.tenant_id, invoice_numbers=["INV-0001", "INV-0002"], page=1, created_by_my_app=True)
    assert [(i.reference, i.line_items[0].tax_amount) for i in found.invoices] == [("A", 24)]


def test_the_sdk_creates_contacts(books: Xero, api: AccountingApi) -> None:
    wanted = Contacts(contacts=[Contact(name="Tern & Co", contact_number="S-1"), Contact(name="City Agency")])
    made, refused = api.create_contacts(books.tenant_id, wanted, summarize_errors=False).contacts
    assert made.contact_id == books.contact("Tern & Co")
    assert refused.has_validation_errors
