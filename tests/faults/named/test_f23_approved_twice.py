"""F23: approve twice; edit while approving; approve in two tabs after the 1st."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from billing.models import BillingPlan, Invoice, LedgerAccount, NotDraft, PlanChanged
from billing.operations import plans
from clients.models import Client, Membership, Practice
from tests.factories import make_client, make_engagement, make_plan, terms
from tests.faults.named.world import World
from tests.xero_world import linked_clients

pytestmark = pytest.mark.django_db(transaction=True)
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def starts() -> datetime:
    return datetime(2026, 9, 20, 9, tzinfo=UTC)


@pytest.fixture
def limo(connected: Practice, world: World) -> Client:
    (client,) = linked_clients(connected, ["City Limousines"])
    bill(client, world)
    return client


def bill(client: Client, world: World) -> None:
    account = LedgerAccount.objects.for_practice(client.practice).get(code="200")
    make_engagement(client, [terms(ledger_account_id=account.pk)], SEPTEMBER, at=world.at)


def together(*acts: Callable[[], object]) -> list[object]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=10)
            return act()
        except (NotDraft, PlanChanged) as told:
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def approval(plan: BillingPlan, priya: Membership, at: datetime) -> Callable[[], object]:
    """One press of the button on a page that showed the plan as it is now."""
    version = plan.version

    def press() -> object:
        kept = BillingPlan.objects.for_practice(plan.practice_id).select_related("practice").get(pk=plan.pk)
        assert priya.user
        return plans.approve(plan=kept, version=version, by=priya.user, at=at)

    return press


def assert_frozen_once(plan: BillingPlan, answers: list[object]) -> None:
    approved, told = (
        [one for one in answers if isinstance(one, BillingPlan)],
        [one for one in answers if isinstance(one, NotDraft | PlanChanged)],
    )
    assert (len(approved), len(told)) == (1, len(answers) - 1)
    assert all(str(one) for one in told)
    plan.refresh_from_db()
    assert plan.events.filter(what="approved").count() == 1


def test_f23_pressed_twice_one_version_is_frozen_and_the_second_is_told_so(
    limo: Client, priya: Membership, world: World
) -> None:
    plan = make_plan(limo.practice, SEPTEMBER, at=world.at)

    assert_frozen_once(plan, together(*[approval(plan, priya, world.at)] * 2))

    world.go_to(datetime(2026, 9, 30, 23, 0, tzinfo=UTC))
    world.beat("billing.tasks.tick")
    world.rests(limo.practice, within=timedelta(minutes=1))
    world.assert_each_once(list(plan.invoices.all()))
    assert plan.invoices.count() == 1


def test_f23_edited_while_it_is_approved_it_is_a_conflict_and_nothing_is_frozen(
    limo: Client, priya: Membership, world: World
) -> None:
    plan = make_plan(limo.practice, SEPTEMBER, at=world.at)
    press = approval(plan, priya, world.at)
    bill(make_client(limo.practice, "Halden Mill Ltd"), world)

    with pytest.raises(PlanChanged, match="has changed since you opened it"):
        press()

    plan.refresh_from_db()
    assert plan.is_draft
    assert Invoice.objects.for_practice(limo.practice).count() == 0


def test_f23_in_two_tabs_after_the_first_one_set_of_invoices_goes_out(
    limo: Client, priya: Membership, world: World
) -> None:
    plan = make_plan(limo.practice, SEPTEMBER, at=world.at)
    world.go_to(datetime(2026, 10, 3, 9, tzinfo=UTC))
    plan = make_plan(limo.practice, SEPTEMBER, at=world.at)

    assert_frozen_once(plan, together(*[approval(plan, priya, world.at)] * 2))

    world.rests(limo.practice, within=timedelta(minutes=1))
    assert len(world.puts()) == 1
    world.assert_each_once(list(plan.invoices.all()))
    assert plan.invoices.count() == 1
