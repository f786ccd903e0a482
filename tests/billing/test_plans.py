"""The worked examples of the product, through the operations, with a ledger that remembers."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from billing.drafting import alignment_amount
from billing.models import BillingMethod, BillingPlan, Invoice, PlanRow
from billing.operations import engagements, holds, invoices, plans, settings
from clients import operations as clients
from clients.models import Client, Practice, User
from notifications.models import Message
from tests.factories import (
    make_client,
    make_engagement,
    make_finalised_plan,
    make_member,
    make_plan,
    moment,
    terms,
)
from tests.fakes import FakeLedger

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
Change = PlanRow.Change


def row_of(client: Client, month: date, at: datetime) -> PlanRow | None:
    return make_plan(client.practice, month, at=at).rows.filter(client=client).first()


def seen(client: Client, month: date, at: datetime) -> tuple[str, str, str, int, int]:
    """Change, this month, last month, lines this and last month."""
    row = row_of(client, month, at)
    assert row is not None
    return row.change, str(row.amount), str(row.last_amount), row.line_count, row.last_line_count


def run_months(practice: Practice, by: User, *months: date) -> None:
    """Approve these months' plans in the month after, as a practice would."""
    for month in months:
        at = moment(month.year, month.month, 28)
        make_finalised_plan(practice, month, at=at, by=by)


# ── Worked examples ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_example_1_a_start_confirmed_for_this_month_is_active_at_once_and_new(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    engagement = make_engagement(bell_bakery, at=moment(2026, 9, 10))
    assert engagement.activated_at == moment(2026, 9, 10)
    assert seen(bell_bakery, SEPTEMBER, moment(2026, 9, 10)) == (Change.NEW, "200.00", "0.00", 1, 0)

    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    plans.tick(at=moment(2026, 9, 30, 22, 59))
    assert ledger.queued == []
    plans.tick(at=moment(2026, 9, 30, 23, 0))  # midnight in London
    invoice = plan.invoices.get()
    assert (invoice.total, invoice.invoice_date, ledger.queued) == (Decimal("200.00"), OCTOBER, [invoice.pk])


def test_example_2_a_start_in_november_stays_won_and_is_first_billed_in_novembers_plan(
    bell_bakery: Client, priya: User
) -> None:
    practice = bell_bakery.practice
    engagement = make_engagement(bell_bakery, starts_on=NOVEMBER, at=moment(2026, 9, 10))
    assert engagement.activated_at is None
    assert engagements.activate_due(practice=practice, at=moment(2026, 10, 31, 23, 59)) == []
    assert row_of(bell_bakery, OCTOBER, moment(2026, 10, 15)) is None
    assert engagements.activate_due(practice=practice, at=moment(2026, 11, 1, 0)) == [engagement]
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.NEW, "200.00", "0.00", 1, 0)
    assert make_plan(practice, NOVEMBER).posts_on == DECEMBER


def test_example_3_an_adjustment_with_a_higher_fee_and_a_new_service_is_an_expansion(
    bell_bakery: Client, priya: User
) -> None:
    before = make_engagement(bell_bakery)
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    carried = before.services.get()
    more = [terms("Bookkeeping", "240.00", continues_id=carried.pk), terms("Payroll", "30.00")]
    make_engagement(bell_bakery, more, OCTOBER, replaces=before, at=moment(2026, 10, 2))
    assert seen(bell_bakery, OCTOBER, moment(2026, 10, 2)) == (Change.EXPANSION, "270.00", "200.00", 2, 1)


def test_example_4_a_service_removed_is_a_contraction(bell_bakery: Client, priya: User) -> None:
    before = make_engagement(bell_bakery, [terms("Bookkeeping", "240.00"), terms("Payroll", "30.00")], OCTOBER)
    run_months(bell_bakery.practice, priya, OCTOBER)
    kept = [terms("Bookkeeping", "240.00", continues_id=before.services.first().pk)]  # type: ignore[union-attr]
    make_engagement(bell_bakery, kept, NOVEMBER, replaces=before, at=moment(2026, 11, 2))
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.CONTRACTION, "240.00", "270.00", 1, 2)


