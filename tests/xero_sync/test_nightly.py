"""The night: each practice's lists are read once, by its own clock, and not while it posts."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from clients.models import Practice
from tests.factories import make_connection, make_practice
from tests.xero_world import Remote, contact_named, sync
from xero_sync.errors import Scope, TryLater
from xero_sync.operations import lanes, pulls

pytestmark = pytest.mark.django_db


def test_the_night_asks_for_one_sync_by_the_practices_own_clock(connected: Practice, remote: Remote) -> None:
    def asked(moment: str) -> int:
        return pulls.nightly(at=datetime.fromisoformat(moment))

    connected.time_zone = "America/New_York"
    connected.save()
    assert asked("2026-12-02T05:30:00+00:00") == 0
    assert asked("2026-12-02T08:30:00+00:00") == 1
    assert asked("2026-12-02T08:35:00+00:00") == 0
    assert sync(connected, at=datetime.fromisoformat("2026-12-02T08:36:00+00:00")) == "done"
    assert asked("2026-12-02T09:00:00+00:00") == 0
    assert contact_named(connected, "City Limousines").is_usable


def test_who_is_posting_is_read_later_in_the_night(connected: Practice, now: datetime) -> None:
    night = datetime.fromisoformat("2026-12-02T08:30:00+00:00")
    lease = lanes.take(connected, at=night)
    assert lease
    assert pulls.nightly(at=night) == 0

    lanes.release(lease, at=night + timedelta(seconds=20))
    assert pulls.nightly(at=night + timedelta(minutes=5)) == 1


def test_a_minute_that_is_used_up_is_not_the_end_of_posting(connected: Practice, now: datetime) -> None:
    night = datetime.fromisoformat("2026-12-02T08:30:00+00:00")
    lease = lanes.take(connected, at=night)
    assert lease
    lanes.release(lease, at=night, wait=TryLater(60, Scope.MINUTE))

    assert pulls.nightly(at=night + timedelta(seconds=30)) == 0
    assert pulls.nightly(at=night + timedelta(minutes=5)) == 1


def test_who_connected_today_was_read_then(connected: Practice, now: datetime) -> None:
    assert now.hour >= 3
    assert pulls.nightly(at=now + timedelta(minutes=5)) == 0
    assert pulls.nightly(at=now + timedelta(days=1)) == 1


def test_the_nights_syncs_are_asked_for_with_one_look_however_many_connections(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    at = datetime.fromisoformat("2026-12-02T08:30:00+00:00")
    for name in ("North & Vale", "Harbour Tax", "Fell & Moor"):
        make_connection(make_practice(name))
    assert pulls.nightly(at=at) == 3

    with django_assert_num_queries(1):
        assert pulls.nightly(at=at + timedelta(minutes=5)) == 0
