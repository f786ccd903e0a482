from typing import Any

import pytest

from tests.sandbox.conftest import Xero, line, words

ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)


def first(books: Xero, **changes: Any) -> Any:
    answer = books.put_invoices(books.invoice(**changes))
    assert words(answer) == []
    return answer.json()["Invoices"][0]


def refused(books: Xero, **changes: Any) -> list[str]:
    return words(books.put_invoices(books.invoice(**changes)))


def test_a_draft_comes_back_with_number_tax_and_totals(books: Xero) -> None:
    invoice = first(books, Reference="NV-2026-12-0001")
    assert invoice["InvoiceNumber"] == "INV-0001"
    assert (invoice["Status"], invoice["StatusAttributeString"], invoice["HasErrors"]) == ("DRAFT", "OK", False)
    assert (invoice["SubTotal"], invoice["TotalTax"], invoice["Total"]) == (120.0, 24.0, 144.0)
    assert (invoice["Date"], invoice["DateString"]) == ("/Date(1796083200000+0000)/", "2026-12-01T00:00:00")
    assert invoice["Contact"]["Name"] == "City Limousines"
    assert invoice["LineItems"][0]["TaxType"] == "OUTPUT2"


def test_ids_of_invoices_are_the_same_in_every_run(books: Xero) -> None:
    before = first(books)["InvoiceID"]
    books.control("reset")
    books.connect()
    assert first(books)["InvoiceID"] == before


def test_tax_is_rounded_half_up_on_each_line(books: Xero) -> None:
    lines = [line(UnitAmount=amount, TaxType="OUTPUT2") for amount in (25.06, 25.61, 25.63, 0.025, 1.125)]
    invoice = first(books, LineItems=lines)
    assert [item["TaxAmount"] for item in invoice["LineItems"]] == [5.01, 5.12, 5.13, 0.01, 0.23]
    assert invoice["TotalTax"] == 15.5


def test_unit_amounts_keep_two_decimals_unless_four_are_asked_for(books: Xero) -> None:
    wanted = books.invoice(LineItems=[line(Quantity=100, UnitAmount=1.2345)])
    assert books.put_invoices(wanted).json()["Invoices"][0]["SubTotal"] == 123.0
    assert books.put_invoices(wanted, unitdp=4).json()["Invoices"][0]["SubTotal"] == 123.45


def test_inclusive_amounts_hold_their_tax(books: Xero) -> None:
    invoice = first(books, LineAmountTypes="Inclusive")
    assert (invoice["SubTotal"], invoice["TotalTax"], invoice["Total"]) == (100.0, 20.0, 120.0)


def test_no_tax_means_none(books: Xero) -> None:
    invoice = first(books, LineAmountTypes="NoTax")
    assert (invoice["TotalTax"], invoice["LineItems"][0]["TaxType"]) == (0.0, "NONE")


def test_a_line_may_be_a_description_alone(books: Xero) -> None:
    invoice = first(books, LineItems=[{"Description": "For November"}, line()])
    assert invoice["LineItems"][0]["LineAmount"] == 0.0
    assert "Quantity" not in invoice["LineItems"][0]


def test_a_discount_is_a_negative_amount(books: Xero) -> None:
    assert first(books, LineItems=[line(), line(UnitAmount=-20)])["SubTotal"] == 100.0
    assert refused(books, LineItems=[line(UnitAmount=-20)]) == ["The total of the document cannot be negative."]


