"""A turn: a few batches in a row in one slot, and what is done only where a run ends."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_client, make_invoice, make_practice
from tests.xero_world import Remote, connection_of, linked_clients, post, recover
from xero_sync.errors import Scope, TryLater
from xero_sync.models import Batch, Connection, Lane, Push, Slot
from xero_sync.operations import app_limit, lanes, pushes
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


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The practices whose log was sealed where a run ended."""
    found: list[int] = []
    monkeypatch.setattr("clients.operations.audit.seal_soon", lambda *, practice_id: found.append(practice_id))
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
    connected: Practice, remote: Remote, now: datetime
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
    assert Batch.objects.for_practice(connected).count() == 1, "nothing is claimed that may not leave"


def test_where_our_app_is_close_to_its_limit_nothing_follows(
    connected: Practice, remote: Remote, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_limit, "nearly_used_up", lambda limits: TryLater(15, Scope.APP))
    queue(connected, 51)

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False

    assert Batch.objects.for_practice(connected).count() == 1


def test_where_a_worker_started_meanwhile_the_next_turn_looks_before_anything_follows(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """Its database may be an older copy."""
    queue(connected, 51)
    AFTER_T3.append(lanes.distrust_all)

    assert pushes.post_batch(practice_id=connected.pk, at=now) is True
    assert sent(remote) == [50]

    calls = len(remote.requests("", "Invoices"))
    pushes.post_batch(practice_id=connected.pk, at=now)
    assert [one["method"] for one in remote.requests("", "Invoices")[calls:]] == ["GET", "PUT"]


def test_a_doubt_about_the_connection_is_over_with_the_first_batch_of_a_turn(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """Else a server of Xero's that does not know the new token yet would cost the connection."""
    lanes.trust(connected)
    Connection.objects.for_practice(connected).update(doubted_at=now - timedelta(seconds=11))
    queue(connected, 51)
    doubts: list[datetime | None] = []
    AFTER_T3.append(lambda: AFTER_T3.append(lambda: doubts.append(connection_of(connected).doubted_at)))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert doubts == [None]


def test_contacts_come_first_and_their_invoices_follow_in_the_same_turn(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    lanes.trust(connected)
    make_invoice(make_client(connected, "Halden Mill Ltd"))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert len(remote.requests("PUT", "Contacts")) == 1
    assert sent(remote) == [1]


def test_a_lost_lease_ends_the_turn_and_what_was_posted_stands(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    queue(connected, 51)
    AFTER_T3.append(lambda: Slot.objects.for_practice(connected).update(fence=F("fence") + 1))

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False

    assert sent(remote) == [50]
    assert of_status(connected, Push.Status.POSTED) == 50
    assert of_status(connected, Push.Status.READY) == 1


def test_a_fault_in_the_second_batch_is_counted_once_and_leaves_the_first_as_it_is(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    lanes.trust(connected)
    queue(connected, 51)
    AFTER_T3.append(lambda: remote.fault("reset", path="Invoices", method="PUT"))

    pushes.post_batch(practice_id=connected.pk, at=now)

    assert of_status(connected, Push.Status.POSTED) == 50
    assert of_status(connected, Push.Status.UNKNOWN) == 1
    assert Lane.objects.for_practice(connected).get().failures_in_a_row == 1
    recover(connected, at=now)
    assert sorted(one["number"] for one in remote.invoices()) == sorted(
        Invoice.objects.for_practice(connected).posted().values_list("number", flat=True)
    )


def test_a_refusal_is_told_after_its_batch_however_much_more_waits(
    connected: Practice, remote: Remote, now: datetime, settled: list[datetime]
) -> None:
    queue(connected, 51)
    remote.do("contacts/City Limousines/archive")
    make_invoice(make_client(make_practice("Leeds Ledgers"), "Halden Mill Ltd"))

    assert pushes.post_batch(practice_id=connected.pk, at=now) is True

    assert Invoice.objects.for_practice(connected).refused().count() == 50
    assert len(settled) == 1


def test_where_xero_asks_for_a_pause_the_plans_are_settled(
    connected: Practice,
    remote: Remote,
    now: datetime,
    settled: list[datetime],
    sealed: list[int],
) -> None:
    """Who is told of refusals with the plan hears of them now, and not when the pause is over."""
    lanes.trust(connected)
    queue(connected, 51)
    AFTER_T3.append(lambda: remote.fault("status", status=429, problem="day", retry_after=40_000, path="Invoices"))

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False

    assert of_status(connected, Push.Status.POSTED) == 50
    assert (len(settled), sealed) == (1, [connected.pk])


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
    connected: Practice,
    remote: Remote,
    now: datetime,
    settled: list[datetime],
    sealed: list[int],
) -> None:
    queue(connected, 151)

    pushes.post_batch(practice_id=connected.pk, at=now)
    assert (settled, sealed) == ([], [])

    post(connected, at=now)
    assert (len(settled), sealed) == (1, [connected.pk])
