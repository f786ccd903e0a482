"""F7: as F6, and Xero summarises its errors although we asked it not to: a 400 that hides 49 invoices."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Push

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", MODES)
def test_f07_what_a_400_does_not_name_is_unknown_until_it_is_read_back_and_nothing_is_doubled(
    mode: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    city_limo, garnet = linked_clients(connected, ["City Limousines", "Garnet Street Films"])
    good = invoices_for([city_limo], 49, mode=mode, at=world.at)
    (bad,) = invoices_for([garnet], 1, mode=mode, at=world.at)
    world.remote.do("contacts/Garnet Street Films/archive")
    world.remote.do("settings", force_summarise=True)
    seen: list[int] = []

    def look() -> None:
        seen.append(Push.objects.for_practice(connected).filter(status=Push.Status.UNKNOWN).count())

    world.ambush("after_t3", look)
    world.rests(connected, within=timedelta(minutes=18))

    assert seen == [49]
    assert len(world.puts()) == 1
    bad.refresh_from_db()
    assert (bad.status, bad.refusal_code) == (Invoice.Status.REFUSED, "CONTACT_ARCHIVED")
    world.assert_each_once(good)