def test_one_bad_element_does_not_stop_the_good_one(books: Xero) -> None:
    good, bad = books.invoice(Reference="A"), books.invoice("Bell Bakery", Reference="B")
    answer = books.put_invoices(good, bad)
    saved, failed = answer.json()["Invoices"]
    assert answer.status_code == 200
    assert saved["StatusAttributeString"] == "OK"
    assert failed["StatusAttributeString"] == "ERROR"
    assert failed["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert failed["Reference"] == "B"
    assert failed["ValidationErrors"] == [{"Message": ARCHIVED}]


def test_summarised_errors_hide_the_good_one_which_exists(books: Xero) -> None:
    bodies = {"Invoices": [books.invoice(Reference="A"), books.invoice("Bell Bakery", Reference="B")]}
    answer = books.call("PUT", "Invoices", bodies)
    assert answer.status_code == 400
    assert (answer.json()["ErrorNumber"], answer.json()["Type"]) == (10, "ValidationException")
    assert [e["Reference"] for e in answer.json()["Elements"]] == ["B"]
    assert [i["reference"] for i in books.seen("invoices")["invoices"]] == ["A"]


def test_the_sandbox_can_force_the_summary(books: Xero) -> None:
    books.control("settings", force_summarise=True)
    assert books.put_invoices(books.invoice("Bell Bakery")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"Contact": {}}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        (
            {"LineItems": [line(AccountCode="299")]},
            "Account code '299' has been archived, or has been deleted. Each line item must reference a valid account.",
        ),
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="610")]}, "Account code '610' is not a valid code for this document."),
        ({"LineItems": [line(TaxType="INPUT2")]}, "The TaxType code 'INPUT2' cannot be used with account code '200'."),
        ({"LineItems": [line(LineAmount=121)]}, "The line total 121 does not match the expected line total 120.00"),
        ({"LineItems": [line(Quantity=-1)]}, "The quantity of a line item cannot be negative."),
        (
            {"Status": "AUTHORISED", "LineItems": [line(AccountCode=None)]},
            "The account code or ID must be specified",
        ),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
    ],
)
def test_what_xero_refuses_it_refuses_in_these_words(books: Xero, changes: dict[str, Any], message: str) -> None:
    assert message in refused(books, **changes)


def test_a_draft_needs_no_account(books: Xero) -> None:
    assert first(books, LineItems=[line(AccountCode=None)])["TotalTax"] == 0.0


def test_a_merged_contact_is_refused_like_an_archived_one(books: Xero) -> None:
    assert words(books.put_invoices(books.invoice("Copperfield Plumbing and Heating"))) == [ARCHIVED]


def test_a_number_can_be_used_once(books: Xero) -> None:
    wanted = books.invoice(InvoiceNumber="B-2612-000001")
    assert words(books.put_invoices(wanted)) == []
    assert words(books.put_invoices(wanted)) == ["Invoice # must be unique."]


def test_a_deleted_invoice_keeps_its_number(books: Xero) -> None:
    first(books, InvoiceNumber="B-1")
    books.control("invoices/B-1/delete")
    assert refused(books, InvoiceNumber="b-1") == ["Invoice # must be unique."]


def test_the_organisations_series_steps_over_numbers_in_use(books: Xero) -> None:
    first(books, InvoiceNumber="INV-0001")
    assert first(books)["InvoiceNumber"] == "INV-0002"


def test_post_with_a_known_number_changes_that_invoice(books: Xero) -> None:
    made = first(books, InvoiceNumber="B-1")
    changed = books.invoice(InvoiceNumber="B-1", LineItems=[line(UnitAmount=200)])
    answer = books.call("POST", "Invoices", {"Invoices": [changed]}).json()["Invoices"][0]
    assert (answer["InvoiceID"], answer["Total"]) == (made["InvoiceID"], 240.0)


def test_a_draft_can_be_approved_then_voided_but_not_deleted(books: Xero) -> None:
    ident = first(books)["InvoiceID"]

    def move(status: str) -> int:
        return books.call("POST", f"Invoices/{ident}", {"Status": status}).status_code

    assert [move("AUTHORISED"), move("DELETED"), move("VOIDED"), move("AUTHORISED")] == [200, 400, 200, 400]


def test_a_paid_invoice_cannot_be_edited(books: Xero) -> None:
    ident = first(books)["InvoiceID"]
    books.control(f"invoices/{ident}/pay")
    answer = books.call("POST", f"Invoices/{ident}", {"Reference": "late"}, summarizeErrors="false")
    assert words(answer) == ["This document cannot be edited as it has a payment or credit note allocated to it."]