def test_example_5_a_service_split_in_two_of_the_same_sum_is_changed(bell_bakery: Client, priya: User) -> None:
    before = make_engagement(bell_bakery, [terms("Bookkeeping", "240.00")])
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    split = [terms("Bookkeeping", "200.00"), terms("Payroll", "40.00")]
    make_engagement(bell_bakery, split, OCTOBER, replaces=before, at=moment(2026, 10, 2))
    assert seen(bell_bakery, OCTOBER, moment(2026, 10, 2)) == (Change.CHANGED, "240.00", "240.00", 2, 1)


def test_example_6_a_quarter_comes_and_goes_as_cyclical(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms("VAT return", "300.00", BillingMethod.QUARTERLY), terms("Payroll", "100.00")])
    found = []
    for month in (SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER):
        run_months(bell_bakery.practice, priya, month)
        row = row_of(bell_bakery, month, moment(month.year, month.month, 28))
        assert row is not None
        found.append((row.change, str(row.amount)))
    assert found == [
        (Change.NEW, "400.00"),
        (Change.CYCLICAL, "100.00"),
        (Change.NONE, "100.00"),
        (Change.CYCLICAL, "400.00"),
    ]


def test_example_8_a_closed_client_is_billed_to_its_last_month_and_then_churns(
    bell_bakery: Client, priya: User
) -> None:
    make_engagement(bell_bakery)
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    clients.close_client(
        client=bell_bakery, last_month=OCTOBER, reason="Ceased trading", by=priya, at=moment(2026, 10, 5)
    )
    bell_bakery.refresh_from_db()
    assert bell_bakery.is_closing_soon(OCTOBER)
    assert not bell_bakery.is_closing_soon(NOVEMBER)
    run_months(bell_bakery.practice, priya, OCTOBER)
    assert seen(bell_bakery, OCTOBER, moment(2026, 10, 20)) == (Change.NONE, "200.00", "200.00", 1, 1)
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.CHURN, "0.00", "200.00", 0, 1)


def test_example_8_a_client_re_activated_in_time_is_billed_on(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    clients.close_client(
        client=bell_bakery, last_month=OCTOBER, reason="Ceased trading", by=priya, at=moment(2026, 10, 5)
    )
    clients.reactivate_client(client=bell_bakery, by=priya, at=moment(2026, 10, 20))
    run_months(bell_bakery.practice, priya, OCTOBER)
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.NONE, "200.00", "200.00", 1, 1)


@pytest.mark.parametrize(
    ("starts_on", "amounts"),
    [(OCTOBER, ["100.00", "600.00"]), (date(2026, 4, 1), ["100.00"]), (date(2026, 3, 1), ["100.00", "1100.00"])],
)
def test_example_9_alignment_stands_on_the_first_monthly_invoice(
    bell_bakery: Client, priya: User, starts_on: date, amounts: list[str]
) -> None:
    aligned(bell_bakery, starts_on)
    at = moment(starts_on.year, starts_on.month, 28)
    plan = make_finalised_plan(bell_bakery.practice, starts_on, at=at, by=priya)
    plans.tick(at=moment(plan.posts_on.year, plan.posts_on.month, 1))
    invoice = plan.invoices.get()
    assert [str(line.amount) for line in invoice.lines.all()] == amounts


def test_example_9_alignment_may_have_an_invoice_of_its_own(bell_bakery: Client, priya: User) -> None:
    settings.change_settings(
        practice=bell_bakery.practice, values={"alignment": "own_invoice"}, by=priya, at=moment(2026, 9, 1)
    )
    aligned(bell_bakery, OCTOBER)
    plan = make_finalised_plan(bell_bakery.practice, OCTOBER, at=moment(2026, 10, 28), by=priya)
    plans.tick(at=moment(2026, 11, 1))
    assert sorted(str(invoice.total) for invoice in plan.invoices.all()) == ["100.00", "600.00"]


def test_example_9_alignment_is_billed_once(bell_bakery: Client, priya: User) -> None:
    aligned(bell_bakery, OCTOBER)
    run_months(bell_bakery.practice, priya, OCTOBER)
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.CYCLICAL, "100.00", "700.00", 1, 2)


