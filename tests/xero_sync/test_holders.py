"""Workers that are gone: their slots are free at once, and what they sent is looked for before anything goes again."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_sync.test_crashes import KILLED_AT, die
from tests.xero_sync.test_crashes import checkpoint as killed_at
from tests.xero_world import Remote, linked_clients, post
from xero_sync.models import Batch, Slot
from xero_sync.operations import holders, lanes, pushes

pytestmark = pytest.mark.django_db

MEANWHILE: dict[str, Callable[[], object]] = {}


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here: what happens once while a worker stands at the point, or its end."""
    MEANWHILE.pop(point, lambda: None)()
    killed_at(point)


@pytest.fixture(autouse=True)
def _listening(settings: Settings) -> None:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_holders.checkpoint"
    KILLED_AT.clear()
    MEANWHILE.clear()


@pytest.fixture(scope="module")
def gone() -> str:
    """A process of this machine that has ended."""
    tell = "from xero_sync.operations import holders; print(holders.here())"
    done = subprocess.run([sys.executable, "-c", tell], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_process_that_ended_is_gone_and_one_that_lives_is_not(gone: str) -> None:
    assert holders.is_gone(gone)
    assert not holders.is_gone(holders.here())


def test_a_process_whose_end_nobody_has_asked_about_is_gone_too() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    holder = holders.named(ended.pid)
    assert ended.stdin
    ended.stdin.close()
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)

    assert holders.is_gone(holder)
    ended.wait()


def test_another_process_under_the_same_number_is_not_the_one_that_held_it() -> None:
    host, pid, started = holders.here().split("/")

    assert holders.is_gone(f"{host}/{pid}/{int(started) - 1}")


def test_of_what_cannot_be_seen_from_here_nothing_is_said() -> None:
    machine, pid, _ = holders.here().split("/")

    for unseen in ("", f"elsewhere/{pid}/1", f"{socket.gethostname()}.another-boot/{pid}/1", f"{machine}/{pid}/"):
        assert not holders.is_gone(unseen)


def test_the_slot_of_a_process_that_ended_is_free_with_the_next_sweep(
    connected: Practice, gone: str, now: datetime
) -> None:
    kept, lost = lanes.take(connected, at=now), lanes.take(connected, at=now)
    assert kept
    assert lost
    slots = Slot.objects.for_practice(connected)
    slots.filter(number=lost.slot).update(holder=gone)

    pushes.sweep(at=now)

    assert list(slots.exclude(lease_until=None).values_list("number", flat=True)) == [kept.slot]


def statuses(practice: Practice) -> set[str]:
    return set(Invoice.objects.for_practice(practice).values_list("status", flat=True))


def asked(remote: Remote, since: int) -> list[str]:
    return [one["method"] for one in remote.requests("", "Invoices") if one["number"] > since]


@pytest.fixture
def since(connected: Practice, remote: Remote) -> int:
    """What connecting has asked does not count."""
    found: int = remote.get("stats")["requests"]
    return found


def killed(practice: Practice, point: str, gone: str, *, at: datetime) -> None:
    """A worker took the lane and was killed at the point; the clock rings as soon as another has started."""
    die(practice, point, at=at)
    Slot.objects.for_practice(practice).exclude(lease_until=None).update(holder=gone)
    pushes.sweep(at=at)