def test_lines_left_out_of_an_update_are_gone(books: Xero) -> None:
    made = first(books, LineItems=[line(), line(Description="Payroll")])
    kept = made["LineItems"][1] | {"UnitAmount": 10, "LineAmount": None}
    changed = {"LineItems": [{k: v for k, v in kept.items() if k not in ("TaxAmount", "ValidationErrors")}]}
    lines = books.call("POST", f"Invoices/{made['InvoiceID']}", changed).json()["Invoices"][0]["LineItems"]
    assert [(item["LineItemID"], item["LineAmount"]) for item in lines] == [(kept["LineItemID"], 10.0)]


@pytest.mark.parametrize(("mode", "message_count"), [("accepted", 0), ("refused", 1)])
def test_a_locked_period_takes_or_refuses_drafts(books: Xero, mode: str, message_count: int) -> None:
    books.control("settings", lock_drafts=mode)
    books.control("lock", date="2026-12-31")
    assert len(refused(books)) == message_count


def test_a_locked_period_refuses_approved_documents(books: Xero) -> None:
    books.control("lock", date="2026-12-31")
    message = "The document date cannot be before the period lock date, currently set at 31-Dec-2026"
    assert refused(books, Status="AUTHORISED") == [message]
    books.control("lock", year_date="2026-12-31")
    assert "end of year lock date" in refused(books, Status="AUTHORISED")[0]


def test_approvals_can_run_out(books: Xero) -> None:
    books.control("seed", ApprovalLimit=1)
    first(books, Status="AUTHORISED")
    assert refused(books, Status="AUTHORISED") == ["You have reached the limit of invoices you can approve"]


def tracking(books: Xero, category: str, option: str) -> dict[str, str]:
    found = books.get("TrackingCategories", includeArchived="true")["TrackingCategories"]
    chosen = next(c for c in found if c["Name"] == category)
    ident = next(o["TrackingOptionID"] for o in chosen["Options"] if o["Name"] == option)
    return {"TrackingCategoryID": chosen["TrackingCategoryID"], "TrackingOptionID": ident}


def test_tracking_comes_back_named(books: Xero) -> None:
    chosen = [tracking(books, "Partner", "A"), {"Name": "Dept", "Option": "Tax"}]
    lines = first(books, LineItems=[line(Tracking=chosen)])["LineItems"]
    assert [(t["Name"], t["Option"]) for t in lines[0]["Tracking"]] == [("Partner", "A"), ("Dept", "Tax")]


def test_archived_tracking_is_refused_or_dropped(books: Xero) -> None:
    lines = [line(Tracking=[tracking(books, "Dept", "Audit")])]
    assert refused(books, LineItems=lines) == ["Tracking option 'Audit' has been archived."]
    books.control("settings", archived_tracking="dropped")
    assert first(books, LineItems=lines)["LineItems"][0]["Tracking"] == []


def test_tracking_under_an_unknown_name_is_dropped_without_a_word(books: Xero) -> None:
    lines = [line(Tracking=[{"Name": "Dept", "Option": "Gardening"}])]
    assert first(books, LineItems=lines)["LineItems"][0]["Tracking"] == []


def test_tracking_has_to_be_a_list(books: Xero) -> None:
    wanted = books.invoice(LineItems=[line(Tracking={"Name": "Dept", "Option": "Tax"})])
    assert books.put_invoices(wanted).status_code == 500


def test_an_unknown_theme_is_refused_or_dropped(books: Xero) -> None:
    unknown = "00000000-0000-4000-8000-00000000dead"
    assert len(refused(books, BrandingThemeID=unknown)) == 1
    books.control("settings", unknown_theme="dropped")
    standard = books.get("BrandingThemes")["BrandingThemes"][0]["BrandingThemeID"]
    assert first(books, BrandingThemeID=unknown)["BrandingThemeID"] == standard


def test_an_unknown_contact_name_makes_a_contact(books: Xero) -> None:
    assert first(books, Contact={"Name": "Newly Met Ltd"})["Contact"]["ContactID"] == books.contact("Newly Met Ltd")


def test_a_refused_invoice_makes_no_contact(books: Xero) -> None:
    refused(books, Contact={"Name": "Newly Met Ltd"}, LineItems=[])
    assert "Newly Met Ltd" not in [c["name"] for c in books.seen("contacts")["contacts"]]