def aligned(client: Client, starts_on: date) -> None:
    client.year_end_month, client.year_end_day = 3, 31
    client.save()
    fee = alignment_amount(Decimal("100.00"), starts_on, 3)
    make_engagement(client, [terms(price="100.00", alignment_amount=fee)], starts_on, has_alignment=True)


def test_example_13_a_plan_approved_late_for_the_month_just_ended_is_raised_at_once_and_once(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    make_engagement(bell_bakery)
    at = moment(2026, 10, 3)
    plan = make_plan(bell_bakery.practice, at=at)
    approved = plans.approve(plan=plan, version=plan.version, by=priya, at=at)
    assert approved.status == BillingPlan.Status.POSTING
    with pytest.raises(plans.NotDraft):
        plans.approve(plan=plan, version=plan.version, by=priya, at=at)
    plans.tick(at=at)
    plans.tick(at=at)
    assert len(ledger.enqueued) == plan.invoices.count() == 1


def test_example_14_a_lost_connection_blocks_the_plan_until_it_is_restored(
    bell_bakery: Client, priya: User, ledger: FakeLedger, post_all
) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery)
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)
    holds.place(practice=practice, reason="connection_lost", at=moment(2026, 9, 30))
    plans.tick(at=moment(2026, 10, 1))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED
    assert [hold.reason for hold in holds.open_reasons(practice)] == ["connection_lost"]

    holds.lift(practice=practice, reason="connection_lost", by=priya, at=moment(2026, 10, 2))
    assert ledger.woken[-1] == practice.pk
    post_all(moment(2026, 10, 2))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED
    assert len(ledger.enqueued) == 1


def test_without_any_ledger_a_due_plan_is_blocked_until_one_is_connected(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    ledger.connected = False
    make_engagement(bell_bakery)
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)
    plans.tick(at=moment(2026, 10, 1))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED
    assert [hold.reason for hold in holds.open_reasons(practice)] == ["not_connected"]

    ledger.connected = True
    plans.tick(at=moment(2026, 10, 1, 10))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTING


def test_example_15_safe_mode_holds_the_plan_and_leaving_it_asks(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery)
    holds.enter_safe_mode(practice=practice, by=priya, at=moment(2026, 9, 19))
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)
    plans.tick(at=moment(2026, 10, 1))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED

    waiting = holds.leave_safe_mode(practice=practice, send_waiting=False, by=priya, at=moment(2026, 10, 4))
    assert waiting == list(plan.invoices.all())
    assert [hold.reason for hold in holds.open_reasons(practice)] == ["confirmation"]
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.BLOCKED

    holds.confirm_waiting(practice=practice, by=priya, at=moment(2026, 10, 4, 10))
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTING
    assert holds.open_reasons(practice) == []


def test_example_17_two_active_proposals_of_a_client_share_a_row_and_an_invoice(
    bell_bakery: Client, priya: User
) -> None:
    make_engagement(bell_bakery, number=98)
    make_engagement(bell_bakery, [terms("Payroll", "60.00")], number=104)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 10, 2), by=priya)
    assert plan.rows.get().line_count == 2
    invoice = plan.invoices.get()
    assert (invoice.total, invoice.reference) == (Decimal("260.00"), "Proposal 98, 104, September 2026")


def test_example_19_weekly_is_billed_by_its_weekdays(bell_bakery: Client) -> None:
    start = date(2025, 9, 1)
    make_engagement(bell_bakery, [terms("Payroll run", "50.00", BillingMethod.WEEKLY)], start)
    line = make_plan(bell_bakery.practice, start, at=moment(2025, 9, 5)).lines.get()
    assert (line.quantity, line.amount) == (Decimal("5.00"), Decimal("250.00"))
    assert line.why == "Weekly: 5 Mondays in September 2025"


def test_example_21_a_plan_approved_in_time_posts_on_the_1st(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    assert plan.status == BillingPlan.Status.FINALISED
    assert plans.raise_due(practice=plan.practice, at=moment(2026, 9, 30)) == []
    assert plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1)) == [plan]


