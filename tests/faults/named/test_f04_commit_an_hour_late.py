"""F4: as F3, but the commit comes an hour late: long after the second create."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import World, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db
LATE = 60 + 3600


@pytest.mark.parametrize("memory", [0, 360, 86400])
def test_f04_own_numbers_keep_the_late_twin_out(memory: int, connected: Practice, world: World) -> None:
    world.remote.do("settings", key_memory=memory)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, at=world.at)
    world.remote.fault("late_commit", path="Invoices", method="PUT", delay=LATE)

    world.rests(connected, within=timedelta(minutes=3))
    world.live(minutes=90, step=300)

    assert world.remote.get("stats")["pending"] == 0
    assert len(world.puts()) == 2
    world.assert_each_once(wanted)
