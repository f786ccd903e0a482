import subprocess
import sys

import pytest
import requests

from tests.sandbox.conftest import Xero


def test_the_page_shows_what_was_received(books: Xero) -> None:
    books.put_invoices(books.invoice(Reference="NV-1"))
    page = books.session.get(f"{books.url}/").text
    assert "North &amp; Vale Accountants" in page
    assert "INV-0001" in page
    assert "NV-1" in page
    assert "PUT /api.xro/2.0/Invoices" in page


def test_a_button_of_the_page_leads_back_to_it(books: Xero) -> None:
    ident = books.contact("City Agency")
    answer = books.session.post(f"{books.url}/_sandbox/contacts/{ident}/archive", data={"tenant": books.tenant_id})
    assert answer.url.startswith(f"{books.url}/_sandbox/?tenant=")
    assert "City Agency: archive done." in answer.text


def test_a_button_that_cannot_work_says_why(books: Xero) -> None:
    archived = books.contact("City Agency")
    books.control("contacts/City Agency/archive")
    books.call("PUT", "Contacts", {"Contacts": [{"Name": "City Agency"}]})
    answer = books.session.post(f"{books.url}/_sandbox/contacts/{archived}/restore", data={"tenant": ""})
    assert "is already assigned to another contact" in answer.text


def test_merging_names_the_successor(books: Xero) -> None:
    merged = books.control("contacts/City Agency/merge", into="City Limousines")["contact"]
    assert (merged["status"], merged["merged_to"]) == ("ARCHIVED", books.contact("City Limousines"))


def test_a_seed_adds_to_the_first_organisation(books: Xero) -> None:
    many = [{"Name": f"Client {n:03d}", "ContactNumber": f"S-{n}"} for n in range(120)]
    themes = [{"Name": "Plain"}]
    assert books.control("seed", Contacts=many, BrandingThemes=themes)["planted"] == {
        "Contacts": 120,
        "BrandingThemes": 1,
    }
    assert books.get("Contacts", page=2, pageSize=100)["pagination"]["itemCount"] == 145


def test_a_seed_may_bring_another_organisation_and_user(xero: Xero) -> None:
    ident = "70000000-0000-4000-8000-0000000000aa"
    organisation = {"TenantID": ident, "Name": "Dale & Daughters", "Accounts": [{"Code": "200", "Name": "Fees"}]}
    user = {"Name": "Dora Dale", "EmailAddress": "dora@dale.example", "Tenants": [ident]}
    xero.control("seed", Organisations=[organisation], Users=[user])
    xero.connect(user="dora@dale.example", tenant=[ident])
    xero.tenant_id = ident
    assert xero.get("Organisation")["Organisations"][0]["Name"] == "Dale & Daughters"


def test_calls_are_recorded_without_secrets(books: Xero) -> None:
    books.put_invoices(books.invoice(Reference="NV-1"))
    entries = books.seen("requests")["requests"]
    posted = entries[-1]
    assert (posted["method"], posted["path"], posted["status"]) == ("PUT", "/api.xro/2.0/Invoices", 200)
    assert posted["organisation"] == "North & Vale Accountants"
    assert posted["owner"] == "olive@northvale.example"
    assert "NV-1" in posted["body"]
    everything = str(entries)
    assert books.tokens["access_token"] not in everything
    assert books.tokens["refresh_token"] not in everything
    assert "socket-demo-secret" not in everything
    assert books.seen("requests", since=posted["number"])["requests"] == []


def test_a_record_tells_how_many_bytes_were_answered(books: Xero) -> None:
    answer = books.call("GET", "Organisation")
    assert books.seen("requests")["requests"][-1]["size"] == len(answer.content) > 0


def test_a_lost_answer_is_recorded_as_such(books: Xero) -> None:
    books.control("faults", kind="fail_before", path="Organisation")
    with pytest.raises(requests.ConnectionError):
        books.call("GET", "Organisation")
    entry = books.seen("requests")["requests"][-1]
    assert (entry["status"], entry["size"], entry["fault"]) == (0, 0, "fail_before")


def test_a_person_can_change_a_posted_draft(books: Xero) -> None:
    books.put_invoices(books.invoice(InvoiceNumber="B-1"), books.invoice(InvoiceNumber="B-2"))
    books.control("invoices/B-1/reprice", amount="10.50")
    books.control("invoices/B-2/delete")
    rows = {row["number"]: (row["status"], row["total"]) for row in books.seen("invoices")["invoices"]}
    assert rows == {"B-1": ("DRAFT", "12.60"), "B-2": ("DELETED", "144.00")}


def test_a_frozen_clock_stands_still(books: Xero) -> None:
    books.control("clock", now="2026-12-01T00:00:00+00:00", freeze=True)
    assert books.seen("clock")["now"] == books.seen("clock")["now"] == "2026-12-01T00:00:00+00:00"


def test_an_unknown_setting_is_refused_with_the_known_ones(books: Xero) -> None:
    answer = books.session.post(f"{books.url}/_sandbox/settings", json={"limit": True})
    assert answer.status_code == 400
    assert "per_minute" in answer.json()["error"]


def test_it_runs_as_a_program_of_its_own() -> None:
    command = [sys.executable, "-m", "sandbox.xero", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # our own program
        try:
            assert process.stdout
            url = process.stdout.readline().strip().removeprefix("sandbox: ")
            assert requests.get(f"{url}/_sandbox/stats").status_code == 200
        finally:
            process.terminate()
