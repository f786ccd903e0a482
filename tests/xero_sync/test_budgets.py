"""Staying below Xero's limits: our own count of a minute, a day's tenth for people, one count for all practices."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection, transaction
from pytest_django import Settings

from clients.models import Practice
from tests.factories import make_practice
from tests.fakes_xero import FakeGateway
from xero_sync.errors import Scope, TryLater
from xero_sync.models import Lane
from xero_sync.operations import app_limit, budgets, lanes
from xero_sync.records import Limits

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 0, 0, 5, tzinfo=UTC)


@pytest.fixture
def north_vale() -> Practice:
    practice = make_practice("North & Vale")
    lanes.lane_of(practice)
    return practice


def lane_of(practice: Practice) -> Lane:
    return Lane.objects.for_practice(practice).get()


def test_no_sixty_seconds_hold_more_calls_than_we_allow_ourselves(north_vale: Practice) -> None:
    for call in range(budgets.CALLS_A_MINUTE):
        budgets.spend(north_vale, at=AT + timedelta(seconds=call / 10))

    with pytest.raises(TryLater) as told:
        budgets.spend(north_vale, at=AT + timedelta(seconds=20))
    assert told.value.scope is Scope.MINUTE
    assert told.value.seconds == pytest.approx(41)

    budgets.spend(north_vale, at=AT + timedelta(seconds=61.01))
    assert len(lane_of(north_vale).recent_calls) == budgets.CALLS_A_MINUTE


def test_no_call_is_made_before_xero_wants_to_hear_from_us(north_vale: Practice) -> None:
    Lane.objects.for_practice(north_vale).update(next_ok_at=AT + timedelta(seconds=37), waiting_for=Scope.MINUTE)

    with pytest.raises(TryLater) as told:
        budgets.spend(north_vale, at=AT)

    assert told.value.seconds == pytest.approx(37)


def made_calls(practice: Practice, *, calls: int) -> None:
    for call in range(calls):
        budgets.spend(practice, at=AT + timedelta(seconds=call / 10))


def answered(practice: Practice, *, left: int, seconds: float) -> None:
    """The last call's answer said how many are left of the minute."""
    ours = lane_of(practice).recent_calls
    learned = budgets.learned_from(Limits(None, left, None), ours, at=AT + timedelta(seconds=seconds))
    Lane.objects.for_practice(practice).update(**learned)


def more_calls(practice: Practice, *, seconds: float) -> int:
    """How many may be made at that moment."""
    made = 0
    while not (wait := budgets.wait_of(lane_of(practice), at=AT + timedelta(seconds=seconds))):
        budgets.count(practice, at=AT + timedelta(seconds=seconds))
        made += 1
        assert made <= budgets.XEROS_MINUTE, "more than Xero takes in a minute"
    assert wait.scope is Scope.MINUTE
    return made


@pytest.mark.parametrize("calls", [1, 30, 54])
def test_alone_nearly_the_whole_minute_is_ours(calls: int, north_vale: Practice) -> None:
    made_calls(north_vale, calls=calls)
    answered(north_vale, left=60 - calls, seconds=6)

    assert more_calls(north_vale, seconds=8) == budgets.CALLS_A_MINUTE - calls


@pytest.mark.parametrize(("calls", "left", "more"), [(20, 20, 16), (40, 5, 1), (40, 4, 0), (10, 40, 36)])
def test_beside_another_app_we_take_what_it_leaves(calls: int, left: int, more: int, north_vale: Practice) -> None:
    made_calls(north_vale, calls=calls)
    answered(north_vale, left=left, seconds=6)

    assert more_calls(north_vale, seconds=6) == more


def test_what_another_app_may_use_meanwhile_is_left_to_it(north_vale: Practice) -> None:
    made_calls(north_vale, calls=10)
    answered(north_vale, left=40, seconds=1)
    lane = lane_of(north_vale)

    allowed = [budgets.allowed_a_minute(lane, at=AT + timedelta(seconds=1 + age)) for age in (0, 6, 15, 59, 61)]

    assert allowed == [46, 44, 41, 41, budgets.CALLS_A_MINUTE]


