"""F12: Xero answers a byte at a time, for ever."""

import time
from datetime import timedelta

import pytest
from pytest_django import Settings

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.gateway import XeroGateway, wire
from xero_sync.operations import lanes

pytestmark = pytest.mark.django_db


def hasty(tenant_id: str, access_token: str) -> XeroGateway:
    """The real gateway, whose deadline is half a second and not 66."""
    return XeroGateway(tenant_id, access_token, seconds=0.5)


@pytest.mark.parametrize("mode", MODES)
def test_f12_the_call_ends_at_its_deadline_and_the_invoice_is_one(
    mode: str, connected: Practice, world: World, settings: Settings
) -> None:
    settings.XERO_GATEWAY = "tests.faults.named.test_f12_slow_drip.hasty"
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 2, mode=mode, at=world.at)
    world.remote.fault("drip", path="Invoices", method="PUT", delay=0.05)
    began = time.monotonic()

    world.work()
    assert time.monotonic() - began < 5

    world.rests(connected, within=timedelta(minutes=18))
    assert len(world.puts()) == 1
    world.assert_each_once(wanted)


def test_f12_a_lease_outlives_the_longest_call() -> None:
    assert wire.WHOLE_SECONDS <= 66
    assert timedelta(seconds=wire.WHOLE_SECONDS) < lanes.CALL


def test_f12_while_a_call_may_still_be_under_way_nobody_else_touches_its_batch(
    connected: Practice, world: World
) -> None:
    """A worker that was last heard of when it sent: alive or not, nobody can know before its deadline."""
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 2, at=world.at)
    world.ambush("before_send")
    world.work()
    assert world.deaths == 1

    quiet = world.mark()
    world.live(seconds=75)
    assert world.calls(quiet, path="Invoices") == []

    world.rests(connected, within=timedelta(seconds=105))
    world.assert_each_once(wanted)
