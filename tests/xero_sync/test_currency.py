"""The organisation's base currency is that of the invoices."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from billing.models import BillingSettings, LedgerAccount
from billing.operations.raising import Wanted, raise_invoices
from billing.operations.settings import change_currency
from billing.records import InvoiceDraft, LineDraft
from billing.reports.refusals import text_of
from clients.models import Practice
from sandbox.xero.server import Running
from tests.xero_world import NORTH_AND_VALE, Remote, linked_clients, post, sync

pytestmark = pytest.mark.django_db


def draft_of(practice: Practice) -> InvoiceDraft:
    account = LedgerAccount.objects.for_practice(practice).get(code="200")
    line = LineDraft("Bookkeeping", Decimal(1), Decimal("200.00"), Decimal("200.00"), account.pk)
    return InvoiceDraft("", (line,), date(2026, 10, 1), date(2026, 10, 15), "September", "draft", None, "xero")


def test_an_organisation_in_euro_gets_its_invoices_in_euro(
    connected: Practice, sandbox: Running, remote: Remote, now: datetime
) -> None:
    organisation = sandbox.state.organisations[NORTH_AND_VALE]
    organisation.currency, organisation.currencies = "EUR", ["EUR"]
    (client,) = linked_clients(connected, ["City Limousines"])

    sync(connected, at=now)
    wanted = Wanted(draft_of(connected), client.pk, "test:euro", "recurring")
    (invoice,) = raise_invoices(connected, [wanted], by=None, at=now)
    post(connected, at=now)

    invoice.refresh_from_db()
    assert (invoice.currency, invoice.status) == ("EUR", "posted")
    assert organisation.invoices[invoice.ledger_reference].currency == "EUR"


def test_an_invoice_of_the_currency_before_is_refused_aloud_and_put_into_no_books(
    connected: Practice, sandbox: Running, now: datetime
) -> None:
    organisation = sandbox.state.organisations[NORTH_AND_VALE]
    (client,) = linked_clients(connected, ["City Limousines"])
    wanted = Wanted(draft_of(connected), client.pk, "test:sterling", "recurring")
    (invoice,) = raise_invoices(connected, [wanted], by=None, at=now)
    organisation.currency, organisation.currencies = "EUR", ["EUR", "GBP"]
    before = len(organisation.invoices)

    sync(connected, at=now)
    post(connected, at=now)

    invoice.refresh_from_db()
    assert (invoice.status, invoice.refusal_code) == ("refused", "CURRENCY_OTHER")
    assert invoice.refusal_reason.startswith("The invoice is in GBP and the books are in EUR.")
    assert "handled by hand" in text_of(invoice)
    assert len(organisation.invoices) == before


def test_a_currency_that_is_known_writes_nothing(north_vale: Practice, now: datetime) -> None:
    assert change_currency(practice=north_vale, currency="EUR", at=now)
    before = BillingSettings.objects.for_practice(north_vale).get().updated_at

    assert not change_currency(practice=north_vale, currency="EUR", at=now)

    assert BillingSettings.objects.for_practice(north_vale).get().updated_at == before == now
