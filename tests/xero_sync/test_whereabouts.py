"""Where invoices are that have not arrived, what happened to them on their way, and how they differ in Xero."""

from datetime import datetime, timedelta

import pytest

from billing.models import Invoice
from billing.operations import invoices
from billing.ports import get_ledger
from clients.models import Membership, Practice
from tests.factories import make_client, make_connection, make_contact, make_invoice, make_link
from tests.xero_world import Remote, connection_of, linked_clients, post, recover, sync
from xero_sync.models import Batch, Difference, Lane, Push, SyncRun
from xero_sync.operations import lanes
from xero_sync.operations.pushes.finishing import posted

XERO = get_ledger("xero")


def again(invoice: Invoice) -> Invoice:
    return Invoice.objects.for_practice(invoice.practice).get(pk=invoice.pk)


def place_of(invoice: Invoice, at: datetime):
    return XERO.whereabouts(invoice.practice, [invoice.pk], at=at).get(invoice.pk)


@pytest.fixture
def waiting(db: None, priya: Membership, now: datetime) -> Invoice:
    """An invoice in the queue."""
    connection = make_connection(priya.practice, by=priya)
    client = make_client(priya.practice, "City Limousines")
    make_link(client, make_contact(connection))
    return make_invoice(client, at=now)


def test_an_invoice_in_the_queue_is_said_to_be_there(waiting: Invoice, now: datetime) -> None:
    found = place_of(waiting, now)

    assert found is not None
    assert (found.code, found.is_away) == ("IN_QUEUE", False)


def test_an_invoice_that_nobody_queued_is_left_out(waiting: Invoice, now: datetime) -> None:
    Push.objects.for_practice(waiting.practice).delete()

    assert place_of(waiting, now) is None


def test_while_xero_asked_for_a_pause_the_hour_is_said(waiting: Invoice, now: datetime) -> None:
    lanes.lane_of(waiting.practice)
    until = now + timedelta(hours=3)
    Lane.objects.for_practice(waiting.practice).update(next_ok_at=until, waiting_for="day")

    found = place_of(waiting, now)

    assert found is not None
    assert (found.code, found.until) == ("PAUSED", until)
    assert "Xero’s limit for today is used up." in found.sentence
    assert f"{until.astimezone(waiting.practice.zone):%H:%M}" in found.sentence


def test_the_reason_of_a_pause_that_is_over_is_not_said_of_another_wait(waiting: Invoice, now: datetime) -> None:
    lanes.lane_of(waiting.practice)
    Lane.objects.for_practice(waiting.practice).update(next_ok_at=now - timedelta(days=1), waiting_for="day")
    until = now + timedelta(minutes=1)
    Push.objects.for_practice(waiting.practice).update(not_before=until)

    found = place_of(waiting, now)

    assert found is not None
    assert (found.code, found.until) == ("PAUSED", until)
    assert found.sentence.startswith("Xero is not asked for a moment.")


def test_without_an_answer_it_is_being_checked_and_cannot_be_taken_back(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client, at=now)
    post(connected, at=now)
    remote.fault("lose_answer", path="Invoices", method="PUT")
    remote.fault("status", status=503, path="Invoices", method="GET", times=1000)
    invoice = make_invoice(client, at=now)
    post(connected, at=now)

    found = place_of(invoice, now)

    assert found is not None
    assert (found.code, found.is_away) == ("BEING_CHECKED", True)


def test_the_history_names_each_request_that_carried_the_invoice_and_the_reading_back(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    one, other = linked_clients(connected, ["City Limousines", "City Agency"])
    remote.fault("status", status=503, path="Invoices", method="PUT")
    invoice = make_invoice(one, at=now)
    post(connected, at=now)
    make_invoice(other, at=now + timedelta(minutes=1))
    rests = recover(connected, at=now + timedelta(minutes=2))
    post(connected, at=rests + timedelta(minutes=1))

    texts = [attempt.text for attempt in sorted(XERO.history(again(invoice)), key=lambda a: a.at)]

    assert texts[0] == "Queued for Xero"
    assert [text.split(",")[0] for text in texts if text.startswith("Sent")] == [
        "Sent to Xero; it did not arrive that time",
        "Sent to Xero and answered",
    ]
    assert texts[-1] == "Read back from Xero and compared: it stands there as it was sent"


def test_the_history_keeps_the_requests_that_were_refused(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    remote.do("settings", lock_drafts="refused")
    remote.do("lock", date="2027-01-31")
    invoice = make_invoice(client, at=now)
    post(connected, at=now)

    batch = Batch.objects.for_practice(connected).get()
    marks = [attempt.mark for attempt in XERO.history(again(invoice))]

    assert f"Request {str(batch.uid)[:8]}, alone, HTTP 200" in marks


def test_a_difference_is_told_until_somebody_has_seen_it(waiting: Invoice, priya: Membership, now: datetime) -> None:
    Difference.objects.create(
        practice=waiting.practice, invoice=waiting, kind="deleted", detail="Somebody voided it.", found_at=now
    )
    assert list(XERO.differing(waiting.practice)) == [waiting]

    assert priya.user
    assert XERO.note_seen(waiting, by=priya.user, at=now)
    assert not XERO.note_seen(waiting, by=priya.user, at=now)

    assert list(XERO.differing(waiting.practice)) == []
    (found,) = XERO.differences(waiting.practice, [waiting.pk])
    assert (found.code, found.sentence, found.is_seen) == ("DELETED_IN_XERO", "Somebody voided it.", True)
    assert [event.text for event in XERO.history(waiting)][-1] == "Marked as seen by Priya Sandhu"


def test_preparing_asks_for_a_sync_until_one_has_ended(connected: Practice, now: datetime) -> None:
    SyncRun.objects.for_practice(connected).delete()
    assert not XERO.prepare(connected, at=now)
    assert not XERO.prepare(connected, at=now + timedelta(minutes=1))
    assert SyncRun.objects.for_practice(connected).count() == 1

    sync(connected, at=now + timedelta(minutes=2))

    assert XERO.prepare(connected, at=now + timedelta(minutes=3))
    assert not XERO.prepare(connected, at=now + timedelta(minutes=40))


def test_without_a_working_connection_nothing_can_be_prepared(waiting: Invoice, now: datetime) -> None:
    connection = connection_of(waiting.practice)
    connection.status, connection.lost_at = "lost", now
    connection.save()

    assert XERO.prepare(waiting.practice, at=now)
    assert not SyncRun.objects.for_practice(waiting.practice).exists()


def test_what_xero_names_by_the_id_of_another_invoice_is_refused_alone_and_can_be_retried_or_closed(
    connected: Practice, priya: Membership, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    first, second = (make_invoice(client, at=now) for _ in range(2))
    post(connected, at=now)
    there = again(first)
    waiting = make_invoice(client, at=now)
    push = Push.objects.for_practice(connected).get(invoice=waiting)

    posted(push, connection_of(connected), external_id=there.ledger_reference, number="S-1", at=now)

    assert again(second).is_posted
    assert (again(waiting).refusal_code, again(there).is_posted) == ("REFERENCE_TAKEN", True)
    push.refresh_from_db()
    assert push.status == Push.Status.REFUSED
    assert priya.user
    invoices.handle_by_hand(invoice=again(waiting), reason="It is S-1", by=priya.user, at=now)
    assert again(waiting).is_handled_by_hand
