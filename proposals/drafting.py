"""What an offer comes to and how it reads. Pure: records in, records out."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from billing import calendar
from billing.models import BillingMethod, BillingSettings
from proposals.records import Block, Fee, FeeGroup, FirstInvoice, LineTerms, Offer, RunningTotal

NONE = Decimal("0.00")
HEADING = re.compile(r"^(#+\s+|\d+\.\s)\S[^\n]{0,90}$")
ON_COMPLETION_NOTE = "Billed when the work is done."
AHEAD = 13

# How often, as the client reads it: the group, the words beside the fee, the column of the PDF, and a note.
READS: dict[str, tuple[str, str, str, str]] = {
    BillingMethod.MONTHLY: ("Every month", "a month", "Monthly", ""),
    BillingMethod.WEEKLY: ("Every week", "a week", "Weekly", ""),
    BillingMethod.QUARTERLY: ("Every quarter", "a quarter", "Quarterly", ""),
    BillingMethod.QUARTERLY_COMPLETION: ("Every quarter", "a quarter", "Quarterly, when done", ON_COMPLETION_NOTE),
    BillingMethod.ANNUALLY: ("Every year", "a year", "Annually", ""),
    BillingMethod.ANNUALLY_COMPLETION: ("Every year", "a year", "Annually, when done", ON_COMPLETION_NOTE),
    BillingMethod.ONCE_ADVANCE: ("Once", "once", "Once, first invoice", "Billed with the first invoice."),
    BillingMethod.ONCE_ACCEPTANCE: ("Once", "once", "Once, on signing", "Billed when you sign."),
    BillingMethod.ONCE_COMPLETION: ("Once", "once", "Once, when done", ON_COMPLETION_NOTE),
}
TIMES_A_YEAR = {
    BillingMethod.MONTHLY: 12,
    BillingMethod.WEEKLY: 52,
    BillingMethod.QUARTERLY: 4,
    BillingMethod.QUARTERLY_COMPLETION: 4,
}
GROUPS = {
    "Every month": "a month",
    "Every week": "a week",
    "Every quarter": "a quarter",
    "Every year": "a year",
    "Once": "once",
}


def fee_groups(offer: Offer) -> list[FeeGroup]:
    """The fees as the client reads them: what comes round together stands together, one-off fees last."""
    fees = [(READS[line.billing_method][0], _fee(line)) for line in offer.lines]
    if alignment := alignment_amount(offer.lines, offer.alignment_months):
        fees.append(("Once", _alignment_fee(offer, alignment)))
    grouped = {title: tuple(fee for group, fee in fees if group == title) for title in GROUPS}
    return [FeeGroup(title, of, _sum(fee.amount for fee in of), GROUPS[title]) for title, of in grouped.items() if of]


def alignment_amount(lines: Iterable[LineTerms], months: int) -> Decimal:
    """The alignment fees of all lines together."""
    return _sum(alignment_of(line, months) for line in lines)


def alignment_of(line: LineTerms, months: int) -> Decimal:
    """A monthly fee with the flag on × the months since the client's financial year began."""
    return line.amount * months if line.is_aligned else NONE


def running_total(lines: Sequence[LineTerms], months: int) -> RunningTotal:
    """Sums by billing method, the alignment fee, and the first year."""
    sums = {method: _sum(line.amount for line in lines if line.billing_method == method) for method in BillingMethod}
    used = {line.billing_method for line in lines}
    rows = [(method.label, sums[method]) for method in BillingMethod if method in used]
    alignment = alignment_amount(lines, months)
    if alignment:
        rows.append((f"Alignment fee, {months} {'month' if months == 1 else 'months'}", alignment))
    year = _sum(amount * TIMES_A_YEAR.get(method, 1) for method, amount in sums.items()) + alignment
    return RunningTotal(rows=tuple(rows), first_year=year, monthly=sums[BillingMethod.MONTHLY])


def first_invoices(
    lines: Sequence[LineTerms], months: int, start: date, settings: BillingSettings
) -> list[FirstInvoice]:
    """What is billed on signing, then the first two plans in which something is due."""
    found = []
    if now := _sum(line.amount for line in lines if line.billing_method == BillingMethod.ONCE_ACCEPTANCE):
        found.append(FirstInvoice(now, None))
    alignment = alignment_amount(lines, months)
    plans = [(month, _due_in(lines, start, month)) for month in (calendar.add_months(start, k) for k in range(AHEAD))]
    for month, amount in [(month, amount) for month, amount in plans if amount][:2]:
        posts_on = calendar.posting_day(month, settings.timing)
        with_fee = bool(alignment) and month == start
        note = "with the alignment fee" if with_fee else ""
        found.append(FirstInvoice(amount + (alignment if with_fee else NONE), posts_on, note))
    return found


def letter_blocks(text: str) -> list[Block]:
    """A letter's paragraphs. A line of its own that begins with a number and a full stop, or #, is a heading."""
    blocks: list[Block] = []
    for piece in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        first, _, rest = piece.strip().partition("\n")
        is_heading = bool(HEADING.match(first))
        if is_heading:
            blocks.append(Block(first.lstrip("# "), is_heading=True))
        if body := (rest if is_heading else piece).strip():
            blocks.append(Block(body))
    return blocks


def _due_in(lines: Sequence[LineTerms], start: date, month: date) -> Decimal:
    later = month != start
    due = [
        line
        for line in lines
        if calendar.is_due(line.billing_method, month=month, starts_on=start, anchor=start, was_billed=later)
    ]
    return _sum(line.amount * _times(line, month) for line in due)


def _times(line: LineTerms, month: date) -> int:
    return calendar.weekdays_in(month, line.weekday) if line.billing_method == BillingMethod.WEEKLY else 1


def _fee(line: LineTerms) -> Fee:
    _, per, billed, note = READS[line.billing_method]
    words = " ".join(part for part in (line.description.strip(), _weekday(line), note) if part)
    return Fee(line.name, words, line.amount, per, billed, _detail(line))


def _weekday(line: LineTerms) -> str:
    if line.billing_method != BillingMethod.WEEKLY:
        return ""
    return f"For each {calendar.WEEKDAYS[line.weekday]} of the month."


def _detail(line: LineTerms) -> str:
    return "" if line.quantity == 1 else f"{line.quantity.normalize():f} at £{line.price:,.2f}"


def _alignment_fee(offer: Offer, amount: Decimal) -> Fee:
    first = calendar.add_months(offer.planned_start, -offer.alignment_months)
    last = calendar.add_months(offer.planned_start, -1)
    covered = f"{first:%B}" if offer.alignment_months == 1 else f"{first:%B} to {last:%B}"
    note = f"Your monthly fee for {covered}, so that twelve months are covered by your year end."
    return Fee("Alignment fee", note, amount, "once", "Once, first invoice")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NONE)
