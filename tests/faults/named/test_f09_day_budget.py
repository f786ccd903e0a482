"""F9: a tenth of the day's calls is kept for people; the plan says when it goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.operations import plans
from billing.ports import get_ledger
from clients.models import Client, Practice
from sandbox.xero.server import Running
from tests.faults.named.test_f09_day_limit import DAY, approved_plan
from tests.faults.named.world import World, invoices_for
from tests.xero_world import NORTH_AND_VALE, linked_clients

pytestmark = pytest.mark.django_db


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 15, 9, tzinfo=UTC)


@pytest.mark.parametrize("per_day", [1000, 5000])
def test_f09_a_tenth_of_the_days_calls_is_kept_for_people(
    per_day: int, connected: Practice, world: World, sandbox: Running
) -> None:
    world.remote.do("settings", per_day=per_day)
    clients = linked_clients(connected, ["City Limousines"])
    invoices_for(clients, 1, at=world.at)
    world.live(minutes=6, step=60)  # the night's reading is over too
    meter = sandbox.state.limits.meters[NORTH_AND_VALE]
    meter.day_count = per_day * 9 // 10 - 5

    for _ in range(8):
        invoices_for(clients, 1, at=world.at)
        world.live(seconds=60, step=60)

    assert per_day // 10 - 2 <= per_day - meter.day_count <= per_day // 10
    assert len(world.drafts()) < 9

    world.wait(hours=25)
    world.rests(connected, within=timedelta(minutes=2))
    assert len(world.drafts()) == 9


def test_f09_people_read_at_what_hour_it_resumes(connected: Practice, world: World) -> None:
    plan = approved_plan(connected, world)
    world.remote.fault("status", status=429, problem="day", retry_after=40_000, path="Invoices")
    plans.tick(at=world.at)
    world.live(minutes=1)

    ids = list(plan.invoices.values_list("pk", flat=True))
    told = get_ledger("xero").whereabouts(connected, ids, at=world.at)
    resumes = (datetime(2026, 10, 1, 12, tzinfo=UTC) + DAY).astimezone(connected.zone)
    assert {one.code for one in told.values()} == {"PAUSED"}
    assert all(f"{resumes:%H:%M}" in one.sentence for one in told.values())


def test_f09_the_tenth_for_people_makes_the_plan_wait_in_the_same_words(
    connected: Practice, world: World, sandbox: Running
) -> None:
    plan = approved_plan(connected, world)
    for count in (0, 900):  # the first call of a day begins its count; the answers then tell what is left of it
        sandbox.state.limits.meters[NORTH_AND_VALE].day_count = count
        invoices_for([Client.objects.for_practice(connected).earliest("pk")], 1, at=world.at)
        world.work()
    plans.tick(at=world.at)
    world.live(minutes=1)

    plan.refresh_from_db()
    told = plans.standing_of(plan, at=world.at)
    assert told.state == plans.ATTENTION
    assert told.sentence.startswith(
        "What is left of today’s calls to Xero is kept for people. The next 50 invoices go at "
    )
    assert told.sentence.endswith("; 2 invoices wait.")
