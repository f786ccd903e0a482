from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.models import BillingMethod, BillingPlan, Invoice, NumberSeries
from billing.operations import catalogue, holds, invoices, plans, settings
from billing.records import AccountRecord
from clients.models import Client, Practice, User
from notifications.models import Message
from tests.factories import (
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_invoice,
    make_member,
    make_option,
    make_practice,
    make_service,
    moment,
    terms,
)
from tests.fakes import FakeLedger

NOW, LATER = moment(2026, 10, 2), moment(2026, 10, 2, 11)
ACCEPTANCE = BillingMethod.ONCE_ACCEPTANCE


def refuse(invoice: Invoice, code: str = "CONTACT_ARCHIVED") -> None:
    invoices.record_refused(
        invoice=invoice, code=code, reason="The contact is archived in Xero.", words="ARCHIVED", at=NOW
    )


def accepted(client: Client) -> Invoice:
    make_engagement(client, [terms("Onboarding", "250.00", ACCEPTANCE)], None)
    return Invoice.objects.for_practice(client.practice).get(kind=Invoice.Kind.ACCEPTANCE)


def billed(client: Client, by: User) -> tuple[BillingPlan, Invoice]:
    make_engagement(client)
    plan = make_finalised_plan(client.practice, at=NOW, by=by)
    return plan, plan.invoices.get()


def letters(practice: Practice) -> list[str]:
    return list(Message.objects.for_practice(practice).order_by("pk").values_list("subject", flat=True))


# ── On acceptance ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_example_12_a_refused_acceptance_invoice_waits_for_a_person_and_goes_once(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    invoice = accepted(bell_bakery)
    assert (invoice.total, ledger.enqueued) == (Decimal("250.00"), [invoice.pk])
    refuse(invoice)
    assert letters(bell_bakery.practice) == ["Refused: the acceptance invoice for Bell Bakery Ltd"]

    practice = bell_bakery.practice
    assert invoices.requeue_repaired(practice=practice, client_ids=[bell_bakery.pk], at=LATER) == []
    assert invoices.retry_all(practice=practice, by=priya, at=LATER) == []
    invoice.refresh_from_db()
    assert (invoice.status, invoice.is_released) == (Invoice.Status.REFUSED, False)

    for _ in range(2):
        invoices.send_now(invoice=Invoice.objects.for_practice(practice).get(), by=priya, at=LATER)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.is_released) == (Invoice.Status.RAISED, True)
    assert len(ledger.enqueued) == 2


