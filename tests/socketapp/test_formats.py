from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from socketapp import formats

NOON = datetime(2026, 10, 26, 12, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1180", "£1,180.00"), ("-30", "−£30.00"), ("0", "£0.00"), ("1234567.5", "£1,234,567.50")],
)
def test_money_has_two_decimals_and_a_true_minus(amount: str, written: str) -> None:
    assert formats.money(Decimal(amount)) == written


def test_no_amount_is_a_dash() -> None:
    assert formats.money(None) == "–"


@pytest.mark.parametrize("amount", [1180.0, "1180", 1180])
def test_money_that_is_not_a_decimal_is_refused(amount: object) -> None:
    with pytest.raises(TypeError, match="Money is a Decimal"):
        formats.money(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "written"), [("95", "+£95.00"), ("-30", "−£30.00"), ("0", "–")])
def test_a_difference_has_its_sign_and_no_difference_is_a_dash(amount: str, written: str) -> None:
    assert formats.signed_money(Decimal(amount)) == written


def test_days_and_months_are_written_out() -> None:
    sunday = date(2026, 11, 1)

    assert formats.day(sunday) == "1 November 2026"
    assert formats.short_day(sunday) == "1 Nov"
    assert formats.long_day(sunday) == "Sunday 1 November 2026"
    assert formats.month(sunday) == "November 2026"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 10, 26, 9, 12, tzinfo=UTC), "Today, 09:12"),
        (datetime(2026, 10, 25, 2, 15, tzinfo=UTC), "Yesterday, 02:15"),
        (datetime(2026, 10, 27, 2, 0, tzinfo=UTC), "Tomorrow, 02:00"),
        (datetime(2026, 10, 23, 15, 40, tzinfo=UTC), "Friday, 16:40"),
        (datetime(2026, 10, 1, 0, 5, tzinfo=UTC), "1 October, 01:05"),
        (datetime(2025, 4, 3, 8, 0, tzinfo=UTC), "3 April 2025, 09:00"),
    ],
)
def test_a_moment_is_told_on_the_clock_of_the_practice(at: datetime, written: str) -> None:
    assert formats.moment(at, NOON) == written


def test_a_noun_follows_its_number() -> None:
    assert formats.plural(1, "invoice") == "1 invoice"
    assert formats.plural(1043, "invoice") == "1,043 invoices"
    assert formats.plural(0, "person,people") == "0 people"


def test_initials_are_the_first_letters_of_two_words() -> None:
    assert formats.initials("North & Vale Accountants") == "NV"
    assert formats.initials("") == ""
