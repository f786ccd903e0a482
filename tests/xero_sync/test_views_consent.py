"""Connecting to Xero through the browser, and everything that can go wrong on the way (A7, A8)."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from pytest_django import Settings

from clients.models import Role
from sandbox.xero.server import Running
from tests.factories import log_in, make_member, make_practice
from tests.xero_sync.walking import (
    NORTH_AND_VALE,
    VALE_TRUSTEES,
    answer_in_xero,
    ask_for_consent,
    connect,
    page,
)
from xero_sync.models import Connection, ConsentAttempt, Grant

pytestmark = pytest.mark.django_db


def nothing_is_stored() -> bool:
    connections = Connection.objects.across_practices().exists()
    waiting = ConsentAttempt.objects.across_practices().filter(grant__isnull=False).exists()
    return not connections and not waiting and not Grant.objects.exists()


def test_an_admin_connects_the_organisation_she_chose(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north, Role.ADMIN))

    answer = connect(client, north)

    connection = Connection.objects.for_practice(north).get()
    assert answer.headers["Location"] == page("integrations", north)
    assert connection.organisation_name == "North & Vale Accountants"
    assert "Connected to Xero" in client.get(page("integrations", north)).content.decode()


def test_the_consent_page_may_be_reached_from_the_form_despite_the_policy(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    policy = client.get(page("integrations", north)).headers["Content-Security-Policy"]

    directive = next(part for part in policy.split(";") if part.strip().startswith("form-action"))
    assert sandbox.url in directive


def test_nothing_is_connected_before_somebody_has_seen_the_name(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    back = client.get(answer_in_xero(ask_for_consent(client, north)), follow=True)

    assert "North &amp; Vale Accountants" in back.content.decode()
    assert not Connection.objects.for_practice(north).exists()


def test_no_token_and_no_code_stands_in_any_page(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    way_back = answer_in_xero(ask_for_consent(client, north))
    code = parse_qs(urlsplit(way_back).query)["code"][0]

    choice = client.get(way_back, follow=True)
    client.post(page("organisation", north), {"tenant_id": NORTH_AND_VALE})
    seen = choice.content.decode() + client.get(page("integrations", north)).content.decode()

    assert code not in seen
    assert code not in choice.request["QUERY_STRING"]
    assert "eyJ" not in seen  # how every token of Xero begins


def test_a_refused_consent_is_explained_with_a_way_back(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    answer = client.get(answer_in_xero(ask_for_consent(client, north), decision="deny"), follow=True)

    assert answer.request["PATH_INFO"] == page("integrations", north)
    assert "Access was not granted in Xero" in answer.content.decode()
    assert "Connect with Xero" in answer.content.decode()
    assert nothing_is_stored()


def test_a_person_without_an_organisation_is_told_so(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    way_back = answer_in_xero(ask_for_consent(client, north), user="newt@northvale.example", tenant="")
    answer = client.get(way_back, follow=True)

    assert "no organisation that can be connected" in answer.content.decode()
    assert nothing_is_stored()


def test_a_tenant_that_is_no_organisation_is_not_offered(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    way_back = answer_in_xero(ask_for_consent(client, north), tenant="70000000-0000-4000-8000-000000000003")
    answer = client.get(way_back, follow=True)

    assert "not a practice or partner account" in " ".join(answer.content.decode().split())
    assert nothing_is_stored()


@pytest.mark.parametrize("query", ["", "?code=abc", "?code=abc&state=made-up"])
def test_an_answer_without_our_state_is_rejected(client: Client, sandbox: Running, query: str) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    ask_for_consent(client, north)

    answer = client.get(f"/xero/callback{query}", follow=True)

    assert "does not belong to a connection you started here" in answer.content.decode()
    assert nothing_is_stored()


def test_a_replayed_answer_is_rejected(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    way_back = answer_in_xero(ask_for_consent(client, north))
    client.get(way_back)
    version = Grant.objects.get().token_version

    answer = client.get(way_back, follow=True)

    assert "does not belong to a connection you started here" in answer.content.decode()
    assert Grant.objects.get().token_version == version


def test_an_answer_from_another_web_session_is_rejected(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    priya = make_member(north)
    log_in(client, priya)
    way_back = answer_in_xero(ask_for_consent(client, north))
    elsewhere = log_in(Client(), priya)

    answer = elsewhere.get(way_back, follow=True)

    assert "does not belong to a connection you started here" in answer.content.decode()
    assert nothing_is_stored()


def test_an_answer_meant_for_another_person_is_rejected(client: Client, sandbox: Running) -> None:
    north, other = make_practice("North & Vale"), make_practice("Other & Co")
    log_in(client, make_member(north))
    way_back = answer_in_xero(ask_for_consent(client, north))
    mallory = log_in(Client(), make_member(other, name="Mallory Pike"))

    mallory.get(way_back, follow=True)

    assert nothing_is_stored()


def test_a_code_without_its_verifier_opens_nothing(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    stolen = parse_qs(urlsplit(answer_in_xero(ask_for_consent(client, north))).query)["code"][0]
    state = parse_qs(urlsplit(ask_for_consent(client, north)).query)["state"][0]

    answer = client.get(f"/xero/callback?code={stolen}&state={state}", follow=True)

    assert "Nothing was changed" in answer.content.decode()
    assert nothing_is_stored()


def test_the_callback_asks_for_a_login(client: Client, sandbox: Running) -> None:
    answer = client.get("/xero/callback?code=a&state=b")

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_another_organisation_is_refused_until_the_owner_types_its_name(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north, Role.OWNER))
    connect(client, north)

    refused = connect(client, north, tenant=VALE_TRUSTEES)
    before = Connection.objects.for_practice(north).current().get().tenant_id
    form = {"tenant_id": VALE_TRUSTEES, "typed_name": "Vale Trustees Ltd"}
    client.post(page("organisation", north), form)

    assert refused.status_code == 409
    assert "an owner has to type its name" in " ".join(refused.content.decode().split())
    assert before == NORTH_AND_VALE
    assert Connection.objects.for_practice(north).current().get().tenant_id == VALE_TRUSTEES


def test_an_admin_cannot_change_the_organisation_even_by_typing_its_name(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north, Role.ADMIN))
    connect(client, north)
    connect(client, north, tenant=VALE_TRUSTEES)

    form = {"tenant_id": VALE_TRUSTEES, "typed_name": "Vale Trustees Ltd"}
    answer = client.post(page("organisation", north), form)

    assert answer.status_code == 409
    assert Connection.objects.for_practice(north).current().get().tenant_id == NORTH_AND_VALE


def test_an_organisation_that_the_consent_does_not_reach_cannot_be_chosen(client: Client, sandbox: Running) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    client.get(answer_in_xero(ask_for_consent(client, north)))

    answer = client.post(page("organisation", north), {"tenant_id": VALE_TRUSTEES})

    assert answer.status_code == 422
    assert not Connection.objects.for_practice(north).exists()


def test_two_practices_do_not_share_an_organisation(client: Client, sandbox: Running) -> None:
    north, other = make_practice("North & Vale"), make_practice("Other & Co")
    connect(log_in(client, make_member(north)), north)
    elsewhere = log_in(Client(), make_member(other, name="Omar Lee"))

    answer = connect(elsewhere, other)

    assert answer.status_code == 409
    assert "connected to another practice" in answer.content.decode()
    assert not Connection.objects.for_practice(other).exists()


def test_disconnecting_keeps_links_and_is_said_before(
    client: Client, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    connect(client, north)

    said = client.get(page("disconnection", north), headers={"HX-Request": "true"}).content.decode()
    answer = client.post(page("disconnection", north), follow=True).content.decode()

    assert "every link and account code is kept" in said
    assert "Not connected to Xero" in answer
    assert "Connect with Xero" in answer
    assert Connection.objects.for_practice(north).get().status == Connection.Status.DISCONNECTED
    assert requests_of(sandbox, "DELETE", "/connections") == 1


def requests_of(sandbox: Running, method: str, path: str) -> int:
    seen = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=10).json()
    rows = seen if isinstance(seen, list) else seen.get("Requests") or seen.get("requests") or []
    return sum(1 for row in rows if str(row.get("method")) == method and path in str(row.get("path")))


def test_without_a_xero_app_the_button_explains(client: Client, settings: Settings, sandbox: Running) -> None:
    settings.XERO_CLIENT_ID = ""
    north = make_practice("North & Vale")
    log_in(client, make_member(north))

    answer = client.post(page("consent", north), follow=True)

    assert "Socket has no Xero app yet" in answer.content.decode()
