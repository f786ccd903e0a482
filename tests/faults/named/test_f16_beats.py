"""F16: two beats at once; beat dead for three hours over midnight. (With real processes: tests/faults/processes.)"""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.models import BillingPlan, LedgerAccount
from clients.models import Practice
from tests.factories import make_engagement, make_finalised_plan, terms
from tests.faults.named.world import BEAT, World
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 9, 30, 23, 0, tzinfo=UTC)  # in London


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 15, 9, tzinfo=UTC)


@pytest.fixture
def plan(connected: Practice, world: World) -> BillingPlan:
    """September's, approved, a minute before midnight."""
    account = LedgerAccount.objects.for_practice(connected).get(code="200")
    for one in linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"]):
        make_engagement(one, [terms(ledger_account_id=account.pk)], date(2026, 9, 1), at=world.at)
    plan = make_finalised_plan(connected, date(2026, 9, 1), at=world.at)
    world.go_to(MIDNIGHT - timedelta(minutes=1))
    return plan


def assert_one_run(plan: BillingPlan, world: World) -> None:
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    assert plan.events.filter(what="raised").count() == 1
    assert len(world.puts()) == 1
    world.assert_each_once(list(plan.invoices.all()))


def test_f16_two_beats_are_one_run(plan: BillingPlan, connected: Practice, world: World) -> None:
    for _ in range(12):
        world.wait(seconds=15)
        world.beat(*BEAT, *BEAT)

    assert_one_run(plan, world)


def test_f16_a_beat_that_slept_over_midnight_catches_up_at_its_first_tick(
    plan: BillingPlan, connected: Practice, world: World
) -> None:
    world.go_to(MIDNIGHT + timedelta(hours=3))
    assert world.puts() == []

    world.beat(*BEAT)

    assert_one_run(plan, world)
    plan.refresh_from_db()
    assert {one.invoice_date for one in plan.invoices.all()} == {date(2026, 10, 1)}
