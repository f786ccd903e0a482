"""F5: Xero has forgotten the idempotency key before we send again, or never kept it, or keeps it for a day."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("repeat", ["replay", "conflict"])
@pytest.mark.parametrize("memory", [0, 360, 86400])
@pytest.mark.parametrize("mode", MODES)
def test_f05_one_invoice_whatever_xero_remembers(
    mode: str, memory: int, repeat: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    world.remote.do("settings", key_memory=memory, key_conflict_mode=repeat)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, mode=mode, at=world.at)
    world.remote.fault("lose_answer", path="Invoices", method="PUT")
    world.remote.fault("status", status=503, path="Invoices", method="GET", times=2)
    world.work()

    world.wait(minutes=7)
    world.rests(connected, within=timedelta(minutes=20))

    world.assert_each_once(wanted)


@pytest.mark.parametrize("memory", [0, 360, 86400])
def test_f05_a_refusal_that_xero_remembers_under_the_key_passes_under_a_new_one(
    memory: int, connected: Practice, world: World
) -> None:
    world.remote.do("settings", key_memory=memory)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, at=world.at)
    world.remote.fault("status", status=500, path="Invoices", method="PUT", remember=True)

    world.rests(connected, within=timedelta(minutes=3))

    keys = [{k.lower(): v for k, v in put["headers"].items()}["idempotency-key"] for put in world.puts()]
    assert len(keys) == len(set(keys)) == 2
    world.assert_each_once(wanted)
