"""Schedules that once ended badly, as the machine found them."""

from tests.faults.machine import acts
from tests.faults.machine.resting import settle
from tests.faults.machine.world import World


def test_work_done_after_a_restore_is_not_taken_for_the_forgotten_work_of_the_same_row(world: World) -> None:
    office = world.offices[0]
    world.back_up()
    acts.finish_work(office, office.clients[:1], 10_000)
    world.drain()
    world.restore()

    acts.finish_work(office, office.clients[:1], 25_000)
    world.drain()

    assert settle(world, longest_wait=0) == []
