from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calendar import add_months
from billing.drafting import (
    alignment_amount,
    change_type,
    invoice_drafts,
    invoice_reference,
    plan_lines,
    posting_status,
    row_drafts,
    slots,
    terms_sentence,
)
from billing.models import BillingMethod, Invoice, PlanLine, PlanRow, PostingStatus, TermsRule
from billing.records import BillableLine, BilledLine, EffectiveTerms, EngagedTerms, InvoiceDraft, Tracking

SEPTEMBER, OCTOBER, DECEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 12, 1)
PARTNER_A, PARTNER_B = Tracking(1, 1, "Partner: A"), Tracking(2, 1, "Partner: B")
PARTNER_C, BOOKKEEPING = Tracking(3, 1, "Partner: C"), Tracking(4, 2, "Department: Bookkeeping")
Change, Kind = PlanRow.Change, PlanLine.Kind


def engaged(price: str = "100.00", method: str = BillingMethod.MONTHLY, **facts: Any) -> EngagedTerms:
    start = facts.pop("starts_on", SEPTEMBER)
    kept = {"id": 1, "client_id": 7, "name": "Bookkeeping", "starts_on": start, "anchor": start, **facts}
    return EngagedTerms(price=Decimal(price), billing_method=method, **kept)


def only_line(service: EngagedTerms, month: date = SEPTEMBER) -> Any:
    (line,) = plan_lines([service], month)
    return line


def billed(amount: str, name: str = "Bookkeeping", *, is_cyclical: bool = False) -> BilledLine:
    return BilledLine(name, Decimal(amount), is_cyclical)


def billable(amount: str = "100.00", kind: str = Kind.RECURRING, **facts: Any) -> BillableLine:
    price = Decimal(amount)
    kept = {"description": "Bookkeeping, September 2026", "proposal_number": 104, **facts}
    return BillableLine(kind=kind, quantity=Decimal("1"), unit_price=price, amount=price, **kept)


def drafts(lines: list[BillableLine], **terms: Any) -> list[InvoiceDraft]:
    return invoice_drafts(
        lines,
        EffectiveTerms(**terms),
        kind=Invoice.Kind.RECURRING,
        month=SEPTEMBER,
        posted_on=OCTOBER,
        period="September 2026",
    )


# ── Plan lines ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("service", "month", "description", "why"),
    [
        (engaged(), SEPTEMBER, "Bookkeeping, September 2026", "Monthly: first month September 2026"),
        (engaged(), OCTOBER, "Bookkeeping, October 2026", "Monthly: since September 2026"),
        (
            engaged(method=BillingMethod.QUARTERLY),
            DECEMBER,
            "Bookkeeping, December 2026 to February 2027",
            "Quarterly in advance: 3 months after September 2026",
        ),
        (
            engaged(method=BillingMethod.ANNUALLY),
            SEPTEMBER,
            "Bookkeeping, September 2026 to August 2027",
            "Annually in advance: start month September 2026",
        ),
        (
            engaged(method=BillingMethod.WEEKLY, weekday=4),
            OCTOBER,
            "Bookkeeping, 5 Fridays in October 2026",
            "Weekly: 5 Fridays in October 2026",
        ),
        (
            engaged(method=BillingMethod.ONCE_ADVANCE),
            SEPTEMBER,
            "Bookkeeping",
            "Once in advance: start month September 2026",
        ),
        (
            engaged(method=BillingMethod.ONCE_ADVANCE),
            OCTOBER,
            "Bookkeeping",
            "Once in advance: start month September 2026, not billed until now",
        ),
    ],
)
def test_a_line_says_what_it_is_for_and_why_it_is_due(
    service: EngagedTerms, month: date, description: str, why: str
) -> None:
    line = only_line(service, month)
    assert (line.description, line.why) == (description, why)


def test_a_line_for_another_entity_is_labelled_with_it() -> None:
    assert only_line(engaged(entity_name="Bell Estates")).description == "Bookkeeping (Bell Estates), September 2026"


def test_the_amount_is_price_times_quantity_rounded_half_up() -> None:
    assert only_line(engaged("33.33", quantity=Decimal("1.50"))).amount == Decimal("50.00")
    assert only_line(engaged("0.05", quantity=Decimal("0.10"))).amount == Decimal("0.01")


def test_example_19_weekly_50_pounds_comes_to_250_in_september_2025() -> None:
    start = date(2025, 9, 1)
    line = only_line(engaged("50.00", BillingMethod.WEEKLY, starts_on=start), start)
    assert (line.quantity, line.amount) == (Decimal("5"), Decimal("250.00"))


