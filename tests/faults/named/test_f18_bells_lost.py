"""F18: the broker is wiped with every wake-up in it. (With a real broker: tests/faults/processes.)"""

from datetime import timedelta

import pytest
from django.db import connection

from tests.faults.named.world import World, firms, invoices_for, is_at_rest

pytestmark = pytest.mark.django_db


def test_f18_every_lane_finishes_and_the_added_delay_is_at_most_thirty_seconds(world: World) -> None:
    every = firms(world, 12)
    wanted = {firm.tenant: invoices_for([firm.client], 3, at=world.at) for firm in every}
    assert len(connection.run_on_commit) >= 12
    connection.run_on_commit.clear()
    world.work()
    assert all(world.drafts(tenant) == [] for tenant in wanted)

    took = world.until(lambda: all(is_at_rest(firm.practice) for firm in every), within=timedelta(seconds=45))

    assert took <= timedelta(seconds=45)
    for tenant, invoices in wanted.items():
        posted = [one.posted_at for one in type(invoices[0]).objects.for_practice(invoices[0].practice_id)]
        assert all(at - invoices[0].raised_at <= timedelta(seconds=30) for at in posted if at)
        world.assert_each_once(invoices, tenant)
