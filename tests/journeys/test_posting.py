"""From the first consent to invoices in Xero, through the HTTP client, the real gateway and the sandbox."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client as Browser

from billing.models import BillingPlan, Invoice, LedgerAccount
from billing.operations import plans
from clients.models import Membership, Practice, Role
from notifications.models import Message
from sandbox.xero.server import Running
from tests.factories import make_engagement, make_finalised_plan, make_invoice, make_member, make_practice, terms
from tests.xero_world import Remote, connect, connection_of, contact_named, linked_clients, recover
from xero_sync.models import Push, SyncRun
from xero_sync.operations.connections import check_connection
from xero_sync.tasks import sweep

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


def test_a_lost_connection_blocks_the_plan_and_reconnecting_sends_what_waits_once(
    connected: Practice, client: Browser, remote: Remote, run_bell: Callable[[], list[str]]
) -> None:
    """Example 14."""
    city_limo, beacon = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    at = datetime(2026, 9, 15, 9, tzinfo=UTC)
    account = LedgerAccount.objects.for_practice(connected).get(code="200")
    for one in (city_limo, beacon):
        make_engagement(one, [terms(ledger_account_id=account.pk)], date(2026, 9, 1), at=at)
    make_finalised_plan(connected, date(2026, 9, 1), at=datetime(2026, 9, 28, 9, tzinfo=UTC))
    remote.do("disconnect")
    check_connection(connection=connection_of(connected), at=datetime(2026, 9, 30, 9, tzinfo=UTC))

    plans.tick(at=datetime(2026, 10, 1, 9, tzinfo=UTC))
    run_bell()
    plan = BillingPlan.objects.for_practice(connected).get(month=date(2026, 9, 1))
    assert plan.status == BillingPlan.Status.BLOCKED
    assert remote.invoices() == []
    assert Message.objects.for_practice(connected).filter(slug="connection_lost").count() == 1

    owner = Membership.objects.for_practice(connected).get(role=Role.OWNER)
    connect(client, owner)
    run_bell()

    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    assert sorted(one["contact"] for one in remote.invoices()) == ["Beacon Joinery Ltd", "City Limousines"]
    assert len(remote.requests("PUT", "Invoices")) == 1


def test_a_lost_answer_and_a_limit_on_the_way_still_end_in_one_invoice_each(
    connected: Practice, remote: Remote, run_bell: Callable[[], list[str]]
) -> None:
    clients = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    remote.fault("lose_answer", path="Invoices", method="PUT")
    remote.fault("status", status=429, problem="concurrent", path="Invoices", method="GET")

    invoices = [make_invoice(one) for one in clients]
    run_bell()
    recover(connected, at=datetime.now(UTC))

    assert sorted(one["number"] for one in remote.invoices()) == sorted(str(one.number) for one in invoices)


def test_the_archived_contact_is_told_and_its_plan_needs_attention(
    connected: Practice, remote: Remote, run_bell: Callable[[], list[str]]
) -> None:
    city_limo, beacon = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    account = LedgerAccount.objects.for_practice(connected).get(code="200")
    for one in (city_limo, beacon):
        lines = [terms(ledger_account_id=account.pk)]
        make_engagement(one, lines, date(2026, 9, 1), at=datetime(2026, 9, 15, 9, tzinfo=UTC))
    remote.do("contacts/Beacon Joinery Ltd/archive")

    make_finalised_plan(connected, date(2026, 9, 1), at=datetime(2026, 10, 3, 9, tzinfo=UTC))
    run_bell()

    plan = BillingPlan.objects.for_practice(connected).get(month=date(2026, 9, 1))
    assert plan.status == BillingPlan.Status.NEEDS_ATTENTION
    assert [one["contact"] for one in remote.invoices()] == ["City Limousines"]
    refused = Invoice.objects.for_practice(connected).refused().get()
    assert (refused.client, refused.refusal_code) == (beacon, "CONTACT_ARCHIVED")
    assert Message.objects.for_practice(connected).filter(slug="invoices_refused").exists()


def test_a_sweep_rings_for_what_a_lost_bell_left_behind(
    connected: Practice, remote: Remote, run_bell: Callable[[], list[str]]
) -> None:
    """F18."""
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    connection.run_on_commit.clear()

    sweep.delay()
    assert run_bell()[:2] == ["xero_sync.tasks.sweep", "xero_sync.tasks.post_lane"]

    assert len(remote.invoices()) == 1
