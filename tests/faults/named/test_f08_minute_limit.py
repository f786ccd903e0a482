"""F8: 429 of the minute, Retry-After 37."""

from datetime import timedelta
from threading import current_thread

import pytest

from tests.faults.named.world import World, firms, invoices_for
from xero_sync.models import Lane

pytestmark = pytest.mark.django_db


def test_f08_the_connection_is_left_alone_for_37_seconds_while_the_same_worker_serves_others(world: World) -> None:
    slow, other = firms(world, 2)
    wanted = {firm.tenant: invoices_for([firm.client], 3, at=world.at) for firm in (slow, other)}
    world.remote.fault("status", status=429, problem="minute", retry_after=37, path="Invoices", tenant=slow.tenant)
    served_by: list[str] = []
    world.ambush("before_send", lambda: served_by.append(current_thread().name), times=2)

    began = world.mark()
    world.work()

    lane = Lane.objects.for_practice(slow.practice).get()
    assert lane.waiting_for == "minute"
    assert len(set(served_by)) == 1
    assert len(world.puts(began, tenant=other.tenant)) == 1
    world.assert_each_once(wanted[other.tenant], other.tenant)

    (refused,) = world.calls(began, tenant=slow.tenant)
    told = world.at
    quiet = world.mark()
    world.live(seconds=35, step=5)
    assert world.calls(quiet, tenant=slow.tenant) == []
    assert refused["status"] == 429

    world.rests(slow.practice, within=timedelta(seconds=30))
    assert world.at - told >= timedelta(seconds=36)
    world.assert_each_once(wanted[slow.tenant], slow.tenant)
