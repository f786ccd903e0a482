"""F22: one worker's clock is five minutes fast, another's five minutes slow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from billing.models import Invoice, LedgerAccount
from billing.tasks import tick
from clients.models import Practice
from clients.operations import database_now
from socketapp import settings as product
from tests.factories import make_engagement, make_finalised_plan, make_invoice, terms
from tests.faults.named.world import World
from tests.xero_world import linked_clients
from xero_sync.models import Batch, Grant, Lane
from xero_sync.tasks import post_lane, sweep

pytestmark = pytest.mark.django_db
OFF = [timedelta(minutes=5), timedelta(minutes=-5)]
NEAR = timedelta(seconds=30)


@pytest.fixture
def starts(db: None) -> Iterator[datetime]:
    """Here everything begins by the database's clock, which nobody puts back."""
    now = database_now()
    with time_machine.travel(now, tick=True):
        yield now


@pytest.fixture
def by_the_database(world: World, connected: Practice, settings: Settings) -> Practice:
    """A practice whose workers go by the clock that the product's own settings name."""
    settings.CLOCK = product.CLOCK
    return connected


def with_a_wrong_clock(off: timedelta) -> time_machine.travel:
    return time_machine.travel(database_now() + off, tick=True)


@pytest.mark.parametrize("off", OFF, ids=["fast", "slow"])
def test_f22_leases_deadlines_and_token_lives_go_by_the_database(
    off: timedelta, by_the_database: Practice, world: World
) -> None:
    (client,) = linked_clients(by_the_database, ["City Limousines"])
    make_invoice(client)

    with with_a_wrong_clock(off):
        post_lane.run(by_the_database.pk)
        sweep.run()

    batch = Batch.objects.for_practice(by_the_database).get()
    right = database_now()
    moments = [
        batch.created_at,
        batch.sent_at,
        batch.deadline_at - timedelta(seconds=90),
        Grant.objects.get().refreshed_at,
    ]
    lane = Lane.objects.for_practice(by_the_database).get()
    assert all(abs(right - at) < NEAR for at in [*moments, lane.limits_seen_at])
    assert len(world.drafts()) == 1


def test_f22_a_fast_worker_does_not_take_over_what_a_slow_one_has_under_way(
    by_the_database: Practice, world: World
) -> None:
    (client,) = linked_clients(by_the_database, ["City Limousines"])
    make_invoice(client)
    world.ambush("before_send")
    with with_a_wrong_clock(OFF[1]):
        world.work()
    assert world.deaths == 1

    quiet = world.mark()
    with with_a_wrong_clock(OFF[0]):
        sweep.run()
        world.work()
        post_lane.run(by_the_database.pk)

    assert world.calls(quiet, path="Invoices") == []
    assert Batch.objects.for_practice(by_the_database).get().status == Batch.Status.SENDING


@pytest.mark.parametrize("off", OFF, ids=["fast", "slow"])
def test_f22_what_is_due_today_is_the_databases_today(off: timedelta, by_the_database: Practice) -> None:
    """A plan that is due by a wrong clock only, or not by it only."""
    today = database_now().astimezone(by_the_database.zone).date()
    month = date(today.year, today.month, 1)
    (client,) = linked_clients(by_the_database, ["City Limousines"])
    account = LedgerAccount.objects.for_practice(by_the_database).get(code="200")
    began = datetime(month.year, month.month, 1, 12, tzinfo=UTC)
    make_engagement(client, [terms(ledger_account_id=account.pk)], month, at=began)
    plan = make_finalised_plan(by_the_database, month, at=began)
    is_wrongly_there = datetime.combine(plan.posts_on, datetime.min.time(), UTC) + timedelta(days=1)

    with time_machine.travel(is_wrongly_there, tick=True):
        tick.run()

    assert Invoice.objects.for_practice(by_the_database).count() == 0
