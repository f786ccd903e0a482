"""F15: the connection is revoked at 00:05 on the 1st, in the middle of the run."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.models import BillingPlan, LedgerAccount
from billing.operations import plans
from clients.models import Membership, Practice, Role
from notifications.models import Message
from tests.factories import make_engagement, make_finalised_plan, make_member, terms
from tests.faults.named.world import MODES, World, choose_numbering
from tests.xero_world import NORTH_AND_VALE, VALE_TRUSTEES, connect_by_operations, connection_of, linked_clients
from xero_sync.models import Grant
from xero_sync.operations import connections, tokens

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 9, 30, 23, 0, tzinfo=UTC)  # in London
NAMES = ["City Limousines", "Beacon Joinery Ltd", "Garnet Street Films"]


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 15, 9, tzinfo=UTC)


def approved(practice: Practice, world: World, mode: str) -> BillingPlan:
    choose_numbering(practice, mode)
    account = LedgerAccount.objects.for_practice(practice).get(code="200")
    for one in linked_clients(practice, NAMES):
        make_engagement(one, [terms(ledger_account_id=account.pk)], date(2026, 9, 1), at=world.at)
    plan = make_finalised_plan(practice, date(2026, 9, 1), at=world.at)
    world.go_to(MIDNIGHT - timedelta(minutes=2))
    return plan


def revoked_at_five_past(practice: Practice, world: World, mode: str) -> BillingPlan:
    """Xero is slow at midnight, so that nothing is posted yet when a partner removes Socket in Xero at 00:05."""
    plan = approved(practice, world, mode)
    world.remote.fault("status", status=503, path="Invoices", times=1000)
    world.live(minutes=7)
    world.remote.do("faults/clear")
    world.remote.do("tokens/revoke")
    return plan


@pytest.mark.parametrize("mode", MODES)
def test_f15_the_plan_is_blocked_everybody_is_told_and_reconnecting_posts_each_invoice_once(
    mode: str, connected: Practice, priya: Membership, world: World
) -> None:
    make_member(connected, Role.APPRENTICE, name="Ada Cole")
    plan = revoked_at_five_past(connected, world, mode)

    world.until(lambda: connection_of(connected).is_lost, within=timedelta(minutes=20))
    lost_at = connection_of(connected).lost_at
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED
    letters = Message.objects.for_practice(connected).filter(slug="connection_lost")
    assert letters.count() == 2
    assert lost_at is not None
    assert all(letter.created_at - lost_at <= timedelta(seconds=60) for letter in letters)
    assert world.drafts() == []

    world.wait(hours=8)
    connect_by_operations(connected, priya, tenant=NORTH_AND_VALE, at=world.at)
    world.rests(connected, within=timedelta(minutes=20))

    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    assert plan.invoices.count() == 3
    world.assert_each_once(list(plan.invoices.all()))


def test_f15_reconnecting_to_another_organisation_is_refused(
    connected: Practice, priya: Membership, world: World
) -> None:
    revoked_at_five_past(connected, world, "A")
    world.until(lambda: connection_of(connected).is_lost, within=timedelta(minutes=20))

    with pytest.raises(connections.OtherOrganisation):
        connect_by_operations(connected, priya, tenant=VALE_TRUSTEES, at=world.at)

    world.live(minutes=5)
    assert connection_of(connected).tenant_id == NORTH_AND_VALE
    assert world.drafts() == world.drafts(VALE_TRUSTEES) == []


def test_f15_revoked_right_after_a_renewal_everybody_is_told_within_a_minute(connected: Practice, world: World) -> None:
    """The token is new, so its first refusal may be Xero's own lag and is tried once more; the second is believed."""
    plan = approved(connected, world, "A")
    world.go_to(MIDNIGHT)
    grant = Grant.objects.get()
    tokens.access(grant_id=grant.pk, at=world.at, stale_version=grant.token_version)
    world.remote.do("tokens/revoke")
    began, before = world.at, world.mark()

    plans.tick(at=world.at)
    world.work()
    assert connection_of(connected).is_connected
    world.live(seconds=45)

    assert connection_of(connected).is_lost
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED
    (letter,) = Message.objects.for_practice(connected).filter(slug="connection_lost")
    assert letter.created_at - began <= timedelta(seconds=60)
    assert len(world.calls(before)) <= 3
    assert world.drafts() == []
