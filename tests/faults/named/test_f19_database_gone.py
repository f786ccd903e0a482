"""F19: the database goes away in mid-run. (PostgreSQL really restarted: tests/faults/processes.)"""

from datetime import timedelta

import pytest
from django.db import OperationalError

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db
POINTS = ["after_t1", "after_t2", "before_send", "after_send", "before_t3", "after_t3"]


def gone() -> None:
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("mode", MODES)
def test_f19_no_invoice_is_lost_or_doubled_and_work_resumes_within_a_minute_of_what_can_be_known(
    mode: str, point: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 3, mode=mode, at=world.at)
    world.ambush(point, gone)
    with pytest.raises(OperationalError):
        world.work()

    may_have_left = point not in ("after_t1", "after_t3")
    waits = timedelta(seconds=90 if may_have_left else 0)
    if mode == "B" and may_have_left:
        waits = timedelta(minutes=15)
    world.rests(connected, within=waits + timedelta(seconds=60))

    assert len(world.puts()) == 1, "what had not left goes out whole; only a second loss would halve it"
    world.assert_each_once(wanted)