def test_example_9_an_alignment_fee_follows_its_service_and_counts_its_months() -> None:
    fee, alignment = plan_lines([engaged(alignment_amount=Decimal("600.00"))], SEPTEMBER)
    assert (fee.kind, fee.amount) == (Kind.RECURRING, Decimal("100.00"))
    assert (alignment.kind, alignment.amount) == (Kind.ALIGNMENT, Decimal("600.00"))
    assert alignment.description == "Alignment fee: Bookkeeping, 6 months"


def test_an_alignment_fee_that_was_billed_is_not_due_again() -> None:
    assert only_line(engaged(alignment_amount=Decimal("600.00"), was_aligned=True)).kind == Kind.RECURRING


@pytest.mark.parametrize(
    ("start", "amount"),
    [(OCTOBER, "600.00"), (date(2026, 4, 1), "0.00"), (date(2026, 3, 1), "1100.00")],
)
def test_example_9_the_alignment_amount_by_start_month(start: date, amount: str) -> None:
    assert alignment_amount(Decimal("100.00"), start, 3) == Decimal(amount)


def test_without_a_year_end_nothing_is_aligned() -> None:
    assert alignment_amount(Decimal("100.00"), OCTOBER, None) == 0


@given(
    st.lists(st.sampled_from(list(BillingMethod)), min_size=1, max_size=6),
    st.integers(1, 23),
    st.decimals("0.01", "5000", places=2),
)
def test_nothing_is_billed_twice_across_an_adjustment(methods: list[str], adjusted: int, price: Decimal) -> None:
    """Two years with an adjustment in some month bill what two years without one bill."""
    months = [add_months(SEPTEMBER, k) for k in range(24)]
    cut = months[adjusted]
    plain = [engaged(str(price), method, id=k) for k, method in enumerate(methods)]
    before = [engaged(str(price), method, id=k, last_month=add_months(cut, -1)) for k, method in enumerate(methods)]
    after = [
        engaged(str(price), method, id=100 + k, starts_on=cut, anchor=SEPTEMBER) for k, method in enumerate(methods)
    ]
    assert billed_over(months, plain) == billed_over(months, [*before, *after])


def billed_over(months: list[date], services: list[EngagedTerms]) -> list[list[tuple[str, Decimal]]]:
    """What a practice that approves every month bills; a service remembers what it, or what it continues, billed."""
    once: set[int] = set()
    found = []
    for month in months:
        known = [_with(service, once) for service in services]
        lines = plan_lines(known, month)
        once |= {line.engaged_service_id % 100 for line in lines if line.kind == Kind.ONE_OFF}
        found.append(sorted((line.name, line.amount) for line in lines))
    return found


def _with(service: EngagedTerms, once: set[int]) -> EngagedTerms:
    facts = {name: getattr(service, name) for name in EngagedTerms.__dataclass_fields__}
    return EngagedTerms(**{**facts, "was_billed": service.id % 100 in once})


# ── Change types ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ([billed("270.00")], [billed("200.00")], Change.EXPANSION),
        ([billed("240.00")], [billed("270.00")], Change.CONTRACTION),
        ([billed("200.00"), billed("40.00", "Payroll")], [billed("240.00")], Change.CHANGED),
        ([billed("240.00")], [billed("240.00", "Payroll")], Change.CHANGED),
        ([billed("240.00")], [billed("240.00")], Change.NONE),
        ([], [billed("240.00")], Change.CHURN),
        ([billed("240.00")], [], Change.RETURNING),
        ([billed("100.00"), billed("300.00", is_cyclical=True)], [billed("100.00")], Change.CYCLICAL),
        ([billed("100.00")], [billed("100.00"), billed("300.00", is_cyclical=True)], Change.CYCLICAL),
        ([billed("120.00"), billed("300.00", is_cyclical=True)], [billed("100.00")], Change.EXPANSION),
        ([], [billed("300.00", is_cyclical=True)], Change.CYCLICAL),
        ([billed("300.00", is_cyclical=True)], [], Change.CYCLICAL),
        (
            [billed("300.00", "VAT return", is_cyclical=True)],
            [billed("300.00", "Accounts", is_cyclical=True)],
            Change.CHANGED,
        ),
    ],
)
def test_the_change_type_is_decided_by_the_lines(now: Any, before: Any, expected: str) -> None:
    assert change_type(now, before) == expected


