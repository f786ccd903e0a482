"""F10: the limit of our app as a whole."""

from datetime import datetime, timedelta
from statistics import median

import pytest

from tests.faults.named.world import World, firms, invoices_for
from xero_sync.models import Push

pytestmark = pytest.mark.django_db


def test_f10_everybody_slows_down_within_two_seconds_and_nobody_starves(world: World) -> None:
    every = firms(world, 8)
    wanted = {firm.tenant: invoices_for([firm.client], 2, at=world.at) for firm in every}
    world.remote.fault("status", status=429, problem="appminute", path="Invoices", skip=2)
    before = world.mark()

    world.work()

    calls = [(datetime.fromisoformat(call["at"]), call["status"]) for call in world.calls(before)]
    (first,) = [at for at, status in calls if status == 429]
    assert [at for at, _ in calls if at - first > timedelta(seconds=2)] == []

    began = world.at
    waits = [world.rests(firm.practice, within=timedelta(minutes=3)) for firm in every]
    assert max(waits) < timedelta(minutes=1)
    for firm in every:
        world.assert_each_once(wanted[firm.tenant], firm.tenant)
    posted = [_waited(firm.practice.pk, began - timedelta(minutes=1)) for firm in every]
    assert max(posted) / median(posted) <= 3


def _waited(practice_id: int, since: datetime) -> float:
    last = Push.objects.for_practice(practice_id).order_by("-invoice__posted_at").select_related("invoice").first()
    assert last is not None
    assert last.invoice.posted_at is not None
    return (last.invoice.posted_at - since).total_seconds()
