import csv
import io
import json

import pytest

from clients.translation import TEMPLATE, KnownClient, ReadRow, Unreadable, plan_rows, read_file

HEADER = "*ContactName,EmailAddress,FirstName,LastName,POAddressLine1,POCity,PhoneNumber,TaxNumber,CompanyNumber"

# The header rows of Xero's two layouts, shortened to what tells them apart.
LAYOUT_A = "*ContactName,AccountNumber,EmailAddress,TaxNumber,LegalName,CompanyNumber,Person1IncludeInEmail"
LAYOUT_B = (
    "*ContactName,AccountNumber,EmailAddress,TaxNumberName,TaxNumber,LegalName,CompanyNumber,Person1IncludeInEmails"
)


def read(text: str, encoding: str = "utf-8"):
    return read_file(text.encode(encoding))


def only_row(text: str):
    [row] = read(text).rows
    return row


def test_a_row_of_xeros_export_becomes_the_values_of_a_client():
    row = only_row(f"{HEADER}\r\nBell Bakery Ltd,Ann@Bell.Example,Ann,Bell,1 High St,Bath,01632 960000,GB1,6230514\r\n")
    assert (row.number, row.name) == (2, "Bell Bakery Ltd")
    assert row.values == {
        "name": "Bell Bakery Ltd",
        "email": "ann@bell.example",
        "contact_name": "Ann Bell",
        "address": "1 High St\nBath",
        "phone": "01632 960000",
        "vat_number": "GB1",
        "company_number": "06230514",
        "likely_type": "limited_company",
    }


@pytest.mark.parametrize("header", [LAYOUT_A, LAYOUT_B])
def test_both_layouts_of_xero_are_read_by_their_column_names(header):
    cells = {"*ContactName": "Bell", "EmailAddress": "a@b.example", "TaxNumber": "GB7", "CompanyNumber": "123"}
    row = only_row(header + "\n" + ",".join(cells.get(name, "") for name in header.split(",")))
    assert row.values["vat_number"] == "GB7"
    assert row.values["company_number"] == "00000123"


def test_columns_may_be_missing_extra_moved_and_written_in_another_case():
    row = only_row("favourite colour,EMAILADDRESS,contactname\nred,a@b.example,Bell")
    assert (row.values["name"], row.values["email"]) == ("Bell", "a@b.example")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encodings_in_which_spreadsheets_save_are_understood(encoding):
    assert read("Name,Email\r\nCafé Llyn,a@b.example\r\n", encoding).rows[0].name == "Café Llyn"


def test_a_semicolon_or_a_tab_may_stand_between_the_cells():
    assert only_row("Name;Email\nBell, Baker;a@b.example").values["name"] == "Bell, Baker"
    assert only_row("Name\tEmail\nBell\ta@b.example").values["email"] == "a@b.example"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "Excel workbook of the old kind"),
        (b"Name,Email\r\n", "no rows"),
        (b"Firm,Mail\r\nBell,a@b.example", "no column ContactName"),
        (b"Name,Name\r\nBell,Bell", "twice"),
        (b"Name,Email\r\nB\x81ll,a", "encoding"),
        (b"Name\r\nB\x01ll", "does not hold text"),
        (b'Name\r\n"Bell' + b"x" * 140_000, "never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(content, words):
    with pytest.raises(Unreadable, match=words):
        read_file(content)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (",a@b.example", "no name"),
        ("Ltd…,not an address", "is not an e-mail address"),
        ("=cmd|'/C calc'!A0,a@b.example", "holds a formula"),
        ('"=HYPERLINK(""http://x"")",a@b.example', "holds a formula"),
        ("+cmd|' /C calc'!A0,a@b.example", "holds a formula"),
        ("@SUM(A1),a@b.example", "holds a formula"),
        (f"{'x' * 256},a@b.example", "256 characters and 255 fit"),
        ("Bell,a@b.example,more", "more cells than the header"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(cells, words):
    assert words in only_row(f"Name,Email\n{cells}").problem


def test_a_phone_number_with_a_plus_is_no_formula_and_an_escaped_cell_gets_its_text_back():
    assert only_row("Name,Phone\nBell,+44 1632 960000").values["phone"] == "+44 1632 960000"
    assert only_row("Name,Phone\nBell,'+44 1632 960000").values["phone"] == "+44 1632 960000"


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("Type", "Shop", "is none of ours"),
        ("Year end day", "31", "both a day and a month"),
        ("Client ID", "x1", "not a number"),
        ("Tags", "y" * 61, "60 characters"),
    ],
)
def test_our_template_is_checked_too(header, cell, words):
    assert words in only_row(f"Name,{header}\nBell,{cell}").problem


