"""The eve of billing: a day and an hour before a plan posts, what will fail is told while there is time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.calendar import eve_stage
from billing.models import BillingPlan, ClientBilling, InvoiceTemplate, PlanEve
from billing.operations import holds, plans, settings
from billing.operations.plans.eves import look_ahead
from billing.ports import Finding, Tone
from clients.models import Client, User
from notifications.models import Message
from tests.factories import (
    make_account,
    make_engagement,
    make_finalised_plan,
    make_option,
    make_plan,
    moment,
    terms,
)
from tests.fakes import FakeLedger

LONDON = ZoneInfo("Europe/London")
FIRST = date(2026, 10, 1)
MIDNIGHT = datetime(2026, 9, 30, 23, tzinfo=UTC)  # of 1 October, in London
DAY_BEFORE, HOUR_BEFORE = MIDNIGHT - timedelta(hours=24), MIDNIGHT - timedelta(minutes=60)
AMBER = Finding("contacts_unmatched", Tone.AMBER, "1 contacts will be created in Xero", "Check it first.")


@pytest.fixture
def approved(bell_bakery: Client, priya: User) -> BillingPlan:
    """September's plan with an account for every line, approved in time: nothing stands in its way."""
    account = make_account(bell_bakery.practice)
    settings.change_settings(
        practice=bell_bakery.practice,
        values={"recurring_account": account, "one_off_account": account},
        by=priya,
        at=moment(2026, 9, 1),
    )
    make_engagement(bell_bakery, [terms(ledger_account_id=account.pk)])
    return make_finalised_plan(bell_bakery.practice, at=moment(2026, 9, 20), by=priya)


def look(plan: BillingPlan, at: datetime) -> list[PlanEve]:
    return look_ahead(practice=plan.practice, at=at)


def letters(plan: BillingPlan) -> list[Message]:
    return list(Message.objects.for_practice(plan.practice).filter(slug="plan_eve").order_by("pk"))


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        (timedelta(hours=24, seconds=1), ""),
        (timedelta(hours=24), "day"),
        (timedelta(minutes=61), "day"),
        (timedelta(minutes=60), "hour"),
        (timedelta(seconds=1), "hour"),
        (timedelta(0), ""),
        (timedelta(minutes=-5), ""),
    ],
)
def test_the_stage_is_counted_back_from_local_midnight(before: timedelta, stage: str) -> None:
    assert eve_stage(FIRST, LONDON, MIDNIGHT - before) == stage


def test_on_a_day_of_25_hours_the_look_is_still_24_hours_before() -> None:
    midnight = datetime(2027, 11, 1, tzinfo=UTC)  # the clocks go back on 31 October 2027

    assert eve_stage(date(2027, 11, 1), LONDON, midnight - timedelta(hours=24)) == "day"
    assert eve_stage(date(2027, 11, 1), LONDON, midnight - timedelta(hours=25)) == ""


def test_before_its_eve_nobody_looks_at_a_plan(approved: BillingPlan) -> None:
    assert look(approved, DAY_BEFORE - timedelta(minutes=1)) == []
    assert not PlanEve.objects.for_practice(approved.practice).exists()


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_when_all_is_well_nothing_is_written(approved: BillingPlan) -> None:
    (eve,) = look(approved, DAY_BEFORE)

    eve.refresh_from_db()
    assert (eve.told_at, eve.red_count, eve.amber_count) == (DAY_BEFORE, 0, 0)
    assert letters(approved) == []


def test_a_day_before_what_fails_and_what_to_look_at_is_told_once_by_two_beats(
    approved: BillingPlan, ledger: FakeLedger, bell_bakery: Client
) -> None:
    ids = frozenset({bell_bakery.pk})
    ledger.findings = [Finding("contacts_unusable", Tone.RED, "1 invoices are held back", "Archived.", client_ids=ids)]
    ledger.findings.append(AMBER)

    for _ in range(2):
        look(approved, DAY_BEFORE)
    look(approved, DAY_BEFORE + timedelta(hours=3))

    (letter,) = letters(approved)
    assert letter.subject == "Tomorrow the September 2026 plan is due: 1 thing will fail"
    assert "What will fail" in letter.text
    assert "1 invoices are held back. Archived.\n    Bell Bakery Ltd, £200.00" in letter.text
    assert "What to look at" in letter.text
    assert "1 contacts will be created in Xero" in letter.text


def test_an_hour_before_only_what_is_red_is_told(approved: BillingPlan, ledger: FakeLedger) -> None:
    ledger.findings = [AMBER]
    look(approved, HOUR_BEFORE)
    assert letters(approved) == []

    PlanEve.objects.for_practice(approved.practice).delete()
    ledger.findings = [AMBER, Finding("connection", Tone.RED, "The connection to Xero is lost")]
    look(approved, HOUR_BEFORE)

    (letter,) = letters(approved)
    assert letter.subject == "In an hour the September 2026 plan is due: 1 thing will fail"
    assert "contacts will be created" not in letter.text


