"""Months and days of billing. Pure: no clock, no queries; a month is the date of its 1st.

The whole of "what is billed when" is here: which plan posts on which day, and which service is due in which month.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from billing.models import BillingMethod, BillingSettings, InvoiceDateRule, TermsRule

STEPS: dict[str, int] = {
    BillingMethod.MONTHLY: 1,
    BillingMethod.WEEKLY: 1,
    BillingMethod.QUARTERLY: 3,
    BillingMethod.ANNUALLY: 12,
}
PERIODS: dict[str, int] = {BillingMethod.QUARTERLY_COMPLETION: 3, BillingMethod.ANNUALLY_COMPLETION: 12}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def today_in(zone: ZoneInfo, at: datetime) -> date:
    """The day it is in that zone at this moment."""
    return at.astimezone(zone).date()


def clock_in(zone: ZoneInfo, moment: datetime, *, at: datetime) -> str:
    """18:02, by the clock of that zone; 18:02 on 2 October where that is not today."""
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today_in(zone, at) else f"{local:%H:%M} on {local.day} {local:%B}"


def month_in(zone: ZoneInfo, at: datetime) -> date:
    """The month it is in that zone at this moment."""
    return first_of(today_in(zone, at))


def first_of(day: date) -> date:
    return day.replace(day=1)


def last_of(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(month: date, count: int) -> date:
    """The 1st of the month `count` months after (or before) that of `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(start: date, end: date) -> int:
    """Whole months from one 1st to another; negative when `end` is earlier."""
    return (end.year - start.year) * 12 + end.month - start.month


def day_of(month: date, day: int) -> date:
    """That day of the month, or its last day where the month is shorter."""
    return month.replace(day=max(1, min(day, monthrange(month.year, month.month)[1])))


# ── Plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def posting_day(month: date, timing: str) -> date:
    """The 1st on which the plan of `month` posts: the next month's in arrears, its own in advance."""
    return add_months(month, 1) if timing == BillingSettings.Timing.ARREARS else first_of(month)


def billing_month_for(day: date, timing: str) -> date:
    """The month whose plan posts on the 1st of `day`'s month."""
    return add_months(day, -1) if timing == BillingSettings.Timing.ARREARS else first_of(day)


def open_month(today: date, timing: str) -> date:
    """The month whose plan is being drawn: the one that posts on the next 1st."""
    return billing_month_for(add_months(today, 1), timing)


def posts_when(posts_on: date, approved_on: date) -> date | None:
    """The day a finalised plan posts by itself; None when it was approved too late and waits for *Post now*.

    Approved before its posting day: on that day. Approved in the month that begins then: at once.
    """
    if approved_on < posts_on:
        return posts_on
    return approved_on if first_of(approved_on) == posts_on else None


def eve_stage(posts_on: date, zone: ZoneInfo, at: datetime) -> str:
    """How near the posting day is: "day" within 24 hours of its local midnight, "hour" within 60 minutes, else empty.

    Hours are counted as they pass, also on a day when the clocks change.
    """
    left = datetime.combine(posts_on, time.min, tzinfo=zone).astimezone(UTC) - at
    if left <= timedelta(0) or left > timedelta(hours=24):
        return ""
    return "day" if left > timedelta(minutes=60) else "hour"


def is_due(
    method: str,
    *,
    month: date,
    starts_on: date,
    anchor: date,
    last_month: date | None = None,
    was_billed: bool = False,
) -> bool:
    """Whether a service stands in the plan of `month`.

    Cycles count from the anchor, never from the start of an adjustment. Once in advance stands in the first plan that
    was still open, and never in two. Work and acceptance invoices are not planned at all.
    """
    if month < starts_on or (last_month is not None and month > last_month):
        return False
    if method == BillingMethod.ONCE_ADVANCE:
        return not was_billed
    return method in STEPS and months_between(anchor, month) % STEPS[method] == 0


def weekdays_in(month: date, weekday: int) -> int:
    """How many Mondays (0) to Sundays (6) the month has."""
    days = monthrange(month.year, month.month)[1]
    first = month.replace(day=1).weekday()
    return len(range((weekday - first) % 7, days, 7))


# ── Invoices ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def invoice_date(rule: str, *, day: int, posted_on: date, billing_month: date) -> date:
    """The date an invoice carries. `day` counts only for the chosen day of the month."""
    if rule == InvoiceDateRule.POSTED:
        return posted_on
    if rule == InvoiceDateRule.MONTH_END:
        return last_of(billing_month)
    return day_of(first_of(posted_on), day if rule == InvoiceDateRule.DAY else 1)


def due_date(rule: str, *, days: int, invoice_date: date) -> date:
    """When an invoice is due. A day of this month that has passed already means that day of next month."""
    if rule == TermsRule.AFTER_DATE:
        return invoice_date + timedelta(days=days)
    if rule == TermsRule.AFTER_MONTH:
        return last_of(invoice_date) + timedelta(days=days)
    this_month = day_of(first_of(invoice_date), days)
    if rule == TermsRule.THIS_MONTH and this_month >= invoice_date:
        return this_month
    return day_of(add_months(invoice_date, 1), days)


def alignment_months(start: date, year_end_month: int) -> int:
    """Whole months from the start of the client's current financial year to the start month; 0 to 11."""
    return (start.month - (year_end_month + 1)) % 12


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def month_label(month: date) -> str:
    return f"{month:%B %Y}"


def period_label(month: date, months: int = 1) -> str:
    """September 2026 · September to November 2026 · March 2026 to February 2027."""
    last = add_months(month, months - 1)
    if months == 1:
        return month_label(month)
    return (
        f"{month:%B} to {month_label(last)}"
        if month.year == last.year
        else f"{month_label(month)} to {month_label(last)}"
    )


def work_label(method: str, period_start: date) -> str:
    """Q2 2026 for a calendar quarter, 2026 for a calendar year, else the months; once is the month it began."""
    months = PERIODS.get(method, 1)
    if months == 3 and period_start.month % 3 == 1:
        return f"Q{period_start.month // 3 + 1} {period_start.year}"
    if months == 12 and period_start.month == 1:
        return str(period_start.year)
    return period_label(period_start, months)
