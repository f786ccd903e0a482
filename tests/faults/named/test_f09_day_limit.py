"""F9: 429 of the day, Retry-After 40,000."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.models import BillingPlan, LedgerAccount
from billing.operations import plans
from clients.models import Practice
from tests.factories import make_engagement, make_finalised_plan, terms
from tests.faults.named.world import World
from tests.xero_world import linked_clients
from xero_sync.models import Lane

pytestmark = pytest.mark.django_db
DAY = timedelta(seconds=40_000)


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 15, 9, tzinfo=UTC)


def approved_plan(practice: Practice, world: World) -> BillingPlan:
    """September's plan of two clients, approved, at noon on 1 October."""
    account = LedgerAccount.objects.for_practice(practice).get(code="200")
    for one in linked_clients(practice, ["City Limousines", "Beacon Joinery Ltd"]):
        make_engagement(one, [terms(ledger_account_id=account.pk)], date(2026, 9, 1), at=world.at)
    plan = make_finalised_plan(practice, date(2026, 9, 1), at=world.at)
    world.go_to(datetime(2026, 10, 1, 12, tzinfo=UTC))
    return plan


def assert_says_when(plan: BillingPlan, world: World, resumes: datetime) -> None:
    """Attention, with the hour on the practice's clock; from that hour on no word of it."""
    plan.refresh_from_db()
    told = plans.standing_of(plan, at=world.at)
    assert (told.state, told.until) == (plans.ATTENTION, resumes)
    hour = resumes.astimezone(plan.practice.zone)
    assert f"Xero’s limit for today is used up. Posting resumes at {hour:%H:%M}" in told.sentence
    assert told.sentence.endswith("; 2 invoices wait.")
    assert not plans.standing_of(plan, at=resumes).is_paused


def test_f09_nobody_polls_and_it_finishes_the_next_day(connected: Practice, world: World) -> None:
    plan = approved_plan(connected, world)
    world.remote.fault("status", status=429, problem="day", retry_after=40_000, path="Invoices")
    plans.tick(at=world.at)
    world.work()
    lane = Lane.objects.for_practice(connected).get()
    assert lane.waiting_for == "day"
    assert timedelta(0) <= lane.next_ok_at - world.at - DAY + timedelta(seconds=5) <= timedelta(seconds=10)

    assert_says_when(plan, world, lane.next_ok_at)

    quiet = world.mark()
    world.live(seconds=39_000, step=600)
    assert world.calls(quiet, path="Invoices") == []
    assert_says_when(plan, world, lane.next_ok_at)

    world.rests(connected, within=timedelta(seconds=1_500), step=60)
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    world.assert_each_once(list(plan.invoices.all()))
