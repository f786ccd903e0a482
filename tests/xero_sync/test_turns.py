"""A turn: a few batches in a row in one slot, and what is done only where a run ends."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clients.models import AuditEvent, Practice
from tests.factories import make_client, make_invoice, make_practice
from tests.xero_world import Remote, linked_clients, post
from xero_sync.models import Lane, Push
from xero_sync.operations import lanes, pushes
from xero_sync.operations.pushes import turns

pytestmark = pytest.mark.django_db

AFTER_T3: list[Callable[[], object]] = []


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here: something happens once an answer was written down."""
    if point == "after_t3" and AFTER_T3:
        AFTER_T3.pop()()


@pytest.fixture(autouse=True)
def _listening(settings: Settings) -> Iterator[None]:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_turns.checkpoint"
    yield
    AFTER_T3.clear()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When the plans were settled."""
    found: list[datetime] = []
    monkeypatch.setattr("billing.operations.plans.settle_practice", lambda *, practice, at: found.append(at))
    return found


def queue(practice: Practice, invoices: int) -> None:
    (client,) = linked_clients(practice, ["City Limousines"])
    for _ in range(invoices):
        make_invoice(client)


def sent(remote: Remote) -> list[int]:
    """How many invoices each call carried."""
    return [one["body"].count('"Type"') for one in remote.requests("PUT", "Invoices")]


def of_status(practice: Practice, status: Push.Status) -> int:
    return Push.objects.for_practice(practice).filter(status=status).count()


def unsealed(practice: Practice) -> int:
    return AuditEvent.objects.for_practice(practice).unsealed().count()


def test_a_turn_carries_three_batches_each_in_a_call_of_its_own(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    queue(connected, 151)

    assert pushes.post_batch(practice_id=connected.pk, at=now) is True
    assert sent(remote) == [50, 50, 50]
    assert of_status(connected, Push.Status.READY) == 1, "nothing is claimed that does not leave"

    post(connected, at=now)
    assert sent(remote) == [50, 50, 50, 1]
    assert of_status(connected, Push.Status.VERIFIED) == 151


def test_while_another_practice_waits_a_turn_is_one_batch(connected: Practice, remote: Remote, now: datetime) -> None:
    queue(connected, 51)
    make_invoice(make_client(make_practice("Leeds Ledgers"), "Halden Mill Ltd"))

    assert pushes.post_batch(practice_id=connected.pk, at=now) is True

    assert sent(remote) == [50]


def test_a_slow_turn_ends_after_its_batch_so_that_others_get_theirs(
    connected: Practice, remote: Remote, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONG", timedelta(seconds=-1))
    queue(connected, 51)

    assert pushes.post_batch(practice_id=connected.pk, at=now) is True

    assert sent(remote) == [50]


def test_a_hold_placed_during_a_turn_stops_what_has_not_left(
    connected: Practice, remote: Remote, now: datetime, settled: list[datetime]
) -> None:
    queue(connected, 51)
    AFTER_T3.append(lambda: Practice.objects.filter(pk=connected.pk).update(is_safe_mode=True))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert sent(remote) == [50]
    assert of_status(connected, Push.Status.READY) == 1
    assert of_status(connected, Push.Status.POSTED) == 50


def test_where_another_slot_was_told_to_wait_nothing_follows(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    queue(connected, 51)
    tomorrow = now + timedelta(days=1)
    AFTER_T3.append(lambda: Lane.objects.for_practice(connected).update(next_ok_at=tomorrow, waiting_for="day"))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert sent(remote) == [50]
    assert of_status(connected, Push.Status.READY) == 1, "nothing is claimed that may not leave"


def test_where_xero_asks_for_a_pause_the_plans_are_settled(
    connected: Practice, remote: Remote, now: datetime, settled: list[datetime]
) -> None:
    """Who is told of refusals with the plan hears of them now, and not when the pause is over."""
    lanes.trust(connected)
    queue(connected, 51)
    AFTER_T3.append(lambda: remote.fault("status", status=429, problem="day", retry_after=40_000, path="Invoices"))

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False

    assert of_status(connected, Push.Status.POSTED) == 50
    assert len(settled) == 1
    assert unsealed(connected) == 0


def test_what_an_answer_says_counts_for_the_next_call_of_the_turn(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    lanes.trust(connected)
    Lane.objects.for_practice(connected).update(failures_in_a_row=3)
    queue(connected, 51)
    heard: list[tuple[int, bool]] = []
    AFTER_T3.append(lambda: AFTER_T3.append(lambda: heard.append(_lane_says(connected))))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert heard == [(0, True)], "the row of failures is over, and the limits are known"


def _lane_says(practice: Practice) -> tuple[int, bool]:
    lane = Lane.objects.for_practice(practice).get()
    return lane.failures_in_a_row, lane.limits_seen_at is not None


def test_plans_are_settled_and_the_log_is_sealed_where_a_run_ends(
    connected: Practice, remote: Remote, now: datetime, settled: list[datetime]
) -> None:
    queue(connected, 151)

    pushes.post_batch(practice_id=connected.pk, at=now)
    assert settled == []
    assert AuditEvent.objects.for_practice(connected).filter(action="invoice.posted").count() == 150

    post(connected, at=now)
    assert len(settled) == 1
    assert unsealed(connected) == 0
