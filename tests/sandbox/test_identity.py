import base64
import json
from typing import Any

import pytest

from sandbox.xero.server import Running
from sandbox.xero.tokens import s256
from tests.sandbox.conftest import CALLBACK, SCOPES, SECRET, Xero, code_in


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def authorize(xero: Xero, **changes: str) -> Any:
    fields = {
        "response_type": "code",
        "client_id": "socket-demo",
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "state": "S1",
    }
    return xero.session.get(f"{xero.url}/identity/connect/authorize", params=fields | changes)


def test_consent_page_offers_the_organisations_of_the_user(xero: Xero) -> None:
    page = authorize(xero)
    assert page.status_code == 200
    assert "North &amp; Vale Accountants" in page.text
    assert "Vale Trustees Ltd" in page.text
    assert "a practice, not an organisation" in page.text


def test_consent_page_says_when_the_user_has_no_organisation(xero: Xero) -> None:
    assert "You have no organisation in Xero" in authorize(xero, **{"as": "newt@northvale.example"}).text


def test_allowing_returns_code_and_state(xero: Xero) -> None:
    answer = xero.consent()
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{CALLBACK}?code=")
    assert "state=S1" in answer.headers["Location"]


def test_cancelling_returns_access_denied(xero: Xero) -> None:
    answer = xero.consent(decision="cancel")
    assert answer.headers["Location"] == f"{CALLBACK}?error=access_denied&state=S1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scope": "openid accounting.transactions"}, "Invalid scope for client: accounting.transactions"),
        ({"redirect_uri": "https://elsewhere.example/callback"}, "Invalid redirect_uri"),
        ({"client_id": "nobody"}, "Unknown client"),
    ],
)
def test_what_xero_does_not_know_ends_on_its_error_page(xero: Xero, changes: dict[str, str], words: str) -> None:
    page = authorize(xero, **changes)
    assert page.status_code == 400
    assert words in page.text


def test_registered_redirect_uris_match_to_the_letter(running: Running, xero: Xero) -> None:
    running.state.redirect_uris = ["https://socket.example/xero/callback"]
    try:
        assert authorize(xero).status_code == 400
        assert authorize(xero, redirect_uri="https://socket.example/xero/callback/").status_code == 400
        assert authorize(xero, redirect_uri="https://socket.example/xero/callback").status_code == 200
    finally:
        running.state.redirect_uris = []


def test_several_organisations_can_be_connected_at_once(xero: Xero) -> None:
    xero.connect(tenant=["70000000-0000-4000-8000-000000000001", "70000000-0000-4000-8000-000000000002"])
    assert len(xero.connections()) == 2


def test_a_code_gives_tokens_for_the_granted_scopes(xero: Xero) -> None:
    tokens = xero.redeem(xero.code()).json()
    assert tokens["expires_in"] == 1800
    assert tokens["token_type"] == "Bearer"
    assert set(tokens["scope"].split()) == set(SCOPES.split())
    claims = claims_of(tokens["access_token"])
    assert claims["xero_userid"]
    assert claims["authentication_event_id"]
    assert claims_of(tokens["id_token"])["aud"] == "socket-demo"


