"""F2: the answer to the PUT is lost, by a reset after the commit."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Batch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["lose_answer", "reset", "truncate", "html", "fail_before"])
@pytest.mark.parametrize("mode", MODES)
def test_f02_an_attempt_is_one_request_on_the_wire_and_the_invoice_is_one(
    mode: str, kind: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, mode=mode, at=world.at)
    world.remote.fault(kind, path="Invoices", method="PUT")

    world.rests(connected, within=timedelta(minutes=18))

    attempts = Batch.objects.for_practice(connected).exclude(sent_at=None).count()
    was_carried_out = kind not in ("html", "fail_before")
    assert len(world.puts()) == attempts == (1 if was_carried_out else 2)
    world.assert_each_once(wanted)
