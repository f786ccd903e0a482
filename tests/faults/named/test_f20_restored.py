"""F20: the database is restored to a backup ten minutes old: Xero knows what we do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from billing.models import BillingPlan, Invoice, LedgerAccount
from clients.models import Practice
from tests.factories import make_engagement, make_finalised_plan, terms
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.operations import lanes, pushes

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 9, 30, 23, 0, tzinfo=UTC)


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 15, 9, tzinfo=UTC)


@contextmanager
def forgotten(world: World) -> Iterator[None]:
    """What happens in here is gone from our database afterwards, and stands in Xero. Then the workers start."""
    backup = transaction.savepoint()
    yield
    transaction.savepoint_rollback(backup)
    world.wait(minutes=10)
    lanes.distrust_all()


@pytest.mark.parametrize("mode", MODES)
def test_f20_what_xero_has_is_adopted_before_anything_is_sent(mode: str, connected: Practice, world: World) -> None:
    choose_numbering(connected, mode)
    clients = linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"])
    wanted = invoices_for(clients, 60, mode=mode, at=world.at)
    with forgotten(world):
        world.rests(connected, within=timedelta(minutes=1))
        assert len(world.drafts()) == 60
    before = world.mark()
    assert Invoice.objects.for_practice(connected).posted().count() == 0

    world.rests(connected, within=timedelta(minutes=2))

    assert world.puts(before) == []
    assert world.calls(before, path="Invoices")[0]["method"] == "GET"
    world.assert_each_once(wanted)


@pytest.mark.parametrize("mode", MODES)
def test_f20_half_of_a_run_that_was_posted_is_adopted_and_the_other_half_posted(
    mode: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 75, mode=mode, at=world.at)
    with forgotten(world):
        pushes.post_batch(practice_id=connected.pk, at=world.at)
        assert len(world.drafts()) == 50
    before = world.mark()

    world.rests(connected, within=timedelta(minutes=2))

    assert len(world.puts(before)) == 1
    world.assert_each_once(wanted)


@pytest.mark.parametrize("mode", MODES)
def test_f20_invoices_that_were_raised_after_the_backup_are_raised_again_and_known_by_what_they_are_for(
    mode: str, connected: Practice, world: World
) -> None:
    """The backup knows neither the rows nor their numbers; a client that came since takes the numbers in disorder."""
    choose_numbering(connected, mode)
    account = LedgerAccount.objects.for_practice(connected).get(code="200")
    for one in linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"]):
        make_engagement(one, [terms(ledger_account_id=account.pk)], date(2026, 9, 1), at=world.at)
    plan = make_finalised_plan(connected, date(2026, 9, 1), at=world.at)
    world.go_to(MIDNIGHT - timedelta(minutes=1))
    with forgotten(world):
        world.live(minutes=3)
        assert len(world.drafts()) == 2
    before = world.mark()

    world.live(minutes=3)

    assert world.puts(before) == []
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    world.assert_each_once(list(plan.invoices.all()))
