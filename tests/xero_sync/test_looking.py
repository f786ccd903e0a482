"""A database put back to an older copy knows less than Xero: what stands there is adopted, never posted again."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from pytest_django import Settings

from billing.models import BillingSettings, Invoice
from clients.models import AuditEvent, Practice
from clients.operations import Stopwatch
from tests.factories import make_client, make_invoice
from tests.xero_sync.test_crashes import KILLED_AT, die
from tests.xero_world import Remote, connection_of, linked_clients, post, sync
from xero_sync.models import Batch, Contact, ContactLink, Difference, Lane, Push, Sighting, Slot
from xero_sync.operations import connections, lanes, pushes
from xero_sync.operations.pushes import looking, unknown
from xero_sync.tasks import distrust

pytestmark = pytest.mark.django_db


@pytest.fixture
def dying(settings: Settings) -> None:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_crashes.checkpoint"
    KILLED_AT.clear()


def put_back(practice: Practice) -> None:
    """As if the database were of the moment before anything was raised or sent."""
    Push.objects.for_practice(practice).delete()
    Batch.objects.for_practice(practice).delete()
    Invoice.objects.for_practice(practice).delete()


@pytest.mark.parametrize("numbering", BillingSettings.Numbering.values)
def test_what_was_posted_and_forgotten_is_adopted_when_it_comes_up_again(
    numbering: str, connected: Practice, remote: Remote, now: datetime
) -> None:
    """F20."""
    clients = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    ours = numbering == BillingSettings.Numbering.OWN
    for one in clients:
        make_invoice(one, source_key=f"rec:2026-10:{one.pk}:a", number=f"S-{one.pk}" if ours else None)
    post(connected, at=now)
    put_back(connected)
    lanes.distrust_all()

    for number, one in enumerate(reversed(clients)):  # raised in another order, under other numbers
        make_invoice(one, source_key=f"rec:2026-10:{one.pk}:a", number=f"S-9{number}" if ours else None)
    post(connected, at=now + timedelta(minutes=10))

    assert len(remote.invoices()) == 2
    assert len(remote.requests("PUT", "Invoices")) == 1
    assert Invoice.objects.for_practice(connected).posted().count() == 2
    assert not Sighting.objects.for_practice(connected).exists()
    assert AuditEvent.objects.for_practice(connected).filter(action="invoice.found").count() == 2


def test_an_adopted_invoice_of_another_amount_is_reported(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client, "200.00", source_key="rec:2026-10:1:a", number="S-1")
    post(connected, at=now)
    put_back(connected)
    lanes.distrust_all()

    make_invoice(client, "250.00", source_key="rec:2026-10:1:a", number="S-1")
    post(connected, at=now + timedelta(minutes=10))

    assert [one["sub_total"] for one in remote.invoices()] == ["200.00"]
    assert Difference.objects.for_practice(connected).get().kind == Difference.Kind.TOTAL


def test_a_contact_that_we_made_and_forgot_is_linked(connected: Practice, remote: Remote, now: datetime) -> None:
    client = make_client(connected, "Halden Mill Ltd")
    make_invoice(client)
    post(connected, at=now)
    put_back(connected)
    ContactLink.objects.for_practice(connected).delete()
    Contact.objects.for_practice(connected).filter(name="Halden Mill Ltd").delete()

    make_invoice(client)
    post(connected, at=now + timedelta(minutes=10))

    assert Invoice.objects.for_practice(connected).get().is_posted
    assert [one["contact"] for one in remote.invoices()] == ["Halden Mill Ltd"] * 2


def test_the_sync_looks_so_that_posting_need_not(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client, source_key="rec:2026-10:1:a", number="S-1")
    post(connected, at=now)
    put_back(connected)
    lanes.distrust_all()

    sync(connected, at=now)

    assert lanes.is_trusted(connected)
    assert Sighting.objects.for_practice(connected).get().number == "S-1"


def test_nothing_leaves_before_the_first_slot_has_looked(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    lanes.distrust(connected)
    lanes.take(connected, at=now)

    post(connected, at=now)

    assert remote.requests("PUT", "Invoices") == []


def test_a_worker_that_starts_doubts_every_lane(connected: Practice) -> None:
    lanes.trust(connected)

    distrust()

    assert not Lane.objects.for_practice(connected).get().is_trusted


def test_a_client_that_got_a_forgotten_one_s_row_does_not_inherit_its_draft(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    first, second = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    make_invoice(first, source_key="rec:2026-10:7:a", number=None)
    post(connected, at=now)
    put_back(connected)
    lanes.distrust_all()

    make_invoice(second, source_key="rec:2026-10:7:a", number=None)
    post(connected, at=now + timedelta(minutes=10))

    assert sorted(one["contact"] for one in remote.invoices()) == ["Beacon Joinery Ltd", "City Limousines"]


def kill_after_sending(practice: Practice, *, at: datetime) -> None:
    """A worker ends after the call, and another one starts."""
    die(practice, "after_send", at=at)
    Slot.objects.for_practice(practice).update(lease_until=None)
    lanes.distrust_all()


def test_what_a_killed_worker_had_sent_is_recognised_in_what_is_read_anyway(
    connected: Practice, remote: Remote, dying: None, now: datetime
) -> None:
    clients = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    for one in clients:
        make_invoice(one)
    lanes.trust(connected)
    kill_after_sending(connected, at=now)

    pushes.post_batch(practice_id=connected.pk, at=now + timedelta(seconds=1))

    assert Batch.objects.for_practice(connected).get().status == Batch.Status.DONE
    assert Invoice.objects.for_practice(connected).posted().count() == 2
    assert not Sighting.objects.for_practice(connected).exists()
    assert not any("InvoiceNumbers" in one["query"] for one in remote.requests("GET", "Invoices"))


@pytest.mark.django_db(transaction=True)
def test_many_batches_are_recognised_while_others_write(
    connected: Practice, remote: Remote, dying: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"]) * 2:
        make_invoice(one)
    lanes.trust(connected)
    monkeypatch.setattr("xero_sync.operations.pushes.claiming.MOST", 1)
    for _ in range(4):
        die(connected, "after_send", at=now)
    Slot.objects.for_practice(connected).update(lease_until=None)
    lanes.distrust_all()
    settled = unknown._settled

    def beside_another_writer(*args: Any, **named: Any) -> None:
        writer = threading.Thread(target=rename_in_passing, args=(connected,))
        writer.start()
        writer.join()
        settled(*args, **named)

    monkeypatch.setattr(unknown, "_settled", beside_another_writer)
    pushes.post_batch(practice_id=connected.pk, at=now + timedelta(seconds=1))

    assert Invoice.objects.for_practice(connected).posted().count() == 4
    assert len(remote.invoices()) == 4


def rename_in_passing(practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(name="Renamed")
    database.close()


def test_what_is_missing_there_is_asked_for_by_its_number_before_it_goes_again(
    connected: Practice, remote: Remote, dying: None, now: datetime
) -> None:
    usable, archived = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    for one in (usable, archived):
        make_invoice(one)
    lanes.trust(connected)
    remote.do("contacts/Beacon Joinery Ltd/archive")
    kill_after_sending(connected, at=now)

    at = now + lanes.CALL + timedelta(seconds=1)
    lease = lanes.take(connected, at=at)
    assert lease
    unknown.take_over(lease, at=at)
    connection = connection_of(connected)
    looking.look_around(connection, connections.gateway_of(connection, at=at), Stopwatch(at), lease=lease)

    assert Batch.objects.for_practice(connected).get().status == Batch.Status.UNKNOWN
    assert not Invoice.objects.for_practice(connected).posted().exists()