def test_who_waits_for_another_app_goes_on_as_soon_as_it_is_heard_to_have_stopped(north_vale: Practice) -> None:
    made_calls(north_vale, calls=20)
    answered(north_vale, left=0, seconds=6)

    wait = budgets.wait_of(lane_of(north_vale), at=AT + timedelta(seconds=6))
    assert wait
    assert wait.seconds == budgets.NEWS_SECONDS

    answered(north_vale, left=40, seconds=10)
    assert budgets.wait_of(lane_of(north_vale), at=AT + timedelta(seconds=11)) is None


@pytest.mark.parametrize(("left", "more"), [(30, 25), (6, 1), (5, 0)])
def test_where_xeros_minute_is_kinder_than_ours_its_own_word_counts(left: int, more: int, north_vale: Practice) -> None:
    made_calls(north_vale, calls=budgets.CALLS_A_MINUTE)
    answered(north_vale, left=left, seconds=6)

    assert more_calls(north_vale, seconds=6) == more


def test_what_left_since_xeros_last_word_is_taken_off_it(north_vale: Practice) -> None:
    made_calls(north_vale, calls=50)
    answered(north_vale, left=40, seconds=5.5)
    for call in range(10):
        budgets.count(north_vale, at=AT + timedelta(seconds=6 + call / 10))

    assert more_calls(north_vale, seconds=8) == 40 - 10 - budgets.FOR_PEOPLE


def test_what_xero_said_a_minute_ago_is_over(north_vale: Practice) -> None:
    made_calls(north_vale, calls=budgets.CALLS_A_MINUTE)
    Lane.objects.for_practice(north_vale).update(minute_left=60, minute_left_of=0, limits_seen_at=AT)

    assert budgets.left_by_xero(lane_of(north_vale), [], at=AT + timedelta(seconds=59)) == 60 - budgets.FOR_PEOPLE
    assert budgets.left_by_xero(lane_of(north_vale), [], at=AT + timedelta(seconds=60)) == 0


def test_of_what_xero_left_others_may_have_used_some(north_vale: Practice) -> None:
    made_calls(north_vale, calls=10)
    answered(north_vale, left=20, seconds=1)

    assert more_calls(north_vale, seconds=16) == 1


def test_a_kinder_minute_has_room_for_a_reading_too(north_vale: Practice) -> None:
    made_calls(north_vale, calls=budgets.CALLS_A_MINUTE)
    answered(north_vale, left=11, seconds=6)

    budgets.require_room(north_vale, calls=6, at=AT + timedelta(seconds=6))

    with pytest.raises(TryLater):
        budgets.require_room(north_vale, calls=7, at=AT + timedelta(seconds=6))


def test_what_a_sync_was_told_does_not_say_which_of_our_calls_it_counts(north_vale: Practice) -> None:
    made_calls(north_vale, calls=budgets.CALLS_A_MINUTE)

    budgets.note_limits(north_vale, Limits(None, 40, None), at=AT + timedelta(seconds=6))

    assert more_calls(north_vale, seconds=6) == 0


def test_between_the_pages_of_a_reading_each_answer_is_heard(north_vale: Practice) -> None:
    lease, gateway = lanes.take(north_vale, at=AT), FakeGateway("books")
    assert lease
    Lane.objects.for_practice(north_vale).update(minute_of_others=40, limits_seen_at=AT)

    for page in range(1, 15):
        at = AT + timedelta(seconds=3 * page)
        lanes.announce_call(lease, gateway, at=at)
        gateway.limits = Limits(900, 60 - 40 - page, None)

    assert lane_of(north_vale).limits_seen_at == at
    assert lane_of(north_vale).minute_of_others == 40


def test_a_reading_that_others_leave_no_room_for_does_not_begin(north_vale: Practice) -> None:
    made_calls(north_vale, calls=1)
    answered(north_vale, left=10, seconds=1)

    with pytest.raises(TryLater) as told:
        budgets.require_room(north_vale, calls=11, at=AT + timedelta(seconds=2))

    assert told.value.seconds == budgets.PAUSE_SECONDS


