"""F1: kill -9 between Xero's commit and T3."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db
RECOVERED_WITHIN = {"A": timedelta(minutes=3), "B": timedelta(minutes=18)}


@pytest.mark.parametrize("point", ["after_send", "before_t3"])
@pytest.mark.parametrize("mode", MODES)
def test_f01_forty_invoices_are_forty_within_minutes_and_two_extra_calls(
    mode: str, point: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    clients = linked_clients(connected, ["City Limousines"])
    undisturbed = invoices_for(clients, 1, mode=mode, at=world.at)
    world.rests(connected, within=timedelta(seconds=30))  # the lane has looked around once
    undisturbed += invoices_for(clients, 40, mode=mode, at=world.at)
    before = world.mark()
    world.rests(connected, within=timedelta(seconds=30))
    usual = len(world.calls(before, path="Invoices"))

    wanted = invoices_for(clients, 40, mode=mode, at=world.at)
    world.ambush(point)
    before = world.mark()
    took = world.rests(connected, within=RECOVERED_WITHIN[mode])

    assert world.deaths == 1
    assert took <= RECOVERED_WITHIN[mode]
    assert len(world.puts(before)) == 1
    assert len(world.calls(before, path="Invoices")) <= usual + 2
    world.assert_each_once([*undisturbed, *wanted])