def test_a_client_that_was_never_billed_is_new_whatever_the_lines() -> None:
    assert change_type([billed("300.00", is_cyclical=True)], [], is_first=True) == Change.NEW


def test_a_client_that_left_after_its_quarter_churns() -> None:
    assert change_type([], [billed("300.00", is_cyclical=True)], is_engaged=False) == Change.CHURN


def test_a_client_engaged_again_with_a_quarter_is_returning() -> None:
    assert change_type([billed("300.00", is_cyclical=True)], [], was_engaged=False) == Change.RETURNING


def test_a_client_without_lines_now_and_last_month_has_no_row() -> None:
    assert row_drafts([engaged(method=BillingMethod.ANNUALLY)], OCTOBER, last={7: []}, billed_before={7}) == []


@given(st.lists(st.tuples(st.integers(1, 5), st.decimals("0", "9999", places=2)), max_size=30))
def test_the_rows_add_up_to_the_lines(services: list[tuple[int, Decimal]]) -> None:
    engagedly = [engaged(str(price), id=k, client_id=client) for k, (client, price) in enumerate(services)]
    rows = row_drafts(engagedly, SEPTEMBER, last={}, billed_before=set())
    assert sum(row.amount for row in rows) == sum(line.amount for line in plan_lines(engagedly, SEPTEMBER))
    assert {row.client_id for row in rows} == {client for client, _ in services}


# ── Invoices ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_example_11_three_recurring_lines_become_one_and_the_one_off_line_stays_apart() -> None:
    lines = [billable("100.00"), billable("50.00"), billable("25.00"), billable("60.00", Kind.ONE_OFF)]
    (invoice,) = drafts(lines, is_recurring_consolidated=True)
    assert [(line.description, line.amount) for line in invoice.lines] == [
        ("Professional services, September 2026", Decimal("175.00")),
        ("Bookkeeping, September 2026", Decimal("60.00")),
    ]
    assert invoice.lines[0].why.startswith("3 lines in one: Bookkeeping, September 2026 £100.00;")


def test_lines_of_different_accounts_or_tracking_are_never_merged() -> None:
    lines = [
        billable("1.00", account_id=1),
        billable("2.00", account_id=2),
        billable("4.00", account_id=1),
        billable("8.00", account_id=1, line_tracking=PARTNER_A),
    ]
    (invoice,) = drafts(lines, is_recurring_consolidated=True)
    assert [line.amount for line in invoice.lines] == [Decimal("5.00"), Decimal("2.00"), Decimal("8.00")]


def test_a_single_line_keeps_its_own_words_when_consolidated() -> None:
    (invoice,) = drafts([billable()], is_recurring_consolidated=True)
    assert invoice.lines[0].description == "Bookkeeping, September 2026"


def test_lines_of_another_entity_are_consolidated_by_their_own_switch_and_per_entity() -> None:
    lines = [billable("1.00", entity_name="Bell Estates"), billable("2.00", entity_name="Bell Estates")]
    lines += [billable("4.00", entity_name="Bell Farms"), billable("8.00")]
    apart = drafts(lines, is_recurring_consolidated=True)[0]
    merged = drafts(lines, is_entity_consolidated=True)[0]
    assert len(apart.lines) == 4
    assert [line.amount for line in merged.lines] == [Decimal("3.00"), Decimal("4.00"), Decimal("8.00")]
    assert merged.lines[0].description == "Professional services (Bell Estates), September 2026"


def test_the_account_is_the_services_own_else_the_default_of_its_kind() -> None:
    lines = [billable(account_id=9), billable(), billable(kind=Kind.ONE_OFF), billable(kind=Kind.ALIGNMENT)]
    (invoice,) = drafts(lines, recurring_account_id=1, one_off_account_id=2)
    assert [line.account_id for line in invoice.lines] == [9, 1, 2, 1]


def test_example_18_the_line_and_the_service_win_over_client_and_owner() -> None:
    found = slots(line=PARTNER_B, client=PARTNER_A, service=BOOKKEEPING, owner=PARTNER_C)
    assert found == (PARTNER_B, BOOKKEEPING, "")


def test_example_18_an_owner_of_the_same_category_is_dropped_and_flagged() -> None:
    line = billable(line_tracking=PARTNER_B)
    (invoice,) = drafts([line], client_tracking=PARTNER_A, owner_tracking=PARTNER_C)
    assert (invoice.lines[0].tracking_1, invoice.lines[0].tracking_2) == (PARTNER_B, None)
    assert invoice.lines[0].note == "Partner: C was left out: it is from the same tracking category as Partner: B."


