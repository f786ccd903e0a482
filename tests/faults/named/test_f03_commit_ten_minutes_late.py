"""F3: Xero accepts the request, we give up, and it commits ten minutes later."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db
LATE = 60 + 600


@pytest.mark.parametrize("memory", [0, 360, 86400])
@pytest.mark.parametrize("mode", MODES)
def test_f03_each_invoice_is_there_once_at_rest(mode: str, memory: int, connected: Practice, world: World) -> None:
    choose_numbering(connected, mode)
    world.remote.do("settings", key_memory=memory)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, mode=mode, at=world.at)
    world.remote.fault("late_commit", path="Invoices", method="PUT", delay=LATE)

    world.rests(connected, within=timedelta(minutes=18))
    world.live(minutes=20, step=120)

    assert world.remote.get("stats")["pending"] == 0
    assert len(world.puts()) == (2 if mode == "A" else 1)
    world.assert_each_once(wanted)


def test_f03_a_commit_between_reading_back_and_the_second_create_is_refused_by_its_number_and_matched(
    connected: Practice, world: World
) -> None:
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, at=world.at)
    world.remote.fault("late_commit", path="Invoices", method="PUT", delay=LATE)
    world.ambush("before_send", lambda: world.remote.do("clock", advance=LATE), passes=1)

    world.rests(connected, within=timedelta(minutes=3))

    assert len(world.puts()) == 2
    world.assert_each_once(wanted)


def test_f03_xeros_numbering_sends_nothing_for_a_quarter_of_an_hour(connected: Practice, world: World) -> None:
    choose_numbering(connected, "B")
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, mode="B", at=world.at)
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    world.work()

    world.live(minutes=14, seconds=30)
    assert len(world.puts()) == 1

    world.rests(connected, within=timedelta(minutes=3))
    assert len(world.puts()) == 2
    world.assert_each_once(wanted)