def test_a_plan_that_nobody_approved_is_told_a_day_and_an_hour_before(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms(ledger_account_id=make_account(bell_bakery.practice).pk)])
    plan = make_plan(bell_bakery.practice)

    for at in (DAY_BEFORE, HOUR_BEFORE):
        look(plan, at)

    assert [letter.subject for letter in letters(plan)] == [
        "Tomorrow the September 2026 plan is due: 1 thing will fail",
        "In an hour the September 2026 plan is due: 1 thing will fail",
    ]
    assert "The September 2026 plan is not approved" in letters(plan)[0].text


def test_a_plan_that_is_processed_automatically_need_not_be_approved(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    settings.change_settings(practice=practice, values={"processing": "automatic"}, by=priya, at=moment(2026, 9, 1))
    make_engagement(bell_bakery, [terms(ledger_account_id=make_account(practice).pk)])
    plan = make_plan(practice)

    look(plan, DAY_BEFORE)

    assert letters(plan) == []


def test_safe_mode_and_a_lost_connection_are_told_the_latter_once(approved: BillingPlan, ledger: FakeLedger) -> None:
    practice = approved.practice
    holds.place(practice=practice, reason="connection_lost", at=moment(2026, 9, 29))
    holds.enter_safe_mode(practice=practice, by=None, at=moment(2026, 9, 29))
    ledger.findings = [Finding("connection", Tone.RED, "The connection to Xero is lost", "Reconnect it.")]

    look(approved, DAY_BEFORE)

    (letter,) = letters(approved)
    assert letter.text.count("The connection to Xero is lost") == 1
    assert "Safe Mode is on" in letter.text


def test_a_plan_whose_lines_were_altered_is_found_out_on_the_eve(approved: BillingPlan) -> None:
    approved.lines.update(amount=2000)

    look(approved, DAY_BEFORE)

    approved.refresh_from_db()
    assert approved.is_altered
    assert "Its lines are not the ones that were approved" in letters(approved)[0].text


def test_tracking_and_themes_that_are_gone_are_told_with_the_clients(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    option = make_option(practice, "Partner: A")
    theme = InvoiceTemplate.objects.create(
        practice=practice, external_id="t-1", name="Adfin", seen_at=moment(2026, 9, 1), is_missing=True
    )
    ClientBilling.objects.create(practice=practice, client=bell_bakery, template=theme)
    account = make_account(practice)
    make_engagement(bell_bakery, [terms(line_tracking_id=option.pk, ledger_account_id=account.pk)])
    plan = make_finalised_plan(practice, at=moment(2026, 9, 20), by=priya)
    option.is_archived = True
    option.save()

    look(plan, DAY_BEFORE)

    (letter,) = letters(plan)
    assert "Partner: A is archived in Xero" in letter.text
    assert "Adfin is no longer in Xero" in letter.text
    assert letter.text.count("Bell Bakery Ltd, £200.00") == 2


def test_an_account_that_xero_refused_lately_is_told_to_be_looked_at(approved: BillingPlan) -> None:
    account = approved.lines.get().engaged_service.ledger_account
    assert account is not None
    account.doubted_at = moment(2026, 9, 20)
    account.save()

    look(approved, DAY_BEFORE)

    assert "200 Sales is refused by Xero lately" in letters(approved)[0].text


# ── Fresh ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_look_waits_until_the_ledger_is_up_to_date(approved: BillingPlan, ledger: FakeLedger) -> None:
    ledger.findings, ledger.fresh = [AMBER], False
    for minute in (0, 1, 20):
        assert look(approved, DAY_BEFORE + timedelta(minutes=minute)) == []
    ledger.fresh = True

    assert len(look(approved, DAY_BEFORE + timedelta(minutes=21))) == 1
    assert len(letters(approved)) == 1


def test_after_half_an_hour_it_is_told_with_what_is_known(approved: BillingPlan, ledger: FakeLedger) -> None:
    ledger.findings, ledger.fresh = [AMBER], False
    assert look(approved, DAY_BEFORE) == []

    assert len(look(approved, DAY_BEFORE + timedelta(minutes=30))) == 1
    assert len(letters(approved)) == 1


def test_the_tick_looks_ahead(approved: BillingPlan, ledger: FakeLedger) -> None:
    ledger.findings = [AMBER]

    plans.tick(at=DAY_BEFORE)

    assert len(letters(approved)) == 1
