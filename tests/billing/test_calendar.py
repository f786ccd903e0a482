from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import calendar
from billing.models import BillingMethod, InvoiceDateRule, TermsRule

LONDON = ZoneInfo("Europe/London")
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
months = st.dates(date(2020, 1, 1), date(2040, 12, 31)).map(calendar.first_of)


def due(method: str, month: date, starts_on: date = SEPTEMBER, **facts: object) -> bool:
    facts.setdefault("anchor", starts_on)
    return calendar.is_due(method, month=month, starts_on=starts_on, **facts)  # type: ignore[arg-type]


def due_months(method: str, **facts: object) -> list[int]:
    """How many months after September 2026 the method is due, over two years from a year before."""
    return [k for k in range(-12, 25) if due(method, calendar.add_months(SEPTEMBER, k), **facts)]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (BillingMethod.MONTHLY, list(range(25))),
        (BillingMethod.WEEKLY, list(range(25))),
        (BillingMethod.QUARTERLY, list(range(0, 25, 3))),
        (BillingMethod.ANNUALLY, [0, 12, 24]),
        (BillingMethod.ONCE_ADVANCE, list(range(25))),
        (BillingMethod.QUARTERLY_COMPLETION, []),
        (BillingMethod.ANNUALLY_COMPLETION, []),
        (BillingMethod.ONCE_COMPLETION, []),
        (BillingMethod.ONCE_ACCEPTANCE, []),
    ],
)
def test_each_method_is_due_in_its_own_months(method: str, expected: list[int]) -> None:
    assert due_months(method) == expected


def test_once_in_advance_is_due_only_until_it_was_billed() -> None:
    assert due(BillingMethod.ONCE_ADVANCE, OCTOBER)
    assert not due(BillingMethod.ONCE_ADVANCE, OCTOBER, was_billed=True)


def test_nothing_is_due_after_the_last_month() -> None:
    assert due(BillingMethod.MONTHLY, OCTOBER, last_month=OCTOBER)
    assert not due(BillingMethod.MONTHLY, NOVEMBER, last_month=OCTOBER)
    assert not due(BillingMethod.ONCE_ADVANCE, NOVEMBER, last_month=OCTOBER)


def test_a_carried_anchor_keeps_the_cycle_of_the_service_it_continues() -> None:
    assert not due(BillingMethod.QUARTERLY, OCTOBER, OCTOBER, anchor=SEPTEMBER)
    assert due(BillingMethod.QUARTERLY, date(2026, 12, 1), OCTOBER, anchor=SEPTEMBER)


def test_example_7_annually_in_advance_is_due_in_february_and_no_other_month() -> None:
    start = calendar.first_of(date(2026, 2, 15))
    found = [m for k in range(48) if due(BillingMethod.ANNUALLY, m := calendar.add_months(date(2025, 6, 1), k), start)]
    assert found == [date(2026, 2, 1), date(2027, 2, 1), date(2028, 2, 1), date(2029, 2, 1)]


def test_example_19_september_2025_has_five_mondays() -> None:
    assert calendar.weekdays_in(date(2025, 9, 1), 0) == 5


@given(months, st.integers(0, 6))
def test_weekdays_are_counted_day_by_day(month: date, weekday: int) -> None:
    days = [month + timedelta(days=n) for n in range(31)]
    assert calendar.weekdays_in(month, weekday) == sum(
        day.month == month.month and day.weekday() == weekday for day in days
    )


@given(months, st.integers(-120, 120))
def test_adding_months_and_counting_them_are_inverse(month: date, count: int) -> None:
    assert calendar.months_between(month, calendar.add_months(month, count)) == count
    assert calendar.add_months(month, count).day == 1


@given(months, st.sampled_from(["arrears", "advance"]))
def test_the_plan_that_posts_on_a_first_is_the_one_whose_posting_day_it_is(month: date, timing: str) -> None:
    assert calendar.billing_month_for(calendar.posting_day(month, timing), timing) == month


def test_in_arrears_septembers_plan_posts_on_1_october_and_in_advance_octobers() -> None:
    assert calendar.posting_day(SEPTEMBER, "arrears") == OCTOBER
    assert calendar.posting_day(OCTOBER, "advance") == OCTOBER


def test_the_plan_being_drawn_in_september_is_septembers_in_arrears_and_octobers_in_advance() -> None:
    assert calendar.open_month(date(2026, 9, 1), "arrears") == SEPTEMBER
    assert calendar.open_month(date(2026, 9, 30), "arrears") == SEPTEMBER
    assert calendar.open_month(date(2026, 9, 15), "advance") == OCTOBER