def test_example_21_a_plan_approved_in_november_for_september_waits_for_post_now(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 11, 3), by=priya)
    plans.tick(at=moment(2026, 11, 3))
    plans.tick(at=moment(2026, 12, 1))
    plan.refresh_from_db()
    assert (plan.status, ledger.queued) == (BillingPlan.Status.FINALISED, [])

    posted = plans.post_now(plan=plan, by=priya, at=moment(2026, 12, 1))
    assert posted.status == BillingPlan.Status.POSTING
    with pytest.raises(plans.NotFinalised):
        plans.post_now(plan=plan, by=priya, at=moment(2026, 12, 1))
    assert len(ledger.enqueued) == 1


# ── Between the examples ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_approved_in_time_still_posts_when_the_clock_slept_over_the_1st(
    bell_bakery: Client, priya: User
) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    assert plans.raise_due(practice=plan.practice, at=moment(2026, 11, 5)) == [plan]


def test_the_tick_opens_the_month_and_every_month_that_was_slept_through(bell_bakery: Client) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery)
    plans.tick(at=moment(2026, 9, 1))
    plans.tick(at=moment(2026, 12, 1))
    months = BillingPlan.objects.for_practice(practice).order_by("month").values_list("month", flat=True)
    assert list(months)[-4:] == [SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER]


def test_the_month_just_ended_is_opened_late_when_a_start_is_confirmed_late(bell_bakery: Client) -> None:
    plans.tick(at=moment(2026, 11, 2))
    make_engagement(bell_bakery, starts_on=OCTOBER, at=moment(2026, 11, 3))
    plans.tick(at=moment(2026, 11, 3))
    october = BillingPlan.objects.for_practice(bell_bakery.practice).in_month(OCTOBER).get()
    assert october.total == Decimal("200.00")


def test_in_advance_octobers_plan_is_drawn_in_september_and_posts_on_1_october(
    bell_bakery: Client, priya: User
) -> None:
    practice = bell_bakery.practice
    settings.change_settings(practice=practice, values={"timing": "advance"}, by=priya, at=moment(2026, 9, 1))
    before = make_engagement(bell_bakery)
    raised = [terms("Bookkeeping", "240.00", continues_id=before.services.get().pk)]
    make_engagement(bell_bakery, raised, OCTOBER, replaces=before, at=moment(2026, 9, 10))
    plans.tick(at=moment(2026, 9, 15))
    october = make_plan(practice, OCTOBER, at=moment(2026, 9, 15))
    assert (october.posts_on, october.total) == (OCTOBER, Decimal("240.00"))
    assert make_plan(practice, SEPTEMBER, at=moment(2026, 9, 15)).total == Decimal("200.00")