def test_what_a_killed_worker_had_sent_is_found_at_once(
    connected: Practice, remote: Remote, since: int, gone: str, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    for _ in range(3):
        make_invoice(client)

    killed(connected, "after_send", gone, at=now)
    post(connected, at=now + timedelta(seconds=1))

    assert len(remote.invoices()) == 3
    assert asked(remote, since)[:2] == ["PUT", "GET"]
    assert Batch.objects.for_practice(connected).get().status == Batch.Status.DONE
    assert statuses(connected) == {Invoice.Status.POSTED}


def test_what_has_not_arrived_is_not_sent_again_while_its_call_may_still_be_under_way(
    connected: Practice, remote: Remote, since: int, gone: str, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    make_invoice(client)

    killed(connected, "before_send", gone, at=now)
    for seconds in (1, 20, 80):
        post(connected, at=now + timedelta(seconds=seconds))
    assert asked(remote, since) == ["GET"]

    post(connected, at=now + lanes.CALL + timedelta(seconds=1))
    assert asked(remote, since)[:3] == ["GET", "GET", "PUT"]
    assert len(remote.invoices()) == 1


def test_under_xeros_numbering_the_quarantine_stays_whole(
    connected: Practice, remote: Remote, since: int, gone: str, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    make_invoice(client, number=None)

    killed(connected, "after_send", gone, at=now)
    for minutes in (1 / 60, 1, 2, 14):
        post(connected, at=now + timedelta(minutes=minutes))
    assert asked(remote, since) == ["PUT"]

    post(connected, at=now + timedelta(minutes=16))
    assert asked(remote, since)[:2] == ["PUT", "GET"]
    assert len(remote.invoices()) == 1


def test_a_worker_taken_for_gone_by_mistake_writes_nothing_any_more(
    connected: Practice, remote: Remote, gone: str, now: datetime
) -> None:
    """As where two containers were given one name."""
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    make_invoice(client)

    def others() -> None:
        Slot.objects.for_practice(connected).exclude(lease_until=None).update(holder=gone)
        pushes.sweep(at=now)
        post(connected, at=now + timedelta(seconds=1))

    MEANWHILE["before_t3"] = others
    post(connected, at=now)

    assert len(remote.invoices()) == 1
    assert statuses(connected) == {Invoice.Status.POSTED}
    batch = Batch.objects.for_practice(connected).get()
    assert batch.looked_at, "the other adopted it, and the first found that it had"
    assert batch.http_status is None


def test_of_a_batch_that_arrived_in_part_only_the_rest_is_sent_again(
    connected: Practice, remote: Remote, since: int, gone: str, now: datetime
) -> None:
    usable, archived = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    lanes.trust(connected)
    for client in (usable, archived, usable):
        make_invoice(client)
    remote.do("contacts/Beacon Joinery Ltd/archive")
    killed(connected, "after_send", gone, at=now)

    post(connected, at=now + timedelta(seconds=1))
    assert sorted(statuses(connected)) == [Invoice.Status.POSTED, Invoice.Status.RAISED]

    post(connected, at=now + lanes.CALL + timedelta(seconds=1))
    assert [one["body"].count('"Type"') for one in remote.requests("PUT", "Invoices")] == [3, 1]
    assert sorted(statuses(connected)) == [Invoice.Status.POSTED, Invoice.Status.REFUSED]
    assert len(remote.invoices()) == 2


def test_a_lane_whose_workers_keep_dying_waits_longer_and_longer(
    connected: Practice, remote: Remote, gone: str, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    make_invoice(client)

    deaths = 0
    for seconds in range(0, 300, 5):
        at = now + timedelta(seconds=seconds)
        pushes.sweep(at=at)
        if not lanes.live_leases(connected, at=at) and lanes.lane_of(connected).next_ok_at <= at:
            die(connected, "after_t1", at=at)
            Slot.objects.for_practice(connected).exclude(lease_until=None).update(holder=gone)
            deaths += 1

    assert 4 <= deaths <= 7


def test_what_is_due_goes_first_and_open_questions_are_asked_together(
    connected: Practice, remote: Remote, since: int, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    for _ in range(130):
        make_invoice(client)
    for fault in ("lose_answer", "", "lose_answer"):
        if fault:
            remote.fault(fault, method="PUT", path="Invoices")
        pushes.post_batch(practice_id=connected.pk, at=now)

    post(connected, at=now + timedelta(seconds=16))

    assert asked(remote, since) == ["PUT", "PUT", "PUT", "GET", "GET"]  # one for both, one to read all back
    assert len(remote.invoices()) == 130


def test_a_question_does_not_wait_longer_than_a_minute(
    connected: Practice, remote: Remote, since: int, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    lanes.trust(connected)
    make_invoice(client)
    remote.fault("lose_answer", method="PUT", path="Invoices")
    pushes.post_batch(practice_id=connected.pk, at=now)
    for _ in range(60):
        make_invoice(client)

    pushes.post_batch(practice_id=connected.pk, at=now + timedelta(seconds=61))

    assert asked(remote, since) == ["PUT", "GET"]
