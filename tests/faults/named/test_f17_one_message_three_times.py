"""F17: the same message is delivered three times at once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from clients.models import Practice
from tests.faults.named.world import World, invoices_for
from tests.xero_world import linked_clients
from xero_sync.tasks import post_lane

pytestmark = pytest.mark.django_db(transaction=True)


def test_f17_one_holds_the_lease_and_the_others_leave_without_a_call(connected: Practice, world: World) -> None:
    clients = linked_clients(connected, ["City Limousines"])
    alone = invoices_for(clients, 1, at=world.at)
    world.rests(connected, within=timedelta(minutes=1))  # the lane has looked around once
    alone += invoices_for(clients, 3, at=world.at)
    before = world.mark()
    world.rests(connected, within=timedelta(minutes=1))
    usual = len(world.calls(before))

    wanted = invoices_for(clients, 3, at=world.at)
    before = world.mark()
    _deliver_at_once(connected.pk, times=3)
    assert len(world.puts(before)) == 1

    world.rests(connected, within=timedelta(minutes=1))
    assert len(world.calls(before)) == usual
    world.assert_each_once([*alone, *wanted])


def _deliver_at_once(practice_id: int, *, times: int) -> None:
    gate = Barrier(times)

    def work() -> None:
        try:
            gate.wait(timeout=10)
            post_lane.run(practice_id)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