def test_a_practice_that_processes_automatically_needs_nobody(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    settings.change_settings(practice=practice, values={"processing": "automatic"}, by=priya, at=moment(2026, 9, 1))
    make_engagement(bell_bakery)
    plans.tick(at=moment(2026, 9, 30))
    plan = make_plan(practice, at=moment(2026, 9, 30))
    assert plan.is_draft
    plans.tick(at=moment(2026, 10, 1))
    plan.refresh_from_db()
    assert (plan.status, plan.is_automatic, plan.approved_by) == (BillingPlan.Status.POSTING, True, None)


def test_approvers_are_asked_once_before_and_once_on_the_posting_day(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_member(practice, "apprentice", name="Tomos Rees")
    make_engagement(bell_bakery)
    for day in (20, 26, 27):
        plans.tick(at=moment(2026, 9, day))
    assert slugs(practice) == ["plan_ready"]
    for hour in (0, 9, 10):
        plans.tick(at=moment(2026, 10, 1, hour))
    assert slugs(practice) == ["plan_ready", "plan_not_approved"]
    assert {message.user for message in Message.objects.for_practice(practice)} == {priya}
    assert make_plan(practice, at=moment(2026, 10, 1)).is_draft


def slugs(practice: Practice) -> list[str]:
    return list(Message.objects.for_practice(practice).order_by("pk").values_list("slug", flat=True))


def test_an_empty_plan_is_nothing_to_write_about(north_vale: Practice, priya: User) -> None:
    plans.tick(at=moment(2026, 9, 28))
    plans.tick(at=moment(2026, 10, 1))
    assert slugs(north_vale) == []


def test_editing_while_approving_is_a_conflict_and_approves_nothing(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_plan(bell_bakery.practice)
    looked_at = plan.version
    make_engagement(bell_bakery, [terms("Payroll", "30.00")])
    with pytest.raises(plans.PlanChanged, match="Review it again"):
        plans.approve(plan=plan, version=looked_at, by=priya, at=moment(2026, 9, 20))
    plan.refresh_from_db()
    assert plan.is_draft
    assert plan.total == Decimal("230.00")


def test_a_draft_that_nothing_touched_is_not_redrawn(bell_bakery: Client) -> None:
    make_engagement(bell_bakery)
    first = make_plan(bell_bakery.practice)
    lines = list(first.lines.values_list("pk", flat=True))
    again = make_plan(bell_bakery.practice, at=moment(2026, 9, 25))
    assert (again.version, list(again.lines.values_list("pk", flat=True))) == (first.version, lines)


def test_two_drafts_beside_each_other_are_not_redrawn_for_each_others_sake(bell_bakery: Client) -> None:
    make_engagement(bell_bakery, starts_on=AUGUST)
    practice = bell_bakery.practice
    september, october = make_plan(practice, SEPTEMBER).version, make_plan(practice, OCTOBER).version

    assert make_plan(practice, SEPTEMBER).version == september
    assert make_plan(practice, OCTOBER).version == october


def test_a_finalised_plan_keeps_what_was_approved_and_says_what_drifted(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    assert plans.drift(plan) == {}
    make_engagement(bell_bakery, [terms("Payroll", "30.00")], at=moment(2026, 9, 21))
    assert make_plan(bell_bakery.practice, at=moment(2026, 9, 22)).total == Decimal("200.00")
    assert plans.drift(plan) == {
        bell_bakery.pk: "Changed since approval: £200.00 in 1 line approved, £230.00 in 2 lines as things are now. "
        "Reopen the plan."
    }


def test_a_reopened_plan_is_a_draft_of_things_as_they_are_now(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    make_engagement(bell_bakery, [terms("Payroll", "30.00")], at=moment(2026, 9, 21))
    reopened = plans.reopen(plan=plan, reason="Payroll was added", by=priya, at=moment(2026, 9, 22))
    assert (reopened.status, reopened.total, reopened.checksum) == ("draft", Decimal("230.00"), "")
    assert [(event.what, event.note) for event in plan.events.all()][-1] == ("reopened", "Payroll was added")


def test_a_plan_whose_invoices_exist_is_not_reopened(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 10, 2), by=priya)
    with pytest.raises(plans.NotFinalised):
        plans.reopen(plan=plan, reason="", by=priya, at=moment(2026, 10, 2))


def test_nothing_is_raised_from_lines_that_differ_from_those_approved(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    plan.lines.update(amount=Decimal("2000.00"))
    for minute in (0, 1):
        assert plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1, 0, minute)) == []
    plan.refresh_from_db()
    assert (plan.status, Invoice.objects.for_practice(plan.practice).count()) == ("finalised", 0)
    assert plan.altered_at == moment(2026, 10, 1, 0, 0)


def test_an_altered_plan_is_told_once_per_approval(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    for day in (20, 21):
        plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, day), by=priya)
        plan.lines.update(amount=Decimal("2000.00"))
        for minute in (0, 1):
            plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1, 0, minute))
        plan.refresh_from_db()
        plans.reopen(plan=plan, reason="Altered", by=priya, at=moment(2026, 10, 1, 1))

    letters = Message.objects.for_practice(plan.practice).filter(slug="plan_altered")
    assert [letter.subject for letter in letters] == [
        "Stopped: the September 2026 plan is not the one that was approved"
    ] * 2


def test_post_now_of_an_altered_plan_says_so_and_is_told(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 11, 3), by=priya)
    plan.lines.update(amount=Decimal("2000.00"))
    with pytest.raises(plans.PlanAltered):
        plans.post_now(plan=plan, by=priya, at=moment(2026, 11, 3))
    plan.refresh_from_db()
    assert (plan.is_altered, Message.objects.for_practice(plan.practice).get().slug) == (True, "plan_altered")


