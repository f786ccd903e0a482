"""F20: the database is restored to a backup ten minutes old: Xero knows what we do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from billing.models import BillingPlan, BillingSettings, Invoice, LedgerAccount, WorkItem
from billing.operations import work
from clients.models import Client, Membership, Practice
from proposals.models import Proposal
from tests.factories import (
    make_engagement,
    make_finalised_plan,
    make_proposal,
    sign_proposal,
    terms,
)
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
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 175, mode=mode, at=world.at)
    with forgotten(world):
        pushes.post_batch(practice_id=connected.pk, at=world.at)
        assert len(world.drafts()) == 150
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


def offer(client: Client, amount: str, method: str = "once_acceptance", **fields: object) -> Proposal:
    """A draft with one line of this amount."""
    account = LedgerAccount.objects.for_practice(client.practice_id).get(code="200")
    return make_proposal(client, lines=[("Set-up", amount, method, {"ledger_account": account})], **fields)


def totals(world: World) -> list[str]:
    return sorted(row["sub_total"] for row in world.drafts())


@pytest.mark.parametrize("mode", MODES)
def test_f20_a_new_proposal_in_a_forgotten_ones_place_does_not_meet_its_draft(
    mode: str, connected: Practice, world: World
) -> None:
    """The row number of the proposal is given again, to another offer to the same client."""
    choose_numbering(connected, mode)
    (client,) = linked_clients(connected, ["City Limousines"])
    with forgotten(world):
        lost = sign_proposal(offer(client, "250.00"), at=world.at)
        world.rests(connected, within=timedelta(minutes=1))
        assert totals(world) == ["250.00"]

    new = sign_proposal(offer(client, "380.00", pk=lost.pk), at=world.at)
    world.rests(connected, within=timedelta(minutes=2))

    assert totals(world) == ["250.00", "380.00"]
    invoice = Invoice.objects.for_practice(connected).get(engagement=new.engagement)
    (draft,) = [row for row in world.drafts() if row["sub_total"] == "380.00"]
    assert (invoice.status, invoice.ledger_reference) == (Invoice.Status.POSTED, draft["id"])


@pytest.mark.parametrize("mode", MODES)
def test_f20_a_proposal_whose_signature_was_forgotten_is_signed_again_and_billed_once(
    mode: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    (client,) = linked_clients(connected, ["City Limousines"])
    before = offer(client, "250.00")
    with forgotten(world):
        sign_proposal(before, at=world.at)
        world.rests(connected, within=timedelta(minutes=1))

    sign_proposal(Proposal.objects.for_practice(connected).get(pk=before.pk), at=world.at)
    world.rests(connected, within=timedelta(minutes=2))

    world.assert_each_once(list(Invoice.objects.for_practice(connected)))


def accounts_of(client: Client, world: World) -> WorkItem:
    """An engagement for £250 of accounts, begun now, and its work, which the clock opened."""
    account = LedgerAccount.objects.for_practice(client.practice_id).get(code="200")
    make_engagement(client, [terms("Accounts", "250.00", "once_completion", ledger_account_id=account.pk)], at=world.at)
    return opened(client.practice, world)


def opened(practice: Practice, world: World) -> WorkItem:
    work.open_due(practice=practice, at=world.at)
    return WorkItem.objects.for_practice(practice).open().get()


def complete(item: WorkItem, by: Membership, world: World) -> None:
    work.complete(practice=item.practice, item_ids=[item.pk], by=by.user, at=world.at)
    world.rests(item.practice, within=timedelta(minutes=2))


@pytest.mark.parametrize("mode", MODES)
def test_f20_work_of_a_new_engagement_in_a_forgotten_ones_place_does_not_meet_its_draft(
    mode: str, connected: Practice, world: World, priya: Membership
) -> None:
    """Even where service, period and fee are the same: another proposal was signed, and its work done."""
    choose_numbering(connected, mode)
    (client,) = linked_clients(connected, ["City Limousines"])
    with forgotten(world):
        complete(accounts_of(client, world), priya, world)

    complete(accounts_of(client, world), priya, world)

    assert totals(world) == ["250.00", "250.00"]


@pytest.mark.parametrize("mode", MODES)
def test_f20_ad_hoc_work_in_a_forgotten_ones_place_does_not_meet_its_draft(
    mode: str, connected: Practice, world: World, priya: Membership
) -> None:
    choose_numbering(connected, mode)
    (client,) = linked_clients(connected, ["City Limousines"])
    account = LedgerAccount.objects.for_practice(connected).get(code="200")
    BillingSettings.objects.for_practice(connected).update(one_off_account=account)
    facts = {"client": client, "name": "Payroll, extra run", "amount": Decimal("40.00"), "by": priya.user}
    with forgotten(world):
        complete(work.add_ad_hoc(practice=connected, at=world.at, **facts), priya, world)

    complete(work.add_ad_hoc(practice=connected, at=world.at, **facts), priya, world)

    assert totals(world) == ["40.00", "40.00"]


@pytest.mark.parametrize("mode", MODES)
def test_f20_work_whose_completion_was_forgotten_is_completed_again_and_billed_once(
    mode: str, connected: Practice, world: World, priya: Membership
) -> None:
    """Its row was opened after the backup too, so the clock opens another."""
    choose_numbering(connected, mode)
    (client,) = linked_clients(connected, ["City Limousines"])
    accounts_of(client, world).delete()
    with forgotten(world):
        complete(opened(connected, world), priya, world)

    complete(opened(connected, world), priya, world)

    world.assert_each_once(list(Invoice.objects.for_practice(connected)))