def test_a_code_works_once(xero: Xero) -> None:
    code = xero.code()
    assert xero.redeem(code).status_code == 200
    again = xero.redeem(code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_is_too_old_after_five_minutes(xero: Xero) -> None:
    code = xero.code()
    xero.control("clock", advance=301)
    assert xero.redeem(code).json() == {"error": "invalid_grant"}


def test_a_code_belongs_to_its_redirect_uri(xero: Xero) -> None:
    answer = xero.token(grant_type="authorization_code", code=xero.code(), redirect_uri="http://localhost/other")
    assert answer.json() == {"error": "invalid_grant"}


def test_a_challenge_has_to_be_met(xero: Xero) -> None:
    verifier = "v" * 64
    challenge = {"code_challenge": s256(verifier), "code_challenge_method": "S256"}
    assert xero.redeem(xero.code(**challenge)).json() == {"error": "invalid_grant"}
    assert xero.redeem(xero.code(**challenge), code_verifier=verifier).status_code == 200


def test_the_client_may_name_itself_in_the_form(xero: Xero) -> None:
    client = dict(zip(("client_id", "client_secret"), SECRET, strict=True))
    fields = {"grant_type": "authorization_code", "code": xero.code(), "redirect_uri": CALLBACK} | client
    assert xero.session.post(f"{xero.url}/connect/token", data=fields).status_code == 200


def test_a_wrong_secret_is_an_invalid_client(xero: Xero) -> None:
    answer = xero.session.post(f"{xero.url}/connect/token", data={"grant_type": "x"}, auth=("socket-demo", "wrong"))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_without_offline_access_there_is_no_refresh_token(xero: Xero) -> None:
    assert "refresh_token" not in xero.redeem(xero.code(scope="openid accounting.contacts")).json()


def test_scopes_add_up_over_consents(xero: Xero) -> None:
    xero.connect(scope="accounting.contacts")
    xero.connect(scope="accounting.invoices")
    assert xero.tokens["scope"] == "accounting.contacts accounting.invoices"


def test_refreshing_rotates_the_refresh_token(xero: Xero) -> None:
    xero.connect()
    renewed = xero.refresh(xero.tokens["refresh_token"]).json()
    assert renewed["refresh_token"] != xero.tokens["refresh_token"]
    assert renewed["access_token"] != xero.tokens["access_token"]


def test_a_used_refresh_token_works_for_thirty_more_minutes(xero: Xero) -> None:
    xero.connect()
    old = xero.tokens["refresh_token"]
    xero.refresh(old)
    xero.control("clock", advance=29 * 60)
    assert xero.refresh(old).status_code == 200
    xero.control("clock", advance=2 * 60)
    assert xero.refresh(old).json() == {"error": "invalid_grant"}


def test_an_unused_refresh_token_dies_after_sixty_days(xero: Xero) -> None:
    xero.connect()
    xero.control("clock", advance=61 * 86400)
    assert xero.refresh(xero.tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_revocation_ends_every_connection_of_the_user(xero: Xero) -> None:
    xero.connect()
    data = {"token": xero.tokens["refresh_token"]}
    answer = xero.session.post(f"{xero.url}/connect/revocation", data=data, auth=SECRET)
    assert (answer.status_code, answer.content) == (200, b"")
    assert xero.connections() == []
    assert xero.refresh(xero.tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_connections_of_one_consent_are_told_by_its_event(xero: Xero) -> None:
    xero.connect()
    xero.connect(tenant=["70000000-0000-4000-8000-000000000003"])
    event = claims_of(xero.tokens["access_token"])["authentication_event_id"]
    assert [c["tenantType"] for c in xero.connections(authEventId=event)] == ["PRACTICE"]
    assert len(xero.connections()) == 2


def test_connection_ids_are_the_same_in_every_run(xero: Xero) -> None:
    xero.connect()
    before = xero.connections()[0]["id"]
    xero.control("reset")
    xero.connect()
    assert xero.connections()[0]["id"] == before


def test_a_user_without_organisation_connects_nothing(xero: Xero) -> None:
    answer = xero.consent(user="newt@northvale.example", tenant=[])
    xero.tokens = xero.redeem(code_in(answer)).json()
    assert xero.connections() == []


def test_disconnecting_needs_the_connection_id(xero: Xero) -> None:
    xero.connect()
    connection = xero.connections()[0]

    def delete(ident: str) -> int:
        return xero.session.delete(f"{xero.url}/Connections/{ident}", headers=xero.headers()).status_code

    assert delete(connection["tenantId"]) == 403
    assert delete("c0000000-0000-4000-8000-000000000009") == 404
    assert delete(connection["id"]) == 204
    assert xero.connections() == []


def test_a_reconnected_organisation_keeps_its_first_day(xero: Xero) -> None:
    xero.connect()
    xero.control("disconnect")
    xero.control("clock", advance=60)
    xero.connect()
    connection = xero.connections()[0]
    assert connection["createdDateUtc"] < connection["updatedDateUtc"]
