"""A contact repaired in Xero itself: noticed without a click, at a few calls."""

from datetime import datetime, timedelta

import pytest

from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, post
from xero_sync.operations import pulls
from xero_sync.operations.pulls import rechecking

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_up(connected: Practice, remote: Remote, now: datetime) -> Practice:
    """One invoice refused because its contact is archived."""
    (beacon,) = linked_clients(connected, ["Beacon Joinery Ltd"])
    remote.do("contacts/Beacon Joinery Ltd/archive")
    make_invoice(beacon)
    post(connected, at=now)
    assert connected.invoices.get().refusal_code == "CONTACT_ARCHIVED"
    return connected


def recheck(practice: Practice, at: datetime) -> int:
    return pulls.recheck(connection_id=connection_of(practice).pk, at=at)


def test_what_was_unarchived_in_xero_goes_out_by_itself(held_up: Practice, remote: Remote, now: datetime) -> None:
    remote.do("contacts/Beacon Joinery Ltd/restore")

    assert recheck(held_up, now + timedelta(minutes=1)) == 1
    post(held_up, at=now + timedelta(minutes=2))

    assert [one["contact"] for one in remote.invoices()] == ["Beacon Joinery Ltd"]


def test_while_nothing_is_repaired_it_costs_one_call_a_minute(held_up: Practice, remote: Remote, now: datetime) -> None:
    before = len(remote.requests("GET", "Contacts"))

    for seconds in (60, 75, 90, 120):
        assert recheck(held_up, now + timedelta(seconds=seconds)) == 0

    assert len(remote.requests("GET", "Contacts")) - before == 2


@pytest.mark.parametrize(("after", "since", "is_due"), [
    (timedelta(minutes=10), timedelta(seconds=59), False),
    (timedelta(minutes=10), timedelta(seconds=60), True),
    (timedelta(hours=2), timedelta(minutes=14), False),
    (timedelta(hours=2), timedelta(minutes=15), True),
])  # fmt: skip
def test_often_in_the_first_hour_and_seldom_afterwards(
    after: timedelta, since: timedelta, is_due: bool, held_up: Practice, now: datetime
) -> None:
    held_up.lane.__class__.objects.for_practice(held_up).update(rechecked_at=now + after - since)

    assert bool(rechecking.due(at=now + after)) is is_due


def test_a_practice_with_nothing_held_up_is_never_asked(connected: Practice, now: datetime) -> None:
    assert rechecking.due(at=now + timedelta(hours=1)) == []
