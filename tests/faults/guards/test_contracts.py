"""What single guards promise where no whole fault shows it: two stand behind each other there, and each must hold."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from billing.models import Invoice, PlanChanged
from billing.operations import holds
from billing.ports import get_ledger
from clients.models import Membership, Practice
from tests.factories import NOON, make_client, make_invoice, make_plan
from tests.faults.named.world import World, invoices_for
from tests.xero_world import connection_of, linked_clients
from xero_sync.errors import OutcomeUnknown, XeroFailure
from xero_sync.gateway import XeroGateway
from xero_sync.models import Batch, Grant, Push
from xero_sync.operations import lanes, tokens
from xero_sync.operations.pushes import finishing
from xero_sync.operations.pushes.batches import prepared
from xero_sync.records import TokenSet

pytestmark = pytest.mark.django_db
PAST_ITS_LEASE = lanes.CALL + timedelta(seconds=5)


# ── One row for one thing ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_database_refuses_a_second_invoice_for_the_same_thing(north_vale: Practice) -> None:
    """Even under another marker: what it is for decides."""
    client = make_client(north_vale)
    make_invoice(client, source_key="rec:2026-09:7:all", uid=uuid4(), is_queued=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_invoice(client, source_key="rec:2026-09:7:all", uid=uuid4(), is_queued=False)


def test_the_database_refuses_a_number_twice(north_vale: Practice) -> None:
    client = make_client(north_vale)
    make_invoice(client, number="S-00042", is_queued=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_invoice(client, number="S-00042", is_queued=False)


def test_an_invoice_queued_twice_is_sent_by_one_push(north_vale: Practice, world: World) -> None:
    invoice = make_invoice(make_client(north_vale), is_queued=False)

    for _ in range(2):
        get_ledger("xero").enqueue(invoice, at=world.at)

    assert Push.objects.for_practice(north_vale).count() == 1


def test_a_posted_invoice_keeps_its_reference_and_a_cancelled_one_gets_none(
    north_vale: Practice, priya: Membership, world: World
) -> None:
    assert priya.user
    told, taken_back = (make_invoice(make_client(north_vale), is_queued=False) for _ in range(2))
    facts = {"number": "S-1", "url": "", "at": world.at}
    assert told.record_posted(reference="first", **facts)
    assert taken_back.cancel(reason="Not wanted", by=priya.user, at=world.at)

    for one in Invoice.objects.for_practice(north_vale):
        assert one.record_posted(reference=f"second-{one.pk}", **facts) is False


def test_a_plan_is_approved_in_the_version_that_was_looked_at(north_vale: Practice, priya: Membership) -> None:
    plan = make_plan(north_vale)

    with pytest.raises(PlanChanged):
        plan.approve(version=plan.version - 1, checksum="", by=priya.user, at=NOON)

    plan.refresh_from_db()
    assert plan.is_draft


def test_a_batch_of_fifty_one_is_refused_by_the_database(connected: Practice, world: World) -> None:
    lease = lanes.take(connected, at=world.at)
    assert lease is not None

    with pytest.raises(IntegrityError), transaction.atomic():
        prepared(lease, connection_of(connected), Batch.Kind.INVOICES, [b"{}"] * 51, at=world.at)


def test_one_batch_of_contacts_is_open_at_a_time(connected: Practice, world: World) -> None:
    lease = lanes.take(connected, at=world.at)
    assert lease is not None
    prepared(lease, connection_of(connected), Batch.Kind.CONTACTS, [b"{}"], at=world.at)

    with pytest.raises(IntegrityError), transaction.atomic():
        prepared(lease, connection_of(connected), Batch.Kind.CONTACTS, [b"{}"], at=world.at)


# ── One sender ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_never_hold_one_slot_together(connected: Practice, world: World) -> None:
    at = world.at
    for _ in range(12):
        held = _taken_at_once(connected, at=at)
        assert len({lease.slot for lease in held}) == len(held)
        at += PAST_ITS_LEASE


def _taken_at_once(practice: Practice, *, at: object) -> list[lanes.Lease]:
    gate, held = threading.Barrier(8), []

    def work() -> None:
        try:
            gate.wait(timeout=10)
            lease = lanes.take(practice, at=at)  # type: ignore[arg-type]  # a moment
            held.extend([lease] if lease else [])
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return held


def overtaken(practice: Practice, world: World) -> tuple[lanes.Lease, lanes.Lease, Batch]:
    """A sender that slept through its lease, the one that has its slot now, and the batch under way."""
    former = lanes.take(practice, at=world.at)
    assert former is not None
    batch = prepared(former, connection_of(practice), Batch.Kind.INVOICES, [b"{}"], at=world.at)
    present = lanes.take(practice, at=world.at + PAST_ITS_LEASE)
    assert present is not None
    assert (present.slot, present.fence) == (former.slot, former.fence + 1)
    Batch.objects.for_practice(practice).filter(pk=batch.pk).update(fence=present.fence)
    return former, present, batch


def test_a_sender_that_was_overtaken_moves_no_batch(connected: Practice, world: World) -> None:
    former, present, batch = overtaken(connected, world)
    move = {"was": [Batch.Status.PREPARED], "status": Batch.Status.DONE}

    assert finishing.still_ours(former, batch, **move) is False
    assert finishing.still_ours(present, batch, **move) is True


def test_a_sender_that_was_overtaken_cannot_hold_on(connected: Practice, world: World) -> None:
    former, present, _ = overtaken(connected, world)

    with pytest.raises(lanes.LeaseLost):
        lanes.extend(former, until=world.at + timedelta(hours=1))
    lanes.extend(present, until=world.at + timedelta(hours=1))


def test_tokens_are_stored_only_over_the_version_that_was_seen(connected: Practice, world: World) -> None:
    seen = Grant.objects.get()
    Grant.objects.update(token_version=seen.token_version + 1)
    late = TokenSet("late", "late", 1800, "", seen.xero_user_id, "")

    assert tokens._store(seen, late, at=world.at) is False


# ── Before it leaves ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_hold_placed_while_the_bytes_are_written_stops_them(
    connected: Practice, priya: Membership, world: World
) -> None:
    assert priya.user
    by = priya.user
    invoices_for(linked_clients(connected, ["City Limousines"]), 2, at=world.at)
    world.ambush("after_t1", lambda: holds.enter_safe_mode(practice=connected, by=by, at=world.at) and None)

    world.live(minutes=2)

    assert world.puts() == []
    assert Push.objects.for_practice(connected).filter(status=Push.Status.READY).count() == 2


def test_what_is_sent_again_is_byte_for_byte_what_was_sent_before(connected: Practice, world: World) -> None:
    """Whatever was changed here meanwhile: Xero may still carry the first one out."""
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    world.ambush("before_send", lambda: _edit(invoice), times=1)

    world.rests(connected, within=timedelta(minutes=3))

    first, second = (json.loads(put["body"])["Invoices"] for put in world.puts())
    assert first == second


def _edit(invoice: Invoice) -> None:
    Invoice.objects.for_practice(invoice.practice_id).filter(pk=invoice.pk).update(reference="Edited since")


def test_a_push_that_was_taken_back_between_choosing_and_claiming_is_not_sent(
    connected: Practice, world: World
) -> None:
    """By a person; or by another slot, which has it in a batch of its own."""
    taken, left = invoices_for(linked_clients(connected, ["City Limousines"]), 2, at=world.at)
    done: list[bool] = []

    def take_back(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's wrapper
        found = execute(sql, params, many, context)
        if 'FROM "billing_invoiceline"' in sql and not done:
            done.append(True)
            Push.objects.for_practice(connected).filter(invoice=taken).update(status=Push.Status.WITHDRAWN)
        return found

    with connection.execute_wrapper(take_back):
        world.work()

    assert done
    (put,) = world.puts()
    assert [one["InvoiceNumber"] for one in json.loads(put["body"])["Invoices"]] == [left.number]


# ── On the wire ──────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def answering(reply: bytes, *, pause: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives this answer to whatever it is asked, byte by byte where there is a pause."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer, args=(server, reply, pause, heard), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard


def _answer(server: socket.socket, reply: bytes, pause: float, heard: list[bytes]) -> None:
    try:
        while True:
            caller, _ = server.accept()
            with caller:
                heard.append(caller.recv(65536))
                for position in range(len(reply)) if pause else ():
                    caller.sendall(reply[position : position + 1])
                    time.sleep(pause)
                if not pause:
                    caller.sendall(reply)
    except OSError:
        return


def test_a_redirection_is_not_followed(settings: Settings) -> None:
    """Wherever it leads, our token would go with it."""
    away = b"HTTP/1.1 307 Away\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with answering(away) as (url, heard):
        settings.XERO_API_URL = url

        with pytest.raises(XeroFailure):
            XeroGateway("tenant", "token", seconds=5).organisation()

    assert len(heard) == 1


def test_a_reply_that_never_ends_ends_at_its_deadline(settings: Settings) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60, pause=0.1) as (url, _):
        settings.XERO_API_URL = url
        began = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            XeroGateway("tenant", "token", seconds=0.4).organisation()

        assert time.monotonic() - began < 3
