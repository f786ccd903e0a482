from typing import Any

import requests

from tests.sandbox.conftest import Xero

NAME_TAKEN = (
    "The contact name City Agency is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)


def put(xero: Xero, *contacts: dict[str, Any], **query: Any) -> requests.Response:
    return xero.call("PUT", "Contacts", {"Contacts": list(contacts)}, **query)


def post(xero: Xero, *contacts: dict[str, Any], **query: Any) -> requests.Response:
    return xero.call("POST", "Contacts", {"Contacts": list(contacts)}, **query)


def names(found: Any) -> list[str]:
    return [contact["Name"] for contact in found["Contacts"]]


def test_archived_contacts_are_left_out_unless_asked_for(books: Xero) -> None:
    assert "Bell Bakery" not in names(books.get("Contacts", page=1))
    assert "Bell Bakery" in names(books.get("Contacts", page=1, includeArchived="true"))


def test_pages_cover_every_contact_once(books: Xero) -> None:
    pages = [books.get("Contacts", page=n, pageSize=10, includeArchived="true") for n in (1, 2, 3, 4)]
    assert pages[0]["pagination"] == {"page": 1, "pageSize": 10, "pageCount": 3, "itemCount": 27}
    assert [len(page["Contacts"]) for page in pages] == [10, 10, 7, 0]
    assert len({c["ContactID"] for page in pages for c in page["Contacts"]}) == 27


def test_a_page_size_out_of_range_is_corrected(books: Xero) -> None:
    assert books.get("Contacts", page=1, pageSize=5000)["pagination"]["pageSize"] == 1000


def test_a_merged_contact_names_its_successor_only_in_pages_or_alone(books: Xero) -> None:
    ident, successor = books.contact("Copperfield Plumbing and Heating"), books.contact("Copperfield Plumbing")

    def merged(found: Any) -> Any:
        return next(c for c in found["Contacts"] if c["ContactID"] == ident).get("MergedToContactID")

    assert merged(books.get("Contacts", page=1, includeArchived="true")) == successor
    assert merged(books.get(f"Contacts/{ident}")) == successor
    assert merged(books.get("Contacts", includeArchived="true")) is None


def test_if_modified_since_gives_only_what_changed(books: Xero) -> None:
    since = {"If-Modified-Since": "2026-02-01T00:00:00+00:00"}
    assert names(books.call("GET", "Contacts", page=1, headers=since).json()) == []
    books.control("contacts/City Agency/rename", name="City Agency Group")
    assert names(books.call("GET", "Contacts", page=1, headers=since).json()) == ["City Agency Group"]


def test_a_merely_used_contact_does_not_count_as_changed(books: Xero) -> None:
    books.put_invoices(books.invoice())
    since = {"If-Modified-Since": "2026-02-01T00:00:00"}
    assert books.call("GET", "Contacts", page=1, headers=since).json()["Contacts"] == []


def test_contacts_are_found_by_id_number_name_and_words(books: Xero) -> None:
    ident = books.contact("City Limousines")
    assert names(books.get("Contacts/CL-001")) == ["City Limousines"]
    assert names(books.get("Contacts", IDs=f"{ident},{books.contact('City Agency')}", order="Name")) == [
        "City Agency",
        "City Limousines",
    ]
    assert names(books.get("Contacts", where='Name=="city limousines"')) == ["City Limousines"]
    assert names(books.get("Contacts", where='EmailAddress!=null AND Name.Contains("Limo")')) == ["City Limousines"]
    assert names(books.get("Contacts", searchTerm="limous")) == ["City Limousines"]


def test_a_filter_that_makes_no_sense_is_refused(books: Xero) -> None:
    answer = books.call("GET", "Contacts", where="Colour==3")
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


def test_put_creates_and_refuses_what_exists(books: Xero) -> None:
    made = {"Name": "Tern & Co", "ContactNumber": "CL-900", "EmailAddress": "t@tern.example"}
    answer = put(books, made, {"Name": "City Agency"}, summarizeErrors="false")
    first, second = answer.json()["Contacts"]
    assert answer.status_code == 200
    assert (first["Name"], first["StatusAttributeString"]) == ("Tern & Co", "OK")
    assert second["StatusAttributeString"] == "ERROR"
    assert second["ValidationErrors"] == [{"Message": NAME_TAKEN}]


def test_summarised_errors_list_only_the_failed_while_the_good_exist(books: Xero) -> None:
    answer = put(books, {"Name": "Tern & Co"}, {"Name": "City Agency"})
    assert answer.status_code == 400
    assert answer.json()["Type"] == "ValidationException"
    assert [e["Name"] for e in answer.json()["Elements"]] == ["City Agency"]
    assert books.contact("Tern & Co")


def test_a_number_is_unique_over_archived_contacts_too(books: Xero) -> None:
    books.control("contacts/CL-001/archive")
    answer = put(books, {"Name": "Another", "ContactNumber": "cl-001"})
    message = answer.json()["Elements"][0]["ValidationErrors"][0]["Message"]
    assert message.startswith("The contact number cl-001 is already assigned to another contact.")


def test_the_name_of_an_archived_contact_is_free(books: Xero) -> None:
    assert put(books, {"Name": "Bell Bakery"}).status_code == 200


def test_post_changes_archives_and_restores(books: Xero) -> None:
    ident = books.contact("City Agency")
    assert post(books, {"ContactID": ident, "EmailAddress": "new@city.example"}).status_code == 200
    contact = books.get(f"Contacts/{ident}")["Contacts"][0]
    assert (contact["Name"], contact["EmailAddress"]) == ("City Agency", "new@city.example")
    post(books, {"ContactID": ident, "ContactStatus": "ARCHIVED"})
    assert "City Agency" not in names(books.get("Contacts", page=1))
    post(books, {"ContactID": ident, "ContactStatus": "ACTIVE"})
    assert "City Agency" in names(books.get("Contacts", page=1))


def test_restoring_fails_while_another_holds_the_name(books: Xero) -> None:
    ident = books.contact("City Agency")
    books.control("contacts/City Agency/archive")
    put(books, {"Name": "City Agency"})
    answer = post(books, {"ContactID": ident, "ContactStatus": "ACTIVE"})
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": NAME_TAKEN}]


def test_an_impossible_email_address_is_refused(books: Xero) -> None:
    answer = put(books, {"Name": "Tern", "EmailAddress": "büro@tern"})
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": "Email address must be valid."}]


def test_ids_of_seeded_contacts_are_the_same_in_every_run(books: Xero) -> None:
    before = books.contact("City Agency")
    books.control("reset")
    assert books.contact("City Agency") == before