def test_a_reopened_plan_is_altered_no_more_and_posts(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    plan.lines.update(amount=Decimal("2000.00"))
    plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1))
    plan.refresh_from_db()
    plans.reopen(plan=plan, reason="Altered", by=priya, at=moment(2026, 10, 1, 10))
    again = make_finalised_plan(bell_bakery.practice, at=moment(2026, 10, 1, 11), by=priya)
    assert (again.is_altered, again.invoices.get().total) == (False, Decimal("200.00"))


def test_one_practices_trouble_does_not_hold_up_another(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    altered = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    altered.lines.update(amount=Decimal("2000.00"))
    from_leeds = make_engagement(make_client(make_member(practice_in_leeds()).practice, "Aire Joinery"))
    plan = make_finalised_plan(from_leeds.practice, at=moment(2026, 9, 20))
    plans.tick(at=moment(2026, 10, 1))
    assert plan.invoices.count() == 1


def practice_in_leeds() -> Practice:
    return clients.create_practice(
        name="Leeds Ledgers", owner_name="Ada Moss", owner_email="ada@leeds.example", at=moment(2026, 9, 1)
    )


def test_once_in_advance_is_billed_in_the_first_open_plan_and_never_twice(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery)
    run_months(practice, priya, SEPTEMBER)
    make_engagement(bell_bakery, [terms("Set-up", "90.00", BillingMethod.ONCE_ADVANCE)], at=moment(2026, 9, 29))
    run_months(practice, priya, OCTOBER)
    assert row_of(bell_bakery, OCTOBER, moment(2026, 10, 29)).amount == Decimal("290.00")  # type: ignore[union-attr]
    assert seen(bell_bakery, NOVEMBER, moment(2026, 11, 2)) == (Change.CYCLICAL, "200.00", "290.00", 1, 2)


def test_an_adjustment_never_bills_once_in_advance_or_a_quarter_again(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    before = make_engagement(
        bell_bakery,
        [
            terms("Set-up", "90.00", BillingMethod.ONCE_ADVANCE),
            terms("VAT return", "300.00", BillingMethod.QUARTERLY),
        ],
    )
    run_months(practice, priya, SEPTEMBER)
    set_up, vat = before.services.all()
    carried = [
        terms("Set-up", "90.00", BillingMethod.ONCE_ADVANCE, continues_id=set_up.pk),
        terms("VAT return", "330.00", BillingMethod.QUARTERLY, continues_id=vat.pk),
    ]
    make_engagement(bell_bakery, carried, OCTOBER, replaces=before, at=moment(2026, 10, 2))
    run_months(practice, priya, OCTOBER, NOVEMBER, DECEMBER)
    totals = BillingPlan.objects.for_practice(practice).order_by("month").values_list("total", flat=True)
    assert [str(total) for total in totals] == ["390.00", "0.00", "0.00", "330.00"]


def test_an_adjustment_takes_over_without_gap_or_overlap(bell_bakery: Client) -> None:
    before = make_engagement(bell_bakery)
    after = make_engagement(
        bell_bakery, [terms(price="240.00", continues_id=before.services.get().pk)], NOVEMBER, replaces=before
    )
    found = [make_plan(bell_bakery.practice, month).total for month in (SEPTEMBER, OCTOBER, NOVEMBER)]
    assert [str(total) for total in found] == ["200.00", "200.00", "240.00"]
    before.refresh_from_db()
    assert (before.last_month, before.ended_at) == (OCTOBER, None)
    assert engagements.activate_due(practice=after.practice, at=moment(2026, 11, 1)) == [after]
    before.refresh_from_db()
    assert (before.last_month, before.ended_at) == (OCTOBER, moment(2026, 11, 1))


def test_a_client_with_only_a_quarter_is_cyclical_between_its_quarters(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms("VAT return", "300.00", BillingMethod.QUARTERLY)])
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    assert seen(bell_bakery, OCTOBER, moment(2026, 10, 2)) == (Change.CYCLICAL, "0.00", "300.00", 0, 1)
    run_months(bell_bakery.practice, priya, OCTOBER, NOVEMBER)
    assert row_of(bell_bakery, NOVEMBER, moment(2026, 11, 29)) is None
    assert seen(bell_bakery, DECEMBER, moment(2026, 12, 2)) == (Change.CYCLICAL, "300.00", "0.00", 1, 0)


def test_a_closed_member_of_a_group_is_billed_to_its_payer_no_longer(bell_bakery: Client, priya: User) -> None:
    estates = make_client(bell_bakery.practice, "Bell Estates Ltd")
    make_engagement(bell_bakery, [terms(), terms("Payroll", "30.00", entity_id=estates.pk)])
    clients.close_client(client=estates, last_month=SEPTEMBER, reason="Sold", by=priya, at=moment(2026, 9, 20))
    found = [make_plan(bell_bakery.practice, month).total for month in (SEPTEMBER, OCTOBER)]
    assert found == [Decimal("230.00"), Decimal("200.00")]


def test_a_client_billed_again_after_a_pause_is_returning(bell_bakery: Client, priya: User) -> None:
    engagement = make_engagement(bell_bakery)
    run_months(bell_bakery.practice, priya, SEPTEMBER)
    engagements.end(engagement=engagement, last_month=SEPTEMBER, by=priya, at=moment(2026, 9, 29))
    run_months(bell_bakery.practice, priya, OCTOBER, NOVEMBER)
    make_engagement(bell_bakery, starts_on=DECEMBER, at=moment(2026, 12, 2))
    assert seen(bell_bakery, DECEMBER, moment(2026, 12, 2)) == (Change.RETURNING, "200.00", "0.00", 1, 0)


def test_a_plan_without_lines_is_posted_without_a_letter(north_vale: Practice, priya: User) -> None:
    plan = make_finalised_plan(north_vale, at=moment(2026, 10, 2), by=priya)
    assert plan.status == BillingPlan.Status.POSTED
    assert slugs(north_vale) == []


def test_a_plan_is_posted_when_every_invoice_arrived_and_says_so_once(
    bell_bakery: Client, priya: User, post_all
) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 10, 2), by=priya)
    post_all(moment(2026, 10, 2, 10))
    plans.settle(plan=plan, at=moment(2026, 10, 2, 11))
    plan.refresh_from_db()
    assert (plan.status, plan.posted_at) == (BillingPlan.Status.POSTED, moment(2026, 10, 2, 10))
    letter = Message.objects.for_practice(plan.practice).get(slug="plan_posted")
    assert letter.subject == "Posted: the billing plan for September 2026, £200.00"


