"""F11: 503, an error page or half a document for twenty minutes."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from clients.models import Practice
from tests.factories import make_client
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Push
from xero_sync.operations import lanes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [{"kind": "status", "status": 503}, {"kind": "html"}, {"kind": "truncate"}])
@pytest.mark.parametrize("mode", MODES)
def test_f11_the_breaker_opens_after_five_failures_and_everything_recovers_alone(
    mode: str, kind: dict[str, object], connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 300, mode=mode, at=world.at)
    world.remote.fault(**kind, path="api.xro", times=10_000)  # type: ignore[arg-type]  # a fault's own fields
    began = world.mark()

    world.live(minutes=20)

    calls = [datetime.fromisoformat(call["at"]) for call in world.calls(began, path="Invoices")]
    assert len(calls) <= 15
    assert all(later - earlier >= timedelta(seconds=60) for earlier, later in pairwise(calls[5:]))
    unknown = Push.objects.for_practice(connected).filter(status=Push.Status.UNKNOWN)
    assert unknown.values("batch").distinct().count() <= 2, "no more than one worker had under way"
    assert unknown.count() <= 100

    world.remote.do("faults/clear")
    world.rests(connected, within=timedelta(minutes=20))
    world.assert_each_once(wanted)


def test_f11_contacts_that_cannot_be_made_open_the_breaker_too(connected: Practice, world: World) -> None:
    lanes.trust(connected)
    wanted = invoices_for([make_client(connected, "Halden Mill Ltd")], 1, mode="A", at=world.at)
    world.remote.fault("html", path="api.xro", times=10_000)
    began = world.mark()

    world.live(minutes=20)
    assert len(world.calls(began, path="Contacts")) <= 12

    world.remote.do("faults/clear")
    world.rests(connected, within=timedelta(minutes=20))
    world.assert_each_once(wanted)
