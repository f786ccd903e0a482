"""F24, when a person used our next number in Xero."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from clients.models import AuditEvent, Practice
from tests.faults.named.world import World, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db


def test_f24_a_number_that_a_person_used_gives_way_to_the_next_one_and_that_is_audited(
    connected: Practice, world: World
) -> None:
    clients = linked_clients(connected, ["City Limousines"])
    first, *others = invoices_for(clients, 3, at=world.at)
    taken = first.number
    world.remote.do("invoices", contact="City Limousines", number=taken, amount="77.00")

    world.rests(connected, within=timedelta(minutes=2))

    (theirs,) = [row for row in world.remote.invoices() if not row["by_app"]]
    assert (theirs["number"], theirs["sub_total"]) == (taken, "77.00")
    first.refresh_from_db()
    assert first.status == Invoice.Status.POSTED
    assert first.number not in (None, taken)
    world.assert_each_once([first, *others])
    told = AuditEvent.objects.for_practice(connected).filter(action__contains="number")
    assert told.count() == 1
    assert str(taken) in str(told.get().facts)
