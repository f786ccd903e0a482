"""From the first consent to invoices in Xero, through the HTTP client, the real gateway and the sandbox."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from billing.models import Invoice
from clients.models import Practice
from sandbox.xero.server import Running
from tests.factories import make_invoice, make_member, make_practice
from tests.xero_world import Remote, connect, connection_of, contact_named, linked_clients
from xero_sync.models import Push, SyncRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def north_vale() -> Practice:
    return make_practice("North & Vale")


@pytest.fixture
def remote(sandbox: Running) -> Remote:
    return Remote(sandbox)


@pytest.fixture
def connected(north_vale: Practice, client: Browser, remote: Remote, run_bell: Callable[[], list[str]]) -> Practice:
    """Connected, and its lists read once."""
    connect(client, make_member(north_vale))
    run_bell()
    return north_vale


def test_connecting_reads_the_lists_and_three_invoices_are_posted_once(
    connected: Practice, remote: Remote, run_bell: Callable[[], list[str]]
) -> None:
    assert connection_of(connected).is_connected
    assert SyncRun.objects.for_practice(connected).get().status == SyncRun.Status.DONE
    assert contact_named(connected, "City Limousines").is_usable

    clients = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd", "Garnet Street Films"])
    invoices = [make_invoice(one, "120.00") for one in clients]
    run_bell()

    assert [one["number"] for one in remote.invoices()] == [invoice.number for invoice in invoices]
    assert {one.status for one in Invoice.objects.for_practice(connected)} == {Invoice.Status.POSTED}
    assert {one.status for one in Push.objects.for_practice(connected)} == {Push.Status.VERIFIED}
    assert len(remote.requests("PUT", "Invoices")) == 1