def test_the_client_and_the_owner_stand_in_where_line_and_service_have_none() -> None:
    assert slots(line=None, client=PARTNER_A, service=None, owner=BOOKKEEPING) == (PARTNER_A, BOOKKEEPING, "")
    assert slots(line=None, client=None, service=BOOKKEEPING, owner=None) == (None, BOOKKEEPING, "")


def test_the_same_option_twice_is_sent_once_and_is_nothing_to_flag() -> None:
    assert slots(line=PARTNER_A, client=None, service=None, owner=PARTNER_A) == (PARTNER_A, None, "")


@pytest.mark.parametrize("is_own", [True, False])
def test_alignment_lines_join_or_form_an_invoice_of_their_own(is_own: bool) -> None:
    found = drafts([billable(), billable("600.00", Kind.ALIGNMENT)], has_own_alignment_invoice=is_own)
    assert [(draft.group, draft.total) for draft in found] == (
        [("alignment", Decimal("600.00")), ("main", Decimal("100.00"))] if is_own else [("main", Decimal("700.00"))]
    )


def test_no_lines_make_no_invoice() -> None:
    assert drafts([]) == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{proposal} {period} {po}", "98, 104 September 2026 PO-7"),
        ("Proposal {proposal} / {po}", "Proposal 98, 104 / PO-7"),
        ("{unknown} {", "{unknown} {"),
        ("", ""),
    ],
)
def test_the_reference_follows_the_practices_pattern(pattern: str, expected: str) -> None:
    found = invoice_reference(pattern, proposals=[104, 98, 104], period="September 2026", purchase_order="PO-7")
    assert found == expected


def test_an_empty_placeholder_leaves_no_gap() -> None:
    assert invoice_reference("{proposal} / {period} {po}", proposals=[], period="", purchase_order="PO-7") == "PO-7"


def test_a_purchase_order_that_looks_like_a_placeholder_is_kept_as_it_is() -> None:
    found = invoice_reference("{po} {period}", proposals=[], period="{po}", purchase_order="{x}")
    assert found == "{x} {po}"


def test_the_posting_status_is_the_kinds_own_and_draft_under_an_excluded_template() -> None:
    terms = {"acceptance_status": PostingStatus.APPROVED}
    assert posting_status(EffectiveTerms(**terms), Invoice.Kind.ACCEPTANCE) == "approved"
    assert posting_status(EffectiveTerms(**terms), Invoice.Kind.RECURRING) == "draft"
    assert posting_status(EffectiveTerms(**terms, is_always_draft=True), Invoice.Kind.ACCEPTANCE) == "draft"


def test_the_terms_are_said_in_words() -> None:
    assert terms_sentence(TermsRule.AFTER_DATE, 14) == "14 days after the invoice date"
    assert terms_sentence(TermsRule.NEXT_MONTH, 20) == "day 20 of next month"


options = st.sampled_from([None, PARTNER_A, PARTNER_B, BOOKKEEPING])
lines_of_a_client = st.lists(
    st.builds(
        billable,
        st.decimals("0.01", "9999", places=2).map(str),
        st.sampled_from(list(Kind)),
        account_id=st.sampled_from([None, 1, 2]),
        line_tracking=options,
        service_tracking=options,
        entity_name=st.sampled_from(["", "Bell Estates"]),
    ),
    max_size=12,
)


@given(lines_of_a_client, st.booleans(), st.booleans(), st.booleans(), st.booleans(), options, options)
def test_whatever_is_merged_the_invoices_add_up_to_the_lines(
    lines: list[BillableLine], recurring: bool, one_off: bool, entity: bool, own: bool, client: Any, owner: Any
) -> None:
    found = drafts(
        lines,
        is_recurring_consolidated=recurring,
        is_one_off_consolidated=one_off,
        is_entity_consolidated=entity,
        has_own_alignment_invoice=own,
        client_tracking=client,
        owner_tracking=owner,
    )
    assert sum(draft.total for draft in found) == sum(line.amount for line in lines)
    for line in (line for draft in found for line in draft.lines):
        first, second = line.tracking_1, line.tracking_2
        assert first is None or second is None or first.category_id != second.category_id


def test_ad_hoc_work_has_no_proposal_to_name() -> None:
    found = invoice_reference("Proposal {proposal}, {period}", proposals=[], period="October 2026", purchase_order="")
    assert found == "October 2026"
