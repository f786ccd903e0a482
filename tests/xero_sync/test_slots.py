"""Several calls of one practice at once: each slot has its own lease and fence, and some acts are the first's."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_client, make_invoice
from tests.xero_sync.test_crashes import KILLED_AT, Killed
from tests.xero_world import Remote, linked_clients, post
from xero_sync.models import Batch, Lane, Slot
from xero_sync.operations import lanes, pushes

pytestmark = pytest.mark.django_db


def test_workers_take_one_slot_each_until_none_is_free(connected: Practice, now: datetime) -> None:
    taken = [lanes.take(connected, at=now) for _ in range(lanes.SLOTS + 1)]

    assert [lease.slot for lease in taken if lease] == [0, 1, 2, 3]
    assert taken[-1] is None


def test_a_slot_whose_lease_ran_out_is_taken_again_under_a_higher_fence(connected: Practice, now: datetime) -> None:
    first = lanes.take(connected, at=now)
    again = lanes.take(connected, at=now + lanes.TURN + timedelta(seconds=1))

    assert first
    assert again
    assert (again.slot, again.fence) == (first.slot, first.fence + 1)
    with pytest.raises(lanes.LeaseLost):
        lanes.extend(first, until=now + timedelta(minutes=5))


def test_giving_back_a_slot_keeps_the_wait_that_another_was_told(connected: Practice, now: datetime) -> None:
    one, other = lanes.take(connected, at=now), lanes.take(connected, at=now)
    assert one
    assert other
    until = now + timedelta(seconds=37)
    Lane.objects.for_practice(connected).update(next_ok_at=until, waiting_for="minute")

    lanes.release(other, at=now + timedelta(seconds=1))

    lane = Lane.objects.for_practice(connected).get()
    assert (lane.next_ok_at, lane.waiting_for) == (until, "minute")


def test_only_the_first_slot_creates_contacts(connected: Practice, remote: Remote, now: datetime) -> None:
    make_invoice(make_client(connected, "Halden Mill Ltd"))
    lanes.trust(connected)
    first = lanes.take(connected, at=now)
    assert first

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False
    assert remote.requests("PUT", "Contacts") == []

    lanes.release(first, at=now)
    post(connected, at=now + timedelta(seconds=1))
    assert len(remote.requests("PUT", "Contacts")) == 1
    assert [one["contact"] for one in remote.invoices()] == ["Halden Mill Ltd"]


def test_other_slots_post_invoices_while_the_first_is_busy(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    lanes.trust(connected)
    lanes.take(connected, at=now)

    post(connected, at=now)

    assert len(remote.invoices()) == 1
    assert Batch.objects.for_practice(connected).get().slot == 1


def test_a_slot_leaves_the_open_batch_of_a_slot_in_use_alone(
    connected: Practice, remote: Remote, now: datetime, settings: Settings
) -> None:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_crashes.checkpoint"
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    KILLED_AT.append("after_t1")
    with pytest.raises(Killed):
        pushes.post_batch(practice_id=connected.pk, at=now)
    batch = Batch.objects.for_practice(connected).get()

    pushes.post_batch(practice_id=connected.pk, at=now + timedelta(seconds=30))

    batch.refresh_from_db()
    assert batch.status == Batch.Status.PREPARED
    assert remote.requests("PUT", "Invoices") == []

    post(connected, at=now + lanes.TURN + timedelta(seconds=1))
    assert Invoice.objects.for_practice(connected).posted().count() == 1
    assert Slot.objects.for_practice(connected).filter(lease_until=None).count() == lanes.SLOTS


def test_another_worker_is_rung_for_only_where_a_slot_is_left_for_it(
    connected: Practice, remote: Remote, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the last slot rings when he gives it back, for there is more."""
    (client,) = linked_clients(connected, ["City Limousines"])
    for _ in range(202):
        make_invoice(client)
    lanes.trust(connected)
    rung: list[int] = []
    monkeypatch.setattr("xero_sync.operations.bells.ring_lane", rung.append)
    others = [lanes.take(connected, at=now) for _ in range(lanes.SLOTS - 1)]

    has_more = pushes.post_batch(practice_id=connected.pk, at=now)
    assert (rung, has_more) == ([], True)

    assert others[0]
    lanes.release(others[0], at=now)
    pushes.post_batch(practice_id=connected.pk, at=now + timedelta(seconds=1))
    assert rung == [connected.pk]
