"""The sweep: it rings where there is work, and not again and again."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from clients.models import Practice
from tests.factories import make_connection, make_invoice, make_practice
from tests.xero_world import Remote, linked_clients, post
from xero_sync.models import Lane
from xero_sync.operations import pushes

pytestmark = pytest.mark.django_db


def queue(practice: Practice) -> None:
    (client,) = linked_clients(practice, ["City Limousines"])
    make_invoice(client)


def test_the_sweep_rings_only_where_there_is_work_and_asks_once_for_all(
    connected: Practice, remote: Remote, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    idle = make_connection(make_practice("Leeds Ledgers"), tenant_id="another")
    Lane.objects.create(practice=idle.practice, next_ok_at=now)
    assert pushes.sweep(at=now) == 0
    queue(connected)

    with django_assert_num_queries(5):  # the fifth notes that it rang
        assert pushes.sweep(at=now) == 1

    post(connected, at=now)
    assert pushes.sweep(at=now + timedelta(minutes=1)) == 0


def test_behind_a_backlog_a_lane_is_not_rung_for_again_and_again(connected: Practice, now: datetime) -> None:
    queue(connected)

    rung = [pushes.sweep(at=now + timedelta(seconds=seconds)) for seconds in (0, 5, 10, 15, 20)]

    assert rung == [1, 0, 0, 1, 0]


def test_a_lane_whose_pause_ends_is_rung_for_at_once(connected: Practice, now: datetime) -> None:
    queue(connected)
    assert pushes.sweep(at=now) == 1
    Lane.objects.for_practice(connected).update(next_ok_at=now + timedelta(seconds=4))

    assert pushes.sweep(at=now + timedelta(seconds=5)) == 1