def test_url_and_reference_come_back(books: Xero) -> None:
    invoice = first(books, Url="https://socket.example/i/1", Reference="R" * 255)
    assert (invoice["Url"], invoice["Reference"]) == ("https://socket.example/i/1", "R" * 255)
    assert len(refused(books, Reference="R" * 256)) == 1


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"LineAmountTypes": "NO_TAX"}, "Path 'Invoices[0].LineAmountTypes'."),
        ({"Contact": {"ContactID": "not-a-guid"}}, "Path 'Invoices[0].Contact.ContactID'."),
        ({"LineItems": [line(UnitAmount="twelve")]}, "Path 'Invoices[0].LineItems[0].UnitAmount'."),
        ({"Date": "the first"}, "Path 'Invoices[0].Date'."),
    ],
)
def test_a_document_that_cannot_be_read_changes_nothing(books: Xero, changes: dict[str, Any], place: str) -> None:
    answer = books.put_invoices(books.invoice(), books.invoice(**changes))
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)
    assert place.replace("[0]", "[1]", 1) in answer.json()["Message"]
    assert books.seen("invoices")["invoices"] == []


def test_a_body_that_is_not_json_is_refused(books: Xero) -> None:
    address = f"{books.url}/api.xro/2.0/Invoices"
    answer = books.session.put(address, data="<Invoice/>", headers=books.headers())
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")


def test_invoices_are_found_again(books: Xero) -> None:
    one = first(books, InvoiceNumber="B-1", Reference="R-1")
    two = first(books, InvoiceNumber="B-2", Date="2026-11-01", Contact={"ContactID": books.contact("City Agency")})
    books.control("invoices", contact="City Agency", number="HAND-1", amount="50")

    def numbers(**query: Any) -> list[str]:
        return sorted(i["InvoiceNumber"] for i in books.get("Invoices", **query)["Invoices"])

    assert numbers() == ["B-1", "B-2", "HAND-1"]
    assert numbers(createdByMyApp="true") == ["B-1", "B-2"]
    assert numbers(InvoiceNumbers="B-2,b-1,B-9") == ["B-1", "B-2"]
    assert numbers(IDs=two["InvoiceID"]) == ["B-2"]
    assert numbers(ContactIDs=books.contact("City Agency")) == ["B-2", "HAND-1"]
    assert numbers(Statuses="AUTHORISED,DELETED") == []
    assert numbers(where='Reference=="R-1"') == ["B-1"]
    assert numbers(where=f'Contact.ContactID==Guid("{books.contact("City Agency")}") AND Total>100') == ["B-2"]
    assert numbers(where='Date>=DateTime(2026,12,01) AND Type=="ACCREC" AND InvoiceNumber.StartsWith("B-")') == ["B-1"]
    assert numbers(where='(InvoiceNumber=="B-1" OR InvoiceNumber=="B-2") AND Status=="DRAFT"') == ["B-1", "B-2"]
    assert books.get("Invoices/B-1")["Invoices"][0]["InvoiceID"] == one["InvoiceID"]


def test_lines_come_only_with_pages_or_alone(books: Xero) -> None:
    ident = first(books)["InvoiceID"]
    assert books.get("Invoices")["Invoices"][0]["LineItems"] == []
    assert len(books.get("Invoices", page=1)["Invoices"][0]["LineItems"]) == 1
    assert len(books.get(f"Invoices/{ident}")["Invoices"][0]["LineItems"]) == 1


def test_invoices_changed_since_a_moment(books: Xero) -> None:
    books.control("clock", now="2026-12-01T00:05:00", freeze=True)
    books.connect()
    first(books, InvoiceNumber="B-1")
    books.control("clock", advance=600)
    first(books, InvoiceNumber="B-2")
    found = books.call("GET", "Invoices", headers={"If-Modified-Since": "2026-12-01T00:10:00"}, page=1).json()
    assert [i["InvoiceNumber"] for i in found["Invoices"]] == ["B-2"]


def test_an_invoice_without_a_date_gets_the_organisations_day(books: Xero) -> None:
    books.control("clock", now="2026-06-30T23:30:00")
    books.connect()
    assert first(books, Date=None)["DateString"] == "2026-07-01T00:00:00"