def test_the_preview_shows_the_invoice_before_and_after_it_was_raised(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, number=104)
    plan = make_plan(bell_bakery.practice)
    before = plans.preview(plan=plan, client=bell_bakery)[0]
    assert (before.draft.invoice_date, before.draft.due_date) == (OCTOBER, date(2026, 10, 15))
    assert before.draft.reference == "Proposal 104, September 2026"
    assert before.terms_sentence == "14 days after the invoice date"
    assert [line.why for line in before.draft.lines] == ["Monthly: first month September 2026"]
    assert Invoice.objects.for_practice(plan.practice).count() == 0

    raised = make_finalised_plan(bell_bakery.practice, at=moment(2026, 10, 2), by=priya)
    after = plans.preview(plan=raised, client=bell_bakery)[0]
    assert after.draft == before.draft
    assert after.invoice == raised.invoices.get()


def test_an_altered_plan_does_not_hold_up_the_practices_other_plan(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, starts_on=date(2026, 8, 1))
    practice = bell_bakery.practice
    altered = make_finalised_plan(practice, date(2026, 8, 1), at=moment(2026, 8, 20), by=priya)
    altered.lines.update(amount=Decimal("2000.00"))
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)

    plans.tick(at=moment(2026, 10, 1))

    assert (altered.invoices.count(), plan.invoices.count()) == (0, 1)


def test_a_plan_whose_worker_died_after_its_last_batch_is_settled_by_the_tick(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)
    plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1))
    invoices.record_refused(
        invoice=plan.invoices.get(), code="VALIDATION", reason="Xero says no.", words="", at=moment(2026, 10, 1)
    )

    plans.tick(at=moment(2026, 10, 1, 12))

    plan.refresh_from_db()
    assert plan.status == "needs_attention"
    assert "invoices_refused" in slugs(plan.practice)
