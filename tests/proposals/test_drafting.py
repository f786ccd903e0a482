"""What an offer comes to; no database."""

from datetime import date
from decimal import Decimal

from billing.models import BillingSettings
from proposals.drafting import first_invoices, letter_blocks, running_total
from proposals.records import LineTerms

DECEMBER = date(2026, 12, 1)
ARREARS = BillingSettings(timing="arrears")


def line(name: str, price: str, method: str = "monthly", **more) -> LineTerms:
    return LineTerms(name=name, price=Decimal(price), billing_method=method, **more)


SILVERFOLD = [
    line("Accounts, bookkeeping and payroll", "405.00", has_alignment=True),
    line("VAT return", "114.00", "quarterly_advance"),
    line("Set up in the software", "250.00", "once_acceptance"),
]


def test_the_running_total_sums_by_method_and_names_the_first_year():
    total = running_total(SILVERFOLD, months=8)

    assert total.rows == (
        ("Monthly", Decimal("405.00")),
        ("Quarterly, in advance", Decimal("114.00")),
        ("Once, on acceptance", Decimal("250.00")),
        ("Alignment fee, 8 months", Decimal("3240.00")),
    )
    assert total.first_year == Decimal("8806.00")


def test_the_first_invoices_are_on_signing_then_with_the_alignment_fee_then_the_usual_one():
    invoices = first_invoices(SILVERFOLD, 8, DECEMBER, ARREARS)

    assert [(str(invoice.posts_on), invoice.amount) for invoice in invoices] == [
        ("None", Decimal("250.00")),
        ("2027-01-01", Decimal("3759.00")),
        ("2027-02-01", Decimal("405.00")),
    ]


def test_a_fee_once_in_advance_stands_in_the_first_plan_only():
    lines = [line("Bookkeeping", "100.00"), line("Health check", "60.00", "once_advance")]

    invoices = first_invoices(lines, 0, DECEMBER, ARREARS)

    assert [invoice.amount for invoice in invoices] == [Decimal("160.00"), Decimal("100.00")]


def test_weekly_fees_count_the_weekdays_of_the_month():
    invoices = first_invoices([line("Visit", "50.00", "weekly", weekday=0)], 0, date(2025, 9, 1), ARREARS)

    assert invoices[0].amount == Decimal("250.00")


def test_an_alignment_fee_is_for_monthly_services_only():
    assert running_total([line("VAT return", "114.00", "quarterly_advance", has_alignment=True)], 8).rows == (
        ("Quarterly, in advance", Decimal("114.00")),
    )


def test_pence_are_rounded_half_up():
    assert line("Payslips", "0.15", quantity=Decimal("0.5")).amount == Decimal("0.08")


def test_a_letter_falls_into_headings_and_paragraphs():
    blocks = letter_blocks("Dear Rosalind,\r\n\r\n1. Our fees\r\nNet of VAT.\r\n\r\n# The end\r\n\r\n2026 was good.")

    assert [(block.text, block.is_heading) for block in blocks] == [
        ("Dear Rosalind,", False),
        ("1. Our fees", True),
        ("Net of VAT.", False),
        ("The end", True),
        ("2026 was good.", False),
    ]