def test_our_template_gives_everything_that_a_client_has():
    header = "Client ID,Name,Type,Year end day,Year end month,Tags,Group"
    assert only_row(f'{header}\n7,Bell,LLP,31,March,"vip, payroll",Bells').values == {
        "id": 7,
        "name": "Bell",
        "type": "llp",
        "year_end_day": 31,
        "year_end_month": 3,
        "tags": ["payroll", "vip"],
        "group": "Bells",
    }


def plan(rows, known=(), owners=None):
    read_rows = [ReadRow(number, row["name"], row) for number, row in enumerate(rows, start=2)]
    return [(each.outcome, each.reason) for each in plan_rows(read_rows, known, owners or {})]


def bell(pk=1, **values):
    return KnownClient(pk, {"name": "Bell Bakery Ltd", "email": "", "company_number": "", **values})


def test_a_client_is_known_by_its_company_number_whatever_it_is_called():
    known = [bell(company_number="06230514", name="Old Name Ltd")]
    assert plan([{"name": "New Name Ltd", "company_number": "06230514"}], known) == [("changed", "Changes name")]


def test_a_client_is_known_by_its_name_and_email():
    known = [bell(email="a@bell.example")]
    assert plan([{"name": "Bell Bakery Ltd", "email": "a@bell.example"}], known) == [("unchanged", "")]
    assert plan([{"name": "Bell Bakery Ltd", "email": "b@bell.example"}], known) == [("new", "")]


def test_one_name_under_two_company_numbers_is_two_clients():
    known = [bell(company_number="11111111")]
    assert plan([{"name": "Bell Bakery Ltd", "company_number": "22222222"}], known) == [("new", "")]


def test_when_several_clients_have_the_name_nobody_guesses():
    known = [bell(1, email="a@bell.example"), bell(2, email="b@bell.example")]
    [(outcome, reason)] = plan([{"name": "Bell Bakery"}], known)
    assert (outcome, "2 clients have this name" in reason) == ("rejected", True)


def test_the_second_row_of_one_client_is_rejected_and_names_the_first():
    rows = [{"name": "Bell", "company_number": "1"}, {"name": "Bell Two", "company_number": "1"}, {"name": "bell ltd"}]
    assert [outcome for outcome, _ in plan(rows)] == ["new", "rejected", "rejected"]
    assert "row 2 again" in plan(rows)[1][1]


def test_an_unknown_client_id_is_rejected():
    [(outcome, reason)] = plan([{"name": "Bell", "id": 99}], [bell(1)])
    assert (outcome, "No client has the Client ID 99" in reason) == ("rejected", True)


def test_an_owner_is_found_by_name_or_the_row_is_rejected():
    assert plan([{"name": "Bell", "owner_name": "TESS"}], owners={"tess": 4}) == [("new", "")]
    [(outcome, _)] = plan([{"name": "Bell", "owner_name": "Tess"}])
    assert outcome == "rejected"


def test_a_guessed_type_never_overwrites_one():
    assert plan([{"name": "Bell Bakery Ltd", "likely_type": "other"}], [bell(type="charity")]) == [("unchanged", "")]


def test_values_survive_as_json():
    rows = read(f"{HEADER}\nBell,a@b.example,,,,,,,\n").rows
    assert json.loads(json.dumps(rows[0].values)) == rows[0].values


def test_a_name_with_line_breaks_and_commas_in_quotes_is_one_cell():
    out = io.StringIO()
    csv.writer(out).writerows([["Name", "Address"], ["Bell, Baker", "1 High St\nBath"]])
    assert only_row(out.getvalue()).values["address"] == "1 High St\nBath"


def test_our_own_template_is_read_by_its_name_although_it_has_a_contact_name() -> None:
    row = f"{TEMPLATE.strip()}\n,Oxbow Studios Ltd,,,,Sam Hale,sam@oxbow.example,,,,,,,,,\n"

    sheet = read_file(row.encode())

    assert (sheet.layout, sheet.rows[0].name) == ("template", "Oxbow Studios Ltd")
    assert sheet.rows[0].values["contact_name"] == "Sam Hale"
