"""How figures and days are written: £1,180.00, −£30.00, 1 November 2026, Today, 09:12. Pure."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

NOTHING = "–"
MINUS = "−"
WEEK = timedelta(days=7)


def money(amount: Decimal | None, *, plus: str = "") -> str:
    """£1,180.00, with a true minus; a dash where there is no amount."""
    if amount is None:
        return NOTHING
    if not isinstance(amount, Decimal):
        raise TypeError(f"Money is a Decimal, not {type(amount).__name__}: {amount!r}")
    sign = MINUS if amount < 0 else plus
    return f"{sign}£{abs(amount):,.2f}"


def signed_money(amount: Decimal | None) -> str:
    """+£95.00 or −£30.00; a dash where nothing has changed."""
    return money(amount, plus="+") if amount else NOTHING


def figure(value: Decimal | int | str) -> str:
    """Money as money, a count with its thousands apart, words as they are."""
    if isinstance(value, Decimal):
        return money(value)
    return f"{value:,}" if isinstance(value, int) else value


def pounds(amount: Decimal) -> str:
    """£18,540: for axes and titles of charts, where pence would be noise."""
    return f"{MINUS if amount < 0 else ''}£{abs(amount):,.0f}"


def month(value: date | None) -> str:
    return f"{value:%B %Y}" if value else NOTHING


def day(value: date | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else NOTHING


def short_day(value: date | None) -> str:
    return f"{value.day} {value:%b}" if value else NOTHING


def long_day(value: date | None) -> str:
    """Sunday 1 November 2026: where someone must act."""
    return f"{value:%A} {day(value)}" if value else NOTHING


def moment(at: datetime | None, now: datetime) -> str:
    """Today, 09:12 · Friday, 16:40 · 22 October, 11:05, on the clock that `now` was read from."""
    if at is None:
        return NOTHING
    zone = timezone.get_current_timezone() if now.tzinfo is UTC else now.tzinfo
    here, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{_near(here.date(), today)}, {here:%H:%M}"


def when(at: datetime | None, now: datetime) -> str:
    """The same inside a sentence: today at 09:12 · on Friday at 16:40 · on 22 October at 11:05."""
    day_part, _, clock = moment(at, now).partition(", ")
    if not clock:
        return day_part
    near = day_part in ("Today", "Yesterday", "Tomorrow")
    return f"{day_part.lower() if near else f'on {day_part}'} at {clock}"


def _near(value: date, today: date) -> str:
    near = {today: "Today", today - timedelta(days=1): "Yesterday", today + timedelta(days=1): "Tomorrow"}
    if value in near:
        return near[value]
    if today - WEEK < value < today:
        return f"{value:%A}"
    return f"{value.day} {value:%B}" if value.year == today.year else day(value)


def plural(count: int, noun: str) -> str:
    """1 invoice, 43 invoices; an irregular noun names both forms, "person,people"."""
    one, _, many = noun.partition(",")
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def initials(name: str) -> str:
    """NV for North & Vale Accountants: the first letters of the first two words."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()