def test_an_acceptance_invoice_raised_while_the_connection_is_lost_waits_for_a_person(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    holds.place(practice=practice, reason="connection_lost", at=NOW)
    invoice = accepted(bell_bakery)
    assert (invoice.is_waiting, invoice.is_released, ledger.enqueued) == (True, False, [])
    assert letters(practice) == ["Waiting: the acceptance invoice for Bell Bakery Ltd"]
    holds.lift(practice=practice, reason="connection_lost", by=None, at=LATER)
    assert ledger.enqueued == []
    invoices.send_now(invoice=invoice, by=priya, at=LATER)
    assert ledger.enqueued == [invoice.pk]


def test_an_acceptance_invoice_raised_without_any_ledger_waits_by_itself(
    bell_bakery: Client, ledger: FakeLedger
) -> None:
    ledger.connected = False
    invoice = accepted(bell_bakery)
    assert (invoice.is_waiting, invoice.is_released, ledger.queued) == (True, True, [invoice.pk])
    assert letters(bell_bakery.practice) == []


def test_an_acceptance_invoice_that_waits_when_the_connection_is_lost_waits_for_a_person(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    invoice = accepted(bell_bakery)
    holds.place(practice=practice, reason="connection_lost", at=NOW)
    holds.lift(practice=practice, reason="connection_lost", by=priya, at=LATER)
    invoice.refresh_from_db()
    assert (invoice.is_waiting, invoice.is_released) == (True, False)
    assert letters(practice) == ["Waiting: the acceptance invoice for Bell Bakery Ltd"]


def test_leaving_safe_mode_and_sending_releases_the_acceptance_invoices_that_were_listed(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    holds.enter_safe_mode(practice=practice, by=priya, at=NOW)
    invoice = accepted(bell_bakery)
    assert letters(practice) == []
    assert holds.leave_safe_mode(practice=practice, send_waiting=True, by=priya, at=LATER) == [invoice]
    assert (ledger.enqueued, holds.open_reasons(practice)) == ([invoice.pk], [])


def test_only_an_acceptance_invoice_is_sent_by_a_person(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    with pytest.raises(invoices.NotAcceptance):
        invoices.send_now(invoice=invoice, by=priya, at=NOW)


# ── Refused, repaired, retried ───────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_invoice_needs_attention_while_the_others_are_posted(
    bell_bakery: Client, priya: User, post_all, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    make_engagement(make_client(practice, "City Limousines Ltd"))
    plan, _ = billed_all(bell_bakery, priya)
    invoice = plan.invoices.get(client=bell_bakery)
    refuse(invoice)
    post_all(NOW)
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.NEEDS_ATTENTION
    assert letters(practice) == ["September 2026: 1 of 2 invoices refused, the others are settled"]

    assert invoices.requeue_repaired(practice=practice, client_ids=[bell_bakery.pk], at=LATER) == [invoice]
    plan.refresh_from_db()
    assert (plan.status, ledger.enqueued[-1]) == (BillingPlan.Status.POSTING, invoice.pk)
    post_all(LATER)
    plan.refresh_from_db()
    assert plan.status == BillingPlan.Status.POSTED


def test_only_what_the_repaired_cause_refused_is_queued_again(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    refuse(invoice, "LOCKED_PERIOD")
    practice = bell_bakery.practice
    assert invoices.requeue_repaired(practice=practice, codes=["CONTACT_ARCHIVED"], at=LATER) == []
    assert invoices.requeue_repaired(practice=practice, client_ids=[bell_bakery.pk + 1], at=LATER) == []
    assert invoices.requeue_repaired(practice=practice, codes=["LOCKED_PERIOD"], at=LATER) == [invoice]


def test_a_retry_takes_the_account_that_was_chosen_meanwhile(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    refuse(invoice, "ACCOUNT_MISSING")
    sales = make_account(bell_bakery.practice)
    settings.change_settings(practice=bell_bakery.practice, values={"recurring_account": sales}, by=priya, at=LATER)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.lines.get().ledger_account) == (Invoice.Status.RAISED, sales)


def test_a_setting_that_repairs_nothing_queues_nothing(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    refuse(invoice, "ACCOUNT_MISSING")
    one_off = make_account(bell_bakery.practice)
    settings.change_settings(practice=bell_bakery.practice, values={"one_off_account": one_off}, by=priya, at=LATER)
    invoice.refresh_from_db()
    assert invoice.is_refused


def test_the_services_account_chosen_now_serves_what_was_refused_for_want_of_one(
    bell_bakery: Client, priya: User
) -> None:
    practice = bell_bakery.practice
    service = make_service(practice)
    make_engagement(bell_bakery, [terms(service_id=service.pk)])
    invoice = make_finalised_plan(practice, at=NOW, by=priya).invoices.get()
    refuse(invoice, "ACCOUNT_MISSING")
    sales = make_account(practice)
    catalogue.edit_service(service=service, values={"ledger_account": sales}, by=priya, at=LATER)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.lines.get().ledger_account) == (Invoice.Status.RAISED, sales)


def test_an_account_that_is_back_in_the_ledger_sends_what_it_refused(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    sales = make_account(practice, is_archived=True)
    make_engagement(bell_bakery, [terms(ledger_account_id=sales.pk)])
    invoice = make_finalised_plan(practice, at=NOW, by=priya).invoices.get()
    refuse(invoice, "ACCOUNT_INVALID")
    listed = {"external_id": sales.external_id, "code": "200", "name": "Sales", "is_sales": True}
    for is_archived, status in ((True, Invoice.Status.REFUSED), (False, Invoice.Status.RAISED)):
        accounts = [AccountRecord(**listed, is_archived=is_archived)]  # type: ignore[arg-type]
        catalogue.refresh_accounts(practice=practice, accounts=accounts, at=LATER)
        invoice.refresh_from_db()
        assert invoice.status == status


def test_a_retry_leaves_out_tracking_that_is_archived_and_says_so(bell_bakery: Client, priya: User) -> None:
    option = make_option(bell_bakery.practice, "Partner: A")
    make_engagement(bell_bakery, [terms(line_tracking_id=option.pk)])
    invoice = make_finalised_plan(bell_bakery.practice, at=NOW, by=priya).invoices.get()
    refuse(invoice, "TRACKING_INVALID")
    option.is_archived = True
    option.save()
    invoices.retry(invoice=invoice, by=priya, at=LATER)
    line = invoice.lines.get()
    assert (line.tracking_1, line.note) == (None, "Partner: A was left out: it is archived or missing in the ledger.")


def test_retried_twice_it_is_queued_once(bell_bakery: Client, priya: User, ledger: FakeLedger) -> None:
    _, invoice = billed(bell_bakery, priya)
    refuse(invoice)
    for _ in range(2):
        invoices.retry(invoice=Invoice.objects.for_practice(bell_bakery.practice).get(), by=priya, at=LATER)
    assert ledger.enqueued == [invoice.pk, invoice.pk]


def test_a_refusal_outside_a_plan_is_told_at_once(bell_bakery: Client, priya: User) -> None:
    refuse(accepted(bell_bakery))
    refuse(Invoice.objects.for_practice(bell_bakery.practice).get())
    assert len(letters(bell_bakery.practice)) == 1


# ── Posted ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_posted_twice_the_first_reference_stands(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    assert invoices.record_posted(invoice=invoice, reference="x-1", number="S-00001", url="", at=NOW)
    again = Invoice.objects.for_practice(bell_bakery.practice).get()
    assert not invoices.record_posted(invoice=again, reference="x-2", number="", url="", at=LATER)
    again.refresh_from_db()
    assert (again.ledger_reference, again.posted_at) == ("x-1", NOW)


def test_two_invoices_of_a_practice_never_share_a_ledger_reference(bell_bakery: Client) -> None:
    facts = {"status": "posted", "posted_at": NOW, "ledger_reference": "x-1"}
    make_invoice(bell_bakery, **facts)
    make_invoice(make_client(make_practice("Other & Co"), "Stranger"), **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_invoice(bell_bakery, **facts)


def test_a_reference_that_is_taken_refuses_the_invoice_aloud_and_hurts_no_other(
    bell_bakery: Client, priya: User
) -> None:
    make_engagement(make_client(bell_bakery.practice, "City Limousines Ltd"))
    _, (first, second) = billed_all(bell_bakery, priya)
    with transaction.atomic():
        assert invoices.record_posted(invoice=first, reference="x-1", number="S-00001", url="", at=NOW)
        assert not invoices.record_posted(invoice=second, reference="x-1", number="S-00001", url="", at=NOW)
    for invoice in (first, second):
        invoice.refresh_from_db()
    assert (first.is_posted, second.is_refused, second.refusal_code) == (True, True, "REFERENCE_TAKEN")
    assert "x-1" in second.ledger_words


def test_a_plans_first_refusal_and_its_end_are_told_apart(bell_bakery: Client, priya: User, post_all) -> None:
    for number in range(3):
        make_engagement(make_client(bell_bakery.practice, f"Firm {number}"))
    plan, raised = billed_all(bell_bakery, priya)
    for invoice in raised[:3]:
        refuse(invoice)
        plans.settle(plan=plan, at=NOW)
    post_all(LATER)
    assert letters(bell_bakery.practice) == [
        "September 2026 is being posted: 1 invoice refused so far",
        "September 2026: 3 of 4 invoices refused, the others are settled",
    ]


def test_five_refusals_of_work_have_a_letter_each_and_all_that_follow_one_together(bell_bakery: Client) -> None:
    make_member(bell_bakery.practice)
    for _ in range(12):
        refuse(make_invoice(bell_bakery, kind="completion", is_queued=False, at=NOW))
    assert letters(bell_bakery.practice) == [
        *["Refused: the invoice for Bell Bakery Ltd"] * 5,
        "Refused: many invoices for completed work",
    ]


def test_what_the_ledger_refuses_although_its_list_offers_it_is_doubted(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    sales, payroll = make_account(practice), make_account(practice, "210", "Payroll")
    engaged = [terms(ledger_account_id=sales.pk), terms("Payroll", "30.00", ledger_account_id=payroll.pk)]
    make_engagement(bell_bakery, engaged)
    invoice = make_finalised_plan(practice, at=NOW, by=priya).invoices.get()
    words = "Account code '210' is not a valid code for this document."
    invoices.record_refused(invoice=invoice, code="ACCOUNT_INVALID", reason="No.", words=words, at=NOW)
    for account in (sales, payroll):
        account.refresh_from_db()
    assert (sales.doubted_at, payroll.doubted_at) == (None, NOW)


def test_a_cause_that_only_seems_gone_lets_an_invoice_out_once(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    _, invoice = billed(bell_bakery, priya)

    def heal(is_gone: bool) -> bool:
        return bool(invoices.requeue_healed(practice=practice, standing={invoice.pk: is_gone}, at=LATER))

    refuse(invoice, "LOCKED_PERIOD")
    assert heal(is_gone=True)
    refuse(Invoice.objects.for_practice(practice).get(), "LOCKED_PERIOD")
    assert not heal(is_gone=True)
    assert not heal(is_gone=False)
    assert heal(is_gone=True)


def test_after_a_person_retried_a_cause_that_seems_gone_is_believed_again(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    _, invoice = billed(bell_bakery, priya)
    for _ in range(2):
        refuse(invoice, "LOCKED_PERIOD")
        invoices.requeue_healed(practice=practice, standing={invoice.pk: True}, at=LATER)
        invoice.refresh_from_db()
    assert invoice.is_refused
    invoices.retry(invoice=invoice, by=priya, at=LATER)
    refuse(invoice, "LOCKED_PERIOD")
    assert invoices.requeue_healed(practice=practice, standing={invoice.pk: True}, at=LATER) == [invoice]


def test_a_refused_invoice_found_in_the_ledger_after_all_is_posted(bell_bakery: Client, priya: User) -> None:
    _, invoice = billed(bell_bakery, priya)
    refuse(invoice)
    assert invoices.record_posted(invoice=invoice, reference="x-1", number="", url="", at=LATER)


def test_handled_by_hand_an_invoice_is_closed_and_the_plan_goes_on(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    plan, invoice = billed(bell_bakery, priya)
    for _ in range(2):
        invoices.handle_by_hand(invoice=invoice, reason="Entered in Xero by hand", by=priya, at=LATER)
    plan.refresh_from_db()
    assert (invoice.status, invoice.is_handled_by_hand) == (Invoice.Status.CANCELLED, True)
    assert (plan.status, ledger.queued) == (BillingPlan.Status.POSTED, [])


def test_an_invoice_on_its_way_is_not_handled_by_hand(bell_bakery: Client, priya: User, ledger: FakeLedger) -> None:
    _, invoice = billed(bell_bakery, priya)
    ledger.sent.add(invoice.pk)
    with pytest.raises(invoices.OnItsWay):
        invoices.handle_by_hand(invoice=invoice, reason="", by=priya, at=NOW)
    invoice.refresh_from_db()
    assert invoice.is_waiting


# ── What an invoice carries ──────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_come_from_the_practices_own_series_without_a_gap(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    make_engagement(make_client(practice, "City Limousines Ltd"))
    plan, _ = two = billed_all(bell_bakery, priya)
    assert [invoice.number for invoice in two[1]] == ["S-00001", "S-00002"]
    assert NumberSeries.objects.for_practice(practice).get().next_number == 3
    assert plan.total == sum(invoice.total for invoice in two[1])


def billed_all(client: Client, by: User) -> tuple[BillingPlan, list[Invoice]]:
    make_engagement(client)
    plan = make_finalised_plan(client.practice, at=NOW, by=by)
    return plan, list(plan.invoices.order_by("pk"))


def test_with_the_ledgers_numbering_an_invoice_has_none_of_ours(bell_bakery: Client, priya: User) -> None:
    settings.change_settings(practice=bell_bakery.practice, values={"numbering": "ledger"}, by=priya, at=NOW)
    assert billed(bell_bakery, priya)[1].number is None


def test_example_11_with_recurring_lines_consolidated_the_one_off_line_stays_apart(
    bell_bakery: Client, priya: User
) -> None:
    settings.change_client_billing(client=bell_bakery, values={"is_recurring_consolidated": True}, by=priya, at=NOW)
    recurring = [terms(name, "100.00") for name in ("Bookkeeping", "Payroll", "Software")]
    make_engagement(bell_bakery, [*recurring, terms("Set-up", "60.00", BillingMethod.ONCE_ADVANCE)])
    invoice = make_finalised_plan(bell_bakery.practice, at=NOW, by=priya).invoices.get()
    assert [(line.description, str(line.amount)) for line in invoice.lines.all()] == [
        ("Professional services, September 2026", "300.00"),
        ("Set-up", "60.00"),
    ]


def test_example_18_the_lines_partner_and_the_services_department_are_posted(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    partner_a, partner_b = make_option(practice, "Partner: A"), make_option(practice, "Partner: B")
    department = make_option(practice, "Dept: Bookkeeping")
    settings.change_client_billing(client=bell_bakery, values={"tracking_option": partner_a}, by=priya, at=NOW)
    make_engagement(bell_bakery, [terms(line_tracking_id=partner_b.pk, service_tracking_id=department.pk)])
    line = make_finalised_plan(practice, at=NOW, by=priya).invoices.get().lines.get()
    assert (line.tracking_1, line.tracking_2, line.note) == (partner_b, department, "")


def test_example_18_an_owner_of_the_same_category_is_dropped_and_flagged(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    owner = make_member(practice, name="Carys Owen")
    partner_b, partner_c = make_option(practice, "Partner: B"), make_option(practice, "Partner: C")
    settings.change_owner_tracking(membership=owner, option=partner_c, by=priya, at=NOW)
    bell_bakery.owner = owner
    bell_bakery.save()
    make_engagement(bell_bakery, [terms(line_tracking_id=partner_b.pk)])
    line = make_finalised_plan(practice, at=NOW, by=priya).invoices.get().lines.get()
    assert (line.tracking_1, line.tracking_2) == (partner_b, None)
    assert line.note.startswith("Partner: C was left out")


def test_a_clients_own_terms_win_over_the_practices(bell_bakery: Client, priya: User) -> None:
    values = {"invoice_date_rule": "month_end", "terms_rule": "next_month", "terms_days": 20, "purchase_order": "PO-7"}
    settings.change_client_billing(client=bell_bakery, values=values, by=priya, at=NOW)
    make_engagement(bell_bakery, number=104)
    invoice = make_finalised_plan(bell_bakery.practice, at=NOW, by=priya).invoices.get()
    assert (invoice.invoice_date, invoice.due_date) == (date(2026, 9, 30), date(2026, 10, 20))
    found = settings.terms_of(bell_bakery.practice, [bell_bakery.pk])[bell_bakery.pk]
    assert (found.levels["terms_days"], found.levels["destination"]) == ("client", "practice")


def test_the_account_is_the_engaged_services_else_the_practices_default(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    sales, payroll = make_account(practice), make_account(practice, "201", "Payroll sales")
    settings.change_settings(practice=practice, values={"recurring_account": sales}, by=priya, at=NOW)
    service = make_service(practice, "Payroll", ledger_account=payroll)
    own = terms("Payroll", "30.00", service_id=service.pk, ledger_account_id=payroll.pk)
    make_engagement(bell_bakery, [terms(), own])
    invoice = make_finalised_plan(practice, at=NOW, by=priya).invoices.get()
    assert [line.ledger_account for line in invoice.lines.all()] == [sales, payroll]


def test_a_row_that_comes_to_nothing_has_no_invoice(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms("Included support", "0.00")])
    plan = make_finalised_plan(bell_bakery.practice, at=NOW, by=priya)
    assert (plan.rows.count(), plan.invoices.count(), plan.status) == (1, 0, BillingPlan.Status.POSTED)


def test_a_hold_placed_twice_is_one_hold(north_vale: Practice, ledger: FakeLedger) -> None:
    first = holds.place(practice=north_vale, reason="connection_lost", at=NOW)
    assert holds.place(practice=north_vale, reason="connection_lost", at=LATER) == first
    assert holds.lift(practice=north_vale, reason="connection_lost", by=None, at=LATER)
    assert not holds.lift(practice=north_vale, reason="connection_lost", by=None, at=LATER)
    assert holds.place(practice=north_vale, reason="connection_lost", at=LATER) != first


def test_safe_mode_is_the_first_of_the_open_reasons(north_vale: Practice, priya: User) -> None:
    holds.place(practice=north_vale, reason="connection_lost", at=NOW)
    holds.enter_safe_mode(practice=north_vale, by=priya, at=NOW)
    assert [hold.reason for hold in holds.open_reasons(north_vale)] == ["safe_mode", "connection_lost"]


@pytest.mark.parametrize("reason", ["", "connection_lost", "confirmation", "safe_mode", "not_connected"])
def test_a_practice_is_held_whenever_there_is_a_reason(
    reason: str, north_vale: Practice, priya: User, ledger: FakeLedger
) -> None:
    if reason == "safe_mode":
        holds.enter_safe_mode(practice=north_vale, by=priya, at=NOW)
    elif reason == "not_connected":
        ledger.connected = False
    elif reason:
        holds.place(practice=north_vale, reason=reason, at=NOW)

    assert [hold.reason for hold in holds.open_reasons(north_vale)] == ([reason] if reason else [])
    assert holds.is_held(north_vale) == bool(reason)


def test_with_nothing_waiting_leaving_safe_mode_asks_nothing(north_vale: Practice, priya: User) -> None:
    holds.enter_safe_mode(practice=north_vale, by=priya, at=NOW)
    assert holds.leave_safe_mode(practice=north_vale, send_waiting=False, by=priya, at=LATER) == []
    assert holds.open_reasons(north_vale) == []


def test_a_second_plan_of_the_month_cannot_raise_what_the_first_raised(bell_bakery: Client, priya: User) -> None:
    plan, invoice = billed(bell_bakery, priya)
    assert plans.raise_due(practice=plan.practice, at=LATER) == []
    assert invoice.source_key == f"rec:2026-09:{bell_bakery.pk}:main"