@pytest.mark.parametrize(
    ("approved_on", "posts"),
    [
        (date(2026, 9, 20), OCTOBER),
        (date(2026, 9, 30), OCTOBER),
        (date(2026, 10, 1), OCTOBER),
        (date(2026, 10, 3), date(2026, 10, 3)),
        (date(2026, 10, 31), date(2026, 10, 31)),
        (date(2026, 11, 1), None),
        (date(2026, 11, 3), None),
    ],
)
def test_example_21_when_septembers_plan_posts_by_the_day_it_was_approved(approved_on: date, posts: date) -> None:
    assert calendar.posts_when(OCTOBER, approved_on) == posts


@given(
    st.integers(2024, 2040), st.integers(1, 12), st.sampled_from(["Europe/London", "Pacific/Auckland", "America/Lima"])
)
def test_a_month_begins_at_its_first_local_midnight(year: int, month: int, name: str) -> None:
    zone, first = ZoneInfo(name), date(year, month, 1)
    midnight = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
    assert calendar.month_in(zone, midnight) == first
    assert calendar.month_in(zone, midnight - timedelta(seconds=1)) == calendar.add_months(first, -1)


@pytest.mark.parametrize(
    ("at", "today"),
    [
        (datetime(2026, 9, 30, 22, 59, 59, tzinfo=UTC), date(2026, 9, 30)),
        (datetime(2026, 9, 30, 23, 0, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2027, 10, 31, 0, 59, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 10, 31, 23, 59, 59, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 11, 1, 0, 0, tzinfo=UTC), date(2027, 11, 1)),
        (datetime(2030, 3, 31, 22, 59, 59, tzinfo=UTC), date(2030, 3, 31)),
        (datetime(2030, 3, 31, 23, 0, tzinfo=UTC), date(2030, 4, 1)),
        (datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_in_london_where_clocks_change_and_years_leap(at: datetime, today: date) -> None:
    assert calendar.today_in(LONDON, at) == today


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        (InvoiceDateRule.POSTED, 1, date(2026, 10, 3)),
        (InvoiceDateRule.FIRST, 15, date(2026, 10, 1)),
        (InvoiceDateRule.MONTH_END, 1, date(2026, 9, 30)),
        (InvoiceDateRule.DAY, 28, date(2026, 10, 28)),
    ],
)
def test_the_invoice_date_follows_its_rule(rule: str, day: int, expected: date) -> None:
    found = calendar.invoice_date(rule, day=day, posted_on=date(2026, 10, 3), billing_month=SEPTEMBER)
    assert found == expected


@pytest.mark.parametrize(
    ("rule", "days", "dated", "expected"),
    [
        (TermsRule.AFTER_DATE, 14, date(2026, 10, 1), date(2026, 10, 15)),
        (TermsRule.AFTER_MONTH, 14, date(2026, 10, 1), date(2026, 11, 14)),
        (TermsRule.THIS_MONTH, 20, date(2026, 10, 1), date(2026, 10, 20)),
        (TermsRule.THIS_MONTH, 20, date(2026, 10, 28), date(2026, 11, 20)),
        (TermsRule.THIS_MONTH, 31, date(2028, 2, 3), date(2028, 2, 29)),
        (TermsRule.NEXT_MONTH, 31, date(2026, 1, 31), date(2026, 2, 28)),
        (TermsRule.NEXT_MONTH, 7, date(2026, 12, 1), date(2027, 1, 7)),
    ],
)
def test_the_due_date_follows_its_rule(rule: str, days: int, dated: date, expected: date) -> None:
    assert calendar.due_date(rule, days=days, invoice_date=dated) == expected


@given(st.sampled_from(list(TermsRule)), st.integers(0, 365), st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_an_invoice_is_never_due_before_its_date(rule: str, days: int, dated: date) -> None:
    assert calendar.due_date(rule, days=days, invoice_date=dated) >= dated


@pytest.mark.parametrize(("start", "expected"), [(OCTOBER, 6), (date(2026, 4, 1), 0), (date(2026, 3, 1), 11)])
def test_example_9_alignment_counts_months_since_the_year_end_of_31_march(start: date, expected: int) -> None:
    assert calendar.alignment_months(start, 3) == expected


def test_a_year_end_in_december_aligns_from_january() -> None:
    assert calendar.alignment_months(date(2026, 1, 1), 12) == 0
    assert calendar.alignment_months(date(2026, 12, 1), 12) == 11


@pytest.mark.parametrize(
    ("method", "start", "label"),
    [
        (BillingMethod.QUARTERLY_COMPLETION, date(2026, 4, 1), "Q2 2026"),
        (BillingMethod.QUARTERLY_COMPLETION, date(2026, 11, 1), "November 2026 to January 2027"),
        (BillingMethod.ANNUALLY_COMPLETION, date(2026, 1, 1), "2026"),
        (BillingMethod.ANNUALLY_COMPLETION, date(2026, 4, 1), "April 2026 to March 2027"),
        (BillingMethod.ONCE_COMPLETION, date(2026, 4, 1), "April 2026"),
    ],
)
def test_work_is_labelled_by_its_period(method: str, start: date, label: str) -> None:
    assert calendar.work_label(method, start) == label
