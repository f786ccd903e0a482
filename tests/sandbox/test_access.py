from tests.sandbox.conftest import Xero


def refusal(xero: Xero, path: str = "Organisation") -> tuple[int, str]:
    answer = xero.call("GET", path)
    return answer.status_code, answer.json()["Detail"]


def test_a_call_without_a_token_is_unauthorised(xero: Xero) -> None:
    assert refusal(xero) == (401, "AuthenticationUnsuccessful")


def test_an_old_token_says_when_it_expired(books: Xero) -> None:
    books.control("clock", advance=1801)
    status, detail = refusal(books)
    assert status == 401
    assert detail.startswith("TokenExpired: token expired at ")


def test_a_missing_scope_is_an_authorisation_failure(xero: Xero) -> None:
    xero.connect(scope="accounting.contacts.read")
    assert xero.call("GET", "Contacts").status_code == 200
    assert refusal(xero, "Invoices") == (401, "AuthorizationUnsuccessful")
    assert xero.call("PUT", "Contacts", {"Contacts": []}).status_code == 401


def test_a_tenant_that_is_not_connected_is_forbidden(books: Xero) -> None:
    books.tenant_id = "70000000-0000-4000-8000-000000000002"
    assert refusal(books) == (403, "AuthenticationUnsuccessful")
    books.tenant_id = ""
    assert refusal(books) == (403, "AuthenticationUnsuccessful")


def test_disconnecting_in_xero_leaves_the_token_alive(books: Xero) -> None:
    books.control("disconnect")
    assert books.connections() == []
    assert refusal(books) == (403, "AuthenticationUnsuccessful")
    assert books.refresh(books.tokens["refresh_token"]).status_code == 200


def test_revoking_all_tokens_ends_access_and_refresh(books: Xero) -> None:
    books.control("tokens/revoke")
    assert refusal(books)[0] == 401
    assert books.refresh(books.tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_without_accepting_json_the_answer_is_xml(books: Xero) -> None:
    answer = books.call("GET", "Organisation", headers={"Accept": "*/*"})
    assert answer.text.startswith("<?xml")


def test_paths_and_query_names_come_in_any_case(books: Xero) -> None:
    address = f"{books.url}/API.XRO/2.0/cOnTaCtS?PAGE=1&pagesize=2&INCLUDEARCHIVED=True"
    found = books.session.get(address, headers=books.headers()).json()
    assert found["pagination"]["pageSize"] == 2
    assert found["pagination"]["itemCount"] == 27


def test_what_is_not_there_is_plain_text(books: Xero) -> None:
    for path in ("Contacts/NOBODY", "Invoices/00000000-0000-0000-0000-000000000001", "Nonsense"):
        answer = books.call("GET", path)
        assert (answer.status_code, answer.text) == (404, "The resource you're looking for cannot be found")


def test_every_answer_carries_an_envelope_and_a_correlation_id(books: Xero) -> None:
    answer = books.call("GET", "Organisation")
    assert answer.headers["Xero-Correlation-Id"]
    assert answer.json()["Status"] == "OK"
    assert answer.json()["DateTimeUTC"].endswith("+0000)/")
