"""Invoices that arrive in Xero when nobody wants them any more, and those that could not be recognised there."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from billing.models import BillingPlan, BillingSettings, Invoice
from billing.operations import inbox, invoices
from clients.models import AuditEvent, Membership, Practice
from tests.factories import make_finalised_plan, make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, post, recover
from xero_sync.models import Difference
from xero_sync.operations import connections, preflight, pushes, reconciliation

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cancelled(connected: Practice, priya: Membership, remote: Remote, now: datetime) -> Invoice:
    """Sent without an answer, refused when it was repeated, then closed by a person; Xero has not carried out the first
    request yet."""
    assert priya.user
    (client,) = linked_clients(connected, ["City Limousines"])
    invoice = make_invoice(client)
    remote.fault("late_commit", path="Invoices", method="PUT", delay=3600)
    pushes.post_batch(practice_id=connected.pk, at=now)
    remote.do("contacts/City Limousines/archive")
    at = recover(connected, at=now)
    invoice.refresh_from_db()
    assert invoice.refusal_code == "CONTACT_ARCHIVED"
    invoices.handle_by_hand(invoice=invoice, reason="Billed elsewhere.", by=priya.user, at=at)
    remote.do("contacts/City Limousines/restore")
    return invoice


def night(practice: Practice, *, at: datetime) -> int:
    connection = connection_of(practice)
    gateway = connections.gateway_of(connection, at=at)
    return reconciliation.watch(connection=connection, gateway=gateway, at=at)


def test_what_arrives_after_it_was_cancelled_is_reported_until_it_is_gone(
    cancelled: Invoice, connected: Practice, remote: Remote, now: datetime
) -> None:
    assert night(connected, at=now + HOUR) == 0
    remote.do("clock", advance=65 * 60)
    assert [one["number"] for one in remote.invoices()] == [cancelled.number]

    assert night(connected, at=now + 2 * HOUR) == 1
    assert night(connected, at=now + 26 * HOUR) == 1

    told = Difference.objects.for_practice(connected).get()
    assert (told.kind, told.resolved_at) == (Difference.Kind.UNWANTED, None)
    assert str(cancelled.number) in told.detail
    assert list(inbox.open_invoices(connected, at=now + 26 * HOUR)) == [cancelled]
    trouble = inbox.trouble_of(cancelled, at=now + 26 * HOUR)
    assert trouble
    assert (trouble.code, trouble.said) == ("UNWANTED_IN_XERO", told.detail)
    assert AuditEvent.objects.for_practice(connected).filter(action="invoice.unwanted").count() == 1

    remote.do(f"invoices/{remote.invoices()[0]['id']}/delete")
    assert night(connected, at=now + 50 * HOUR) == 0
    told.refresh_from_db()
    assert told.resolved_at


def test_a_deletion_long_after_the_week_is_noticed(
    cancelled: Invoice, connected: Practice, remote: Remote, now: datetime
) -> None:
    remote.do("clock", advance=65 * 60)
    night(connected, at=now + 2 * HOUR)

    remote.do("clock", advance=20 * 24 * 3600)
    remote.do(f"invoices/{remote.invoices()[0]['id']}/delete")
    remote.do("clock", advance=10 * 24 * 3600)
    assert night(connected, at=now + timedelta(days=31)) == 0

    assert Difference.objects.for_practice(connected).get().resolved_at


def test_the_eve_says_what_could_not_be_recognised(connected: Practice, settings: Settings, now: datetime) -> None:
    plan = make_finalised_plan(connected)
    settings.SITE_URL = "https://socket-for-xero.example"
    assert "link_refused" not in codes(plan, now)

    BillingSettings.objects.filter(practice=connected).update(numbering=BillingSettings.Numbering.LEDGER)
    assert "link_refused" in codes(plan, now)


def codes(plan: BillingPlan, at: datetime) -> list[str]:
    return [finding.code for finding in preflight.findings(plan, at=at)]


def test_what_could_not_be_recognised_is_not_sent(
    connected: Practice, remote: Remote, settings: Settings, now: datetime
) -> None:
    settings.SITE_URL = "https://socket-for-xero.example"
    (client,) = linked_clients(connected, ["City Limousines"])
    numbered, unnumbered = make_invoice(client), make_invoice(client, number=None)

    post(connected, at=now)

    unnumbered.refresh_from_db()
    assert unnumbered.refusal_code == "LINK_REFUSED"
    assert [one["number"] for one in remote.invoices()] == [numbered.number]
