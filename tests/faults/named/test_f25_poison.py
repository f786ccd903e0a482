"""F25: one invoice takes down every worker that is about to send it."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from tests.faults.named.world import AMBUSHES, Ambush, World, firms, invoices_for, is_at_rest, kill
from xero_sync.models import Batch

pytestmark = pytest.mark.django_db


def test_f25_it_is_found_by_halving_set_aside_after_five_with_a_page_and_nobody_else_waits(world: World) -> None:
    bad, good = firms(world, 2)
    wanted = invoices_for([bad.client], 20, at=world.at)
    others = invoices_for([good.client], 3, at=world.at)
    poison = wanted[13]
    sizes: list[int] = []

    def die_of_it() -> None:
        batch = Batch.objects.across_practices().filter(status=Batch.Status.SENDING).order_by("-pk").first()
        if batch and f'"{poison.number}"'.encode() in batch.body:
            sizes.append(batch.item_count)
            kill()

    AMBUSHES.append(Ambush("before_send", die_of_it, times=10_000, passes=0))
    world.work()
    world.rests(good.practice, within=timedelta(seconds=30))
    world.assert_each_once(others, good.tenant)

    world.until(lambda: is_at_rest(bad.practice), within=timedelta(minutes=45))

    poison.refresh_from_db()
    assert (poison.status, poison.refusal_code) == (Invoice.Status.REFUSED, "SET_ASIDE")
    assert poison.refusal_reason
    assert [size for size in sizes if size > 1] == [20, 20, 10, 5, 2]
    assert 1 <= sizes.count(1) <= 5
    world.assert_each_once([one for one in wanted if one != poison], bad.tenant)
