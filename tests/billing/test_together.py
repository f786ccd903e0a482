"""Two at once: each of these acts may be done by two people, two workers or two clocks at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from billing.models import BillingMethod, BillingPlan, EngagedService, Invoice, NumberSeries, WorkItem
from billing.operations import invoices, plans, work
from billing.operations.raising import take_numbers
from clients.models import Client, Practice, User
from notifications.models import Message
from tests.factories import (
    make_client,
    make_engagement,
    make_finalised_plan,
    make_member,
    make_plan,
    make_practice,
    moment,
    terms,
)

AT = moment(2026, 10, 1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def north_vale(transactional_db: None) -> Iterator[Practice]:
    return make_practice("North & Vale")


def together(*acts: Callable[[], object]) -> list[object]:
    """Runs the acts in threads that start as one; what each answered or raised."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=10)
            return act()
        except Exception as raised:
            return raised
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_clocks_raise_a_plan_once(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery)
    make_engagement(make_client(practice, "City Limousines Ltd"))
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)
    raised = together(*[lambda: plans.raise_due(practice=practice, at=AT)] * 4)
    assert sorted(raised, key=len) == [[], [], [], [plan]]  # type: ignore[arg-type]
    assert plan.invoices.count() == 2
    assert plan.events.filter(what="raised").count() == 1


def test_two_clicks_approve_a_plan_once(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_plan(bell_bakery.practice, at=moment(2026, 10, 3))
    version, at = plan.version, moment(2026, 10, 3)

    def approve() -> object:
        kept = BillingPlan.objects.for_practice(plan.practice_id).select_related("practice").get(pk=plan.pk)
        return plans.approve(plan=kept, version=version, by=priya, at=at)

    answers = together(approve, approve, approve)
    assert sum(isinstance(answer, BillingPlan) for answer in answers) == 1
    assert {type(answer) for answer in answers} <= {BillingPlan, plans.NotDraft, plans.PlanChanged}
    assert (plan.invoices.count(), plan.events.filter(what="approved").count()) == (1, 1)


def test_two_people_drawing_a_month_at_once_draw_one_plan(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    answers = together(*[lambda: make_plan(bell_bakery.practice)] * 4)
    assert [type(answer) for answer in answers] == [BillingPlan] * 4
    plan = BillingPlan.objects.for_practice(bell_bakery.practice).get()
    assert (plan.rows.count(), plan.lines.count()) == (1, 1)


def test_two_plans_approved_at_once_bill_once_in_advance_once(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    for month in (date(2026, 9, 1), date(2026, 10, 1)):
        make_finalised_plan(practice, month, by=priya)
    make_engagement(bell_bakery, [terms("Set-up", "90.00", BillingMethod.ONCE_ADVANCE)])
    drafts = []
    for plan in BillingPlan.objects.for_practice(practice).order_by("-month"):
        drafts.append(plans.reopen(plan=plan, reason="", by=priya, at=moment(2026, 9, 20)))

    def approve(plan: BillingPlan) -> object:
        return plans.approve(plan=plan, version=plan.version, by=priya, at=moment(2026, 9, 21))

    together(*[lambda plan=plan: approve(plan) for plan in drafts])
    finalised = BillingPlan.objects.for_practice(practice).filter(status=BillingPlan.Status.FINALISED)
    assert sum(plan.line_count for plan in finalised) <= 1


def test_two_people_completing_the_same_work_raise_one_invoice(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery, [terms("Accounts", "900.00", BillingMethod.QUARTERLY_COMPLETION)])
    work.open_due(practice=practice, at=AT)
    ids = [item.pk for item in WorkItem.objects.for_practice(practice)]
    together(*[lambda: work.complete(practice=practice, item_ids=ids, by=priya, at=AT)] * 3)
    assert Invoice.objects.for_practice(practice).count() == 1
    assert WorkItem.objects.for_practice(practice).open().count() == 1


def test_two_clocks_open_work_once(bell_bakery: Client) -> None:
    make_engagement(bell_bakery, [terms("Accounts", "900.00", BillingMethod.ONCE_COMPLETION)])
    together(*[lambda: work.open_due(practice=bell_bakery.practice, at=AT)] * 4)
    assert WorkItem.objects.for_practice(bell_bakery.practice).count() == 1


def test_an_offer_accepted_twice_at_once_begins_one_engagement(bell_bakery: Client) -> None:
    services = [terms("Onboarding", "250.00", BillingMethod.ONCE_ACCEPTANCE)]
    answers = together(*[lambda: make_engagement(bell_bakery, services, None, source="proposal:1", number=1)] * 3)
    assert len(set(map(str, answers))) == 1
    assert EngagedService.objects.for_practice(bell_bakery.practice).count() == 1
    assert Invoice.objects.for_practice(bell_bakery.practice).count() == 1


def test_an_acceptance_invoice_sent_by_two_people_is_queued_once(
    bell_bakery: Client, priya: User, ledger: object
) -> None:
    make_engagement(bell_bakery, [terms("Onboarding", "250.00", BillingMethod.ONCE_ACCEPTANCE)], None)
    invoice = Invoice.objects.for_practice(bell_bakery.practice).get()
    invoices.record_refused(invoice=invoice, code="CONTACT_ARCHIVED", reason="Archived.", words="", at=AT)

    def send() -> object:
        kept = Invoice.objects.for_practice(bell_bakery.practice).select_related("practice").get()
        return invoices.send_now(invoice=kept, by=priya, at=AT)

    together(send, send, send)
    assert ledger.enqueued == [invoice.pk, invoice.pk]  # type: ignore[attr-defined]


def test_numbers_taken_at_once_are_all_different(north_vale: Practice) -> None:
    taken = together(*[lambda: take_numbers(north_vale, 7)] * 6)
    numbers = [number for part in taken for number in part]  # type: ignore[attr-defined]
    assert len(set(numbers)) == 42
    assert NumberSeries.objects.for_practice(north_vale).get().next_number == 43


def test_two_clocks_write_to_each_approver_once(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_member(practice, "admin", name="Rowan Ellis")
    make_engagement(bell_bakery)
    together(*[lambda: plans.tick(at=moment(2026, 9, 28))] * 3)
    assert Message.objects.for_practice(practice).filter(slug="plan_ready").count() == 2
