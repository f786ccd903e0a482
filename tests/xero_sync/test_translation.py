"""Our invoices in Xero's words, and Xero's replies in ours."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice, InvoiceTemplate
from clients.models import Client, Practice
from tests.factories import make_account, make_client, make_invoice, make_option, make_practice
from xero_sync.records import Element, LedgerInvoice
from xero_sync.translation.elements import (
    body_of,
    client_id_of,
    contact_element,
    element_bytes,
    elements_in,
    idempotency_key,
    invoice_element,
    marker_url,
)
from xero_sync.translation.refusals import explained
from xero_sync.translation.replies import (
    INVOICE_KEYS,
    by_link,
    disagreements,
    is_ours,
    matched,
    net_total,
    under_number,
)


@pytest.fixture
def bell_bakery(db: None) -> Client:
    practice = make_practice()
    make_account(practice, "200")
    return make_client(practice, "Bell  Bakery <Leeds> Ltd", email="a@bell.example", company_number="1234567")


@pytest.fixture
def invoice(bell_bakery: Client) -> Invoice:
    made = make_invoice(bell_bakery, "120.50", number="S-00042", reference="104 September 2026", is_queued=False)
    line = made.lines.get()
    line.tracking_1 = make_option(made.practice, "Partner: B")
    line.quantity = Decimal("2.00")
    line.save()
    return made


def element(invoice: Invoice) -> dict[str, Any]:
    return invoice_element(invoice, list(invoice.lines.all()), contact_id="c-1", site_url="https://socket.example")


def test_an_invoice_is_sent_with_exactly_this(invoice: Invoice) -> None:
    assert element(invoice) == {
        "Type": "ACCREC",
        "Status": "DRAFT",
        "Contact": {"ContactID": "c-1"},
        "Date": "2026-10-01",
        "DueDate": "2026-10-15",
        "LineAmountTypes": "Exclusive",
        "LineItems": [
            {
                "Description": "Bookkeeping",
                "Quantity": 2.0,
                "UnitAmount": 120.5,
                "AccountCode": "200",
                "Tracking": [
                    {"TrackingCategoryID": "category-Partner", "TrackingOptionID": "option-Partner: B"},
                ],
            }
        ],
        "CurrencyCode": "GBP",
        "InvoiceNumber": "S-00042",
        "Reference": "104 September 2026",
        "Url": f"https://socket.example/i/{invoice.uid}",
    }


def test_no_tax_is_ever_sent(invoice: Invoice) -> None:
    assert b"Tax" not in element_bytes(element(invoice))


def test_an_approved_invoice_and_its_theme(invoice: Invoice, bell_bakery: Client) -> None:
    invoice.posting_status = "approved"
    invoice.template = InvoiceTemplate(practice=bell_bakery.practice, external_id="theme-1", name="Advisory")

    sent = element(invoice)

    assert (sent["Status"], sent["BrandingThemeID"]) == ("AUTHORISED", "theme-1")


def test_the_marker_never_contains_xeros_name(invoice: Invoice) -> None:
    assert marker_url("https://our-xero-tool.example", invoice) == ""


def test_writing_an_element_again_gives_the_same_bytes(invoice: Invoice) -> None:
    body = body_of("Invoices", [element_bytes(element(invoice))])

    assert body_of("Invoices", [element_bytes(one) for one in elements_in(body, "Invoices")]) == body


def test_the_key_fits_and_differs_for_every_batch_and_organisation() -> None:
    keys = {idempotency_key(tenant, batch, "sha") for tenant in ("t1", "t2") for batch in ("b1", "b2")}

    assert len(keys) == 4
    assert {len(key) for key in keys} == {64}


def test_a_contact_is_created_within_xeros_rules(bell_bakery: Client) -> None:
    sent = contact_element(bell_bakery)

    assert sent["Name"] == "Bell Bakery Leeds Ltd"
    assert client_id_of(sent["ContactNumber"]) == bell_bakery.pk
    assert sent["CompanyNumber"] == "01234567"
    assert client_id_of("CL-003") is None


def test_an_email_that_xero_refuses_is_left_out(bell_bakery: Client) -> None:
    bell_bakery.email = "büro@bell.example"

    assert "EmailAddress" not in contact_element(bell_bakery)


# ── Replies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def answer(ok: bool = True, **data: Any) -> Element:
    return Element(ok, () if ok else ("No.",), data)


SENT = [{"InvoiceNumber": "S-1", "Url": "u/1", "Reference": "r"}, {"InvoiceNumber": "S-2", "Url": "u/2"}]


def test_elements_are_matched_by_number_whatever_their_order() -> None:
    found = matched(SENT, [answer(InvoiceNumber="S-2"), answer(InvoiceNumber="S-1")], INVOICE_KEYS)

    assert {place: one.data["InvoiceNumber"] for place, one in found.items()} == {0: "S-1", 1: "S-2"}


def test_an_element_without_a_number_is_matched_by_its_marker_or_reference() -> None:
    found = matched(SENT, [answer(False, Reference="r"), answer(Url="U/2")], INVOICE_KEYS)

    assert sorted(found) == [0, 1]


def test_a_stranger_is_no_answer_even_with_our_reference() -> None:
    found = matched(SENT, [answer(InvoiceNumber="S-9", Reference="r")], INVOICE_KEYS)

    assert found == {}


def test_position_alone_proves_nothing() -> None:
    assert matched(SENT, [answer(), answer()], INVOICE_KEYS) == {}


def test_the_only_answer_to_the_only_question_counts_where_it_is_a_refusal() -> None:
    assert matched(SENT[:1], [answer(False)], INVOICE_KEYS).keys() == {0}
    assert matched(SENT[:1], [answer(True)], INVOICE_KEYS) == {}


UNNUMBERED = [
    {"Url": f"u/{place}", "Reference": "October", "Contact": {"ContactID": contact}}
    for place, contact in enumerate(["A", "B", "C", "C"])
]
REST = [answer(Url="u/2"), answer(Url="u/3")]


def refusal_of(contact: str, **data: Any) -> Element:
    return Element(False, ("No.",), {"Contact": {"ContactID": contact}, "Reference": "October", **data})


def test_refusals_without_a_key_belong_to_what_nothing_else_answers_for() -> None:
    found = matched(UNNUMBERED, [refusal_of("b"), *REST, refusal_of("a")], INVOICE_KEYS)

    assert found.keys() == {0, 1, 2, 3}
    assert [found[place].data["Contact"]["ContactID"] for place in (0, 1)] == ["a", "b"]


def test_the_last_refusal_of_all_needs_no_contact() -> None:
    found = matched(UNNUMBERED, [answer(Url="u/0"), answer(False, Reference="October"), *REST], INVOICE_KEYS)

    assert found.keys() == {0, 1, 2, 3}


def test_the_last_refusal_of_all_is_not_ours_where_it_is_of_another_contact() -> None:
    found = matched(UNNUMBERED, [answer(Url="u/0"), refusal_of("d"), *REST], INVOICE_KEYS)

    assert found.keys() == {0, 2, 3}


def test_refusals_for_the_same_contact_cannot_be_told_apart() -> None:
    elements = [answer(Url="u/0"), answer(Url="u/1"), refusal_of("c"), refusal_of("c")]

    assert matched(UNNUMBERED, elements, INVOICE_KEYS).keys() == {0, 1}


@pytest.mark.parametrize(
    "strangers",
    [
        [refusal_of("a"), refusal_of("d")],  # of a contact that nothing was sent for
        [refusal_of("a"), refusal_of("a")],  # one twice, the other not at all
        [refusal_of("a"), refusal_of("b", Reference="May")],
        [refusal_of("a"), refusal_of("b", InvoiceNumber="INV-9")],
        [refusal_of("a"), refusal_of("b", Url="u/9")],
        [refusal_of("a"), Element(True, (), {"Contact": {"ContactID": "B"}, "Reference": "October"})],
        [refusal_of("a"), answer(False, Reference="October")],
        [answer(False), answer(False)],
        [refusal_of("a")],  # Xero is silent about the other
    ],
)
def test_nothing_is_eliminated_where_something_does_not_fit(strangers: list[Element]) -> None:
    assert matched(UNNUMBERED, [*REST, *strangers], INVOICE_KEYS).keys() == {2, 3}


def there(**changes: Any) -> LedgerInvoice:
    facts = {
        "external_id": "x",
        "number": "S-1",
        "type": "ACCREC",
        "status": "DRAFT",
        "contact_id": "c-1",
        "date": date(2026, 10, 1),
        "reference": "r",
        "url": "",
        "currency": "GBP",
        "subtotal": Decimal("241.00"),
        "line_count": 1,
    }
    return LedgerInvoice(**{**facts, **changes})


@pytest.mark.parametrize("statuses", [("AUTHORISED", "DELETED"), ("DELETED", "AUTHORISED")])
def test_of_two_that_carry_one_marker_a_live_one_counts(statuses: Sequence[str]) -> None:
    found = by_link([there(status=status, url="https://Socket.example/i/1") for status in statuses])

    assert found["https://socket.example/i/1"].status == "AUTHORISED"


OURS: dict[str, Any] = {
    "InvoiceNumber": "S-1",
    "Contact": {"ContactID": "c-1"},
    "Date": "2026-10-01",
    "Reference": "r",
    "CurrencyCode": "GBP",
    "Url": "u/1",
    "LineItems": [{"Quantity": 2.0, "UnitAmount": 120.5}],
}


@pytest.mark.parametrize(
    ("changes", "is_it"),
    [
        ({}, True),
        ({"url": "u/1", "subtotal": Decimal(1)}, True),
        ({"url": "u/2"}, False),
        ({"subtotal": Decimal("99.00")}, False),
        ({"contact_id": "c-2"}, False),
        ({"type": "ACCPAY", "url": "u/1"}, False),
    ],
)
def test_an_invoice_under_our_number_is_ours_by_its_marker_or_its_content(changes: dict[str, Any], is_it: bool) -> None:
    assert is_ours(there(**changes), OURS) is is_it


def test_a_bill_or_a_voided_invoice_of_a_person_under_our_number_does_not_hide_ours() -> None:
    bill = there(external_id="bill", type="ACCPAY", url="")
    theirs = there(external_id="theirs", status="VOIDED", url="", reference="By hand")
    ours = there(external_id="ours")

    assert under_number([ours, theirs, bill], OURS) == ours
    assert under_number([theirs, bill], OURS) == theirs
    assert under_number([bill], OURS) is None


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"status": "DELETED"}, ["deleted"]),
        ({"status": "VOIDED"}, ["deleted"]),
        ({"subtotal": Decimal("240.99")}, ["total"]),
        ({"contact_id": "c-2"}, ["contact"]),
        ({"date": date(2026, 10, 2), "line_count": 2}, ["edited"]),
        ({"status": "AUTHORISED"}, []),
    ],
)
def test_what_differs_in_xero_is_named(changes: dict[str, Any], kinds: list[str]) -> None:
    assert [kind for kind, _ in disagreements(there(**changes), OURS)] == kinds


def test_lines_are_rounded_as_xero_rounds_them() -> None:
    lines = [{"Quantity": 0.5, "UnitAmount": 0.05}, {"Quantity": 3.0, "UnitAmount": 33.33}]

    assert net_total({"LineItems": lines}) == Decimal("100.02")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (
            "The contact with the specified contact details has been archived. The contact must be un-archived before "
            "creating new invoices or credit notes.",
            "CONTACT_ARCHIVED",
        ),
        ("Invoice # must be unique.", "NUMBER_TAKEN"),
        (
            "The contact name Bell Bakery is already assigned to another contact. The contact name must be unique "
            "across all active contacts.",
            "CONTACT_NAME_TAKEN",
        ),
        (
            "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account.",
            "ACCOUNT_INVALID",
        ),
        ("Account code '200' is not a valid code for this document.", "ACCOUNT_INVALID"),
        ("The account code or ID must be specified", "ACCOUNT_MISSING"),
        (
            "The document date cannot be before the period lock date, currently set at 30-Nov-2018",
            "LOCKED_PERIOD",
        ),
        ("The document date cannot be before the end of year lock date, currently set at 31-Mar-2018", "LOCKED_PERIOD"),
        ("The TaxType code 'x' cannot be used with account code 'y'.", "VALIDATION"),
        ("Organisation is not subscribed to currency EUR", "VALIDATION"),
    ],
)
def test_xeros_words_have_a_code_and_a_plain_sentence(words: str, code: str) -> None:
    reason = explained([words])

    assert reason.code == code
    assert reason.words == words
    assert reason.reason


def test_contact_numbers_of_two_practices_differ(bell_bakery: Client) -> None:
    other: Practice = make_practice("Ashgrove Tax")

    assert contact_element(bell_bakery)["ContactNumber"] != contact_element(make_client(other, "Bell"))["ContactNumber"]