def test_an_answer_that_is_silent_on_the_day_leaves_what_is_known_of_it(north_vale: Practice) -> None:
    budgets.note_limits(north_vale, Limits(900, 50, None), at=AT)
    budgets.note_limits(north_vale, Limits(None, 49, None), at=AT + timedelta(seconds=1))

    assert lane_of(north_vale).day_remaining == 900


def test_where_another_app_uses_the_whole_minute_a_single_call_finds_out(north_vale: Practice) -> None:
    budgets.note_limits(north_vale, Limits(None, 0, None), at=AT)

    assert more_calls(north_vale, seconds=1) == 1


def test_what_a_sync_uses_is_not_ours_to_use_again(north_vale: Practice) -> None:
    made_calls(north_vale, calls=20)

    budgets.note_limits(north_vale, Limits(None, 30, None), at=AT + timedelta(seconds=2))

    assert more_calls(north_vale, seconds=2) == 60 - budgets.MINUTE_RESERVE - 30


def test_a_reading_of_several_calls_begins_only_where_the_minute_has_room(north_vale: Practice) -> None:
    made_calls(north_vale, calls=52)
    budgets.require_room(north_vale, calls=3, at=AT + timedelta(seconds=55))

    with pytest.raises(TryLater) as told:
        budgets.require_room(north_vale, calls=6, at=AT + timedelta(seconds=55))
    assert told.value.seconds == pytest.approx(6.2)

    with pytest.raises(TryLater) as told:
        budgets.require_room(north_vale, calls=6, at=AT + timedelta(seconds=10))
    assert told.value.seconds == budgets.PAUSE_SECONDS

    budgets.require_room(north_vale, calls=6, at=AT + timedelta(seconds=61.3))


@pytest.mark.parametrize(("day_limit", "seen", "left", "waits"), [
    (1000, 999, 100, True), (1000, 999, 101, False), (5000, 4999, 500, True), (5000, 4999, 501, False),
])  # fmt: skip
def test_a_tenth_of_the_day_is_kept_for_people(
    day_limit: int, seen: int, left: int, waits: bool, north_vale: Practice
) -> None:
    budgets.note_limits(north_vale, Limits(seen, 50, 9000), at=AT)
    assert (lane_of(north_vale).day_limit == 5000) is (day_limit == 5000)
    budgets.note_limits(north_vale, Limits(left, 50, 9000), at=AT)

    wait = budgets.wait_of(lane_of(north_vale), at=AT + timedelta(minutes=1))

    assert (wait is not None) is waits
    assert wait is None or wait.scope is Scope.SPARED


def test_all_practices_together_stay_below_the_limit_of_our_app(north_vale: Practice) -> None:
    cache.set(f"xero-calls-{AT.timestamp() // 60:.0f}", app_limit.CALLS_A_MINUTE - 1)

    budgets.spend(north_vale, at=AT)
    with pytest.raises(TryLater) as told:
        budgets.spend(north_vale, at=AT)

    assert told.value.scope is Scope.APP
    assert told.value.seconds == pytest.approx(55)


class DownCache(LocMemCache):
    """A cache that is down."""

    def add(self, *arguments: object, **named: object) -> bool:
        raise ConnectionError("refused")


def test_without_the_cache_each_worker_has_its_share(north_vale: Practice, settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.xero_sync.test_budgets.DownCache"}}
    settings.WORKER_PROCESSES = app_limit.SHARED_BLIND // 2

    budgets.spend(north_vale, at=AT)
    budgets.spend(north_vale, at=AT)
    with pytest.raises(TryLater):
        budgets.spend(north_vale, at=AT)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_count_that_another_server_keeps(
    north_vale: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[bool] = []
    monkeypatch.setattr(cache, "incr", lambda *_: counted.append(connection.in_atomic_block) or 1, raising=False)
    lease = lanes.take(north_vale, at=AT)
    assert lease

    lanes.announce_call(lease, FakeGateway("books"), at=AT)
    with transaction.atomic():
        lanes.count_call(lease, at=AT)

    assert counted == [False]
    assert len(lane_of(north_vale).recent_calls) == 2
