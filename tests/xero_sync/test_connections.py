"""The connection: consent, choice, loss, return, end."""

from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from billing.models import LedgerAccount, PostingHold
from billing.operations import holds
from clients.models import Membership, Practice, Role
from notifications.models import Message
from sandbox.xero.server import Running
from tests.factories import log_in, make_connection, make_member, make_practice
from tests.xero_world import (
    NORTH_AND_VALE,
    PRACTICE_TENANT,
    VALE_TRUSTEES,
    Remote,
    connect,
    connect_by_operations,
    connection_of,
    consent_in_xero,
    linked_clients,
)
from xero_sync.models import Connection, ConsentAttempt, ContactLink, Grant
from xero_sync.operations import connections

pytestmark = pytest.mark.django_db


def integrations(practice: Practice) -> str:
    return f"/p/{practice.slug}/settings/integrations/"


def to_xero(client: Browser, member: Membership) -> str:
    log_in(client, member)
    return str(client.post(f"{integrations(member.practice)}xero/consent/")["Location"])


def nothing_is_stored(practice: Practice) -> bool:
    return not (Connection.objects.for_practice(practice).exists() or Grant.objects.exists())


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────────────────────────


UNKNOWN = str(connections.UnknownConsent())


def explained(page: HttpResponse) -> str:
    """What the page says to the person who comes back from Xero."""
    return unescape(page.content.decode())


def test_the_consent_asks_for_the_granular_scopes_a_state_and_a_challenge(
    client: Browser, priya: Membership, remote: Remote
) -> None:
    asked = dict(parse_qsl(urlsplit(to_xero(client, priya)).query))

    assert asked["scope"].split() == [
        "openid",
        "profile",
        "email",
        "offline_access",
        "accounting.invoices",
        "accounting.contacts",
        "accounting.settings.read",
    ]
    assert len(asked["state"]) >= 43
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/xero/callback"
    assert not ConsentAttempt.objects.across_practices().filter(state_hash=asked["state"]).exists()


def test_a_connection_shows_the_organisation(client: Browser, priya: Membership, remote: Remote) -> None:
    answer = connect(client, priya)

    assert answer.status_code == 302
    page = client.get(integrations(priya.practice)).content.decode()
    assert "Connected to Xero" in page
    assert "North &amp; Vale Accountants" in page


def test_a_refused_consent_is_explained(client: Browser, priya: Membership, remote: Remote) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE, decision="cancel")

    assert "Access was not granted" in explained(client.get(back, follow=True))
    assert nothing_is_stored(priya.practice)


def test_an_answer_counts_once(client: Browser, priya: Membership, remote: Remote) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE)
    assert client.get(back).url.endswith("/organisation/")

    assert UNKNOWN in explained(client.get(back, follow=True))


def test_an_answer_counts_only_in_the_web_session_that_asked(
    client: Browser, priya: Membership, remote: Remote
) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE)
    elsewhere = log_in(Browser(), priya)

    assert UNKNOWN in explained(elsewhere.get(back, follow=True))
    assert nothing_is_stored(priya.practice)


def test_another_persons_answer_does_not_count(client: Browser, priya: Membership, remote: Remote) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE)
    other = log_in(Browser(), make_member(make_practice("Ashgrove Tax"), name="Tom Reed"))

    assert UNKNOWN in explained(other.get(back, follow=True))
    assert nothing_is_stored(priya.practice)


def test_an_invented_or_missing_state_does_not_count(client: Browser, priya: Membership, remote: Remote) -> None:
    log_in(client, priya)

    for answer in ("code=C1&state=invented", "code=C1"):
        assert UNKNOWN in explained(client.get(f"/xero/callback?{answer}", follow=True))
    assert nothing_is_stored(priya.practice)


def test_after_ten_minutes_an_answer_does_not_count(priya: Membership, remote: Remote, now: datetime) -> None:
    assert priya.user
    begun = connections.begin_consent(
        practice=priya.practice, by=priya.user, session_key="s", at=now - timedelta(minutes=11)
    )
    answer = dict(parse_qsl(urlsplit(consent_in_xero(begun, NORTH_AND_VALE)).query))

    with pytest.raises(connections.UnknownConsent):
        connections.finish_consent(
            by=priya.user, session_key="s", state=answer["state"], code=answer["code"], error="", at=now
        )


def test_a_role_lost_on_the_way_ends_the_consent(client: Browser, priya: Membership, remote: Remote) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE)
    priya.role = Role.MEMBER
    priya.save()

    client.get(back)

    assert nothing_is_stored(priya.practice)


@pytest.mark.parametrize(("user", "tenants"), [("newt@northvale.example", []), ("", [PRACTICE_TENANT])])
def test_without_an_organisation_nothing_is_connected(
    user: str, tenants: list[str], client: Browser, priya: Membership, remote: Remote
) -> None:
    back = consent_in_xero(to_xero(client, priya), *tenants, user=user)

    assert "no organisation that can be connected" in explained(client.get(back, follow=True))
    assert nothing_is_stored(priya.practice)


def test_xero_that_does_not_complete_the_consent_is_explained(
    client: Browser, priya: Membership, remote: Remote
) -> None:
    back = consent_in_xero(to_xero(client, priya), NORTH_AND_VALE)
    remote.fault("html", path="connect/token")

    assert "did not complete" in explained(client.get(back, follow=True))


def test_an_organisation_that_was_not_offered_cannot_be_chosen(
    client: Browser, priya: Membership, remote: Remote
) -> None:
    answer = connect(client, priya, NORTH_AND_VALE, chosen=VALE_TRUSTEES)

    assert answer.status_code == 422
    assert not Connection.objects.for_practice(priya.practice).exists()


def test_an_organisation_serves_one_practice(client: Browser, connected: Practice, remote: Remote) -> None:
    other = make_member(make_practice("Ashgrove Tax"), name="Tom Reed")

    answer = connect(client, other)

    assert "connected to another practice" in answer.content.decode()
    assert not Connection.objects.for_practice(other.practice).exists()


# ── Loss and return ──────────────────────────────────────────────────────────────────────────────────────────────────


def letters(practice: Practice, slug: str) -> int:
    return Message.objects.for_practice(practice).filter(slug=slug).count()


def test_a_disconnection_in_xero_is_noticed_and_every_user_is_told_once(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    make_member(connected, Role.APPRENTICE, name="Ada Cole")
    remote.do("disconnect")

    for minutes in (0, 10):
        at = now + timedelta(minutes=minutes)
        connections.check_connection(connection=connection_of(connected), at=at)

    assert connection_of(connected).is_lost
    assert letters(connected, "connection_lost") == 2
    assert [hold.reason for hold in holds.open_reasons(connected)] == [PostingHold.Reason.CONNECTION_LOST]


def test_a_withdrawn_consent_is_noticed(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("tokens/revoke")
    Grant.objects.update(expires_at=now)

    connections.check_connection(connection=connection_of(connected), at=now)

    assert connection_of(connected).is_lost


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_trouble_is_no_loss(status: int, connected: Practice, remote: Remote, now: datetime) -> None:
    remote.fault("status", status=status, path="connections", times=3)

    connections.check_connection(connection=connection_of(connected), at=now)

    assert connection_of(connected).is_connected


def test_our_own_wrong_secret_is_no_loss_of_theirs(
    connected: Practice, sandbox: Running, now: datetime, settings: pytest.MonkeyPatch
) -> None:
    settings.XERO_CLIENT_SECRET = "wrong"  # type: ignore[attr-defined]  # pytest-django's settings
    Grant.objects.update(expires_at=now)

    connections.check_connection(connection=connection_of(connected), at=now)

    assert connection_of(connected).is_connected
    assert letters(connected, "connection_lost") == 0


def test_reconnecting_to_the_same_organisation_keeps_the_links(
    client: Browser, connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    linked_clients(connected, ["City Limousines"])
    remote.do("disconnect")
    connections.check_connection(connection=connection_of(connected), at=now)

    connect(client, priya)

    assert connection_of(connected).is_connected
    assert holds.open_reasons(connected) == []
    assert letters(connected, "connection_restored") == 1
    assert ContactLink.objects.for_practice(connected).count() == 1


def test_another_organisation_is_refused_until_an_owner_types_its_name(
    client: Browser, connected: Practice, priya: Membership, remote: Remote
) -> None:
    """A8."""
    linked_clients(connected, ["City Limousines"])
    answer = connect(client, priya, VALE_TRUSTEES)
    assert answer.status_code in {409, 422}
    assert connection_of(connected).tenant_id == NORTH_AND_VALE

    page = f"{integrations(connected)}xero/organisation/"
    client.post(page, {"tenant_id": VALE_TRUSTEES, "typed_name": "Vale"})
    assert connection_of(connected).tenant_id == NORTH_AND_VALE

    client.post(page, {"tenant_id": VALE_TRUSTEES, "typed_name": "vale trustees ltd"})
    assert connection_of(connected).tenant_id == VALE_TRUSTEES
    assert not LedgerAccount.objects.for_practice(connected).usable().exists()
    assert ContactLink.objects.for_practice(connected).filter(tenant_id=NORTH_AND_VALE).count() == 1


def test_an_admin_cannot_move_the_practice_to_another_organisation(
    client: Browser, connected: Practice, remote: Remote
) -> None:
    admin = make_member(connected, Role.ADMIN, name="Ada Cole")
    connect(client, admin, VALE_TRUSTEES)

    answer = client.post(
        f"{integrations(connected)}xero/organisation/",
        {"tenant_id": VALE_TRUSTEES, "typed_name": "Vale Trustees Ltd"},
    )

    assert answer.status_code in {403, 409, 422}
    assert connection_of(connected).tenant_id == NORTH_AND_VALE


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_disconnecting_leaves_xero_forgets_the_tokens_and_keeps_the_links(
    client: Browser, connected: Practice, priya: Membership, remote: Remote
) -> None:
    linked_clients(connected, ["City Limousines"])
    log_in(client, priya)

    client.post(f"{integrations(connected)}xero/disconnection/")

    assert not Connection.objects.for_practice(connected).current().exists()
    assert not Grant.objects.exists()
    assert ContactLink.objects.for_practice(connected).count() == 1
    assert [one["method"] for one in remote.requests("DELETE", "connections")] == ["DELETE"]
    assert len(remote.requests("POST", "revocation")) == 1


def test_a_consent_that_serves_another_practice_is_not_revoked(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    other = make_member(make_practice("Vale Trustees"), name="Tom Reed")
    connect_by_operations(other.practice, other, tenant=VALE_TRUSTEES, at=now)
    assert priya.user

    connections.disconnect(connection=connection_of(connected), by=priya.user, at=now)

    assert remote.requests("POST", "revocation") == []
    assert connections.check_connection(connection=connection_of(other.practice), at=now) == "connected"


def test_xero_that_does_not_answer_keeps_the_connection(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    remote.fault("status", status=503, path="connections", method="DELETE")
    assert priya.user

    with pytest.raises(connections.CannotDisconnect):
        connections.disconnect(connection=connection_of(connected), by=priya.user, at=now)

    assert connection_of(connected).is_connected


# ── Looking ahead ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_eve_of_billing_checks_once_and_reminds_of_a_loss(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    remote.do("disconnect")
    eve = datetime.fromisoformat("2026-11-30T10:00:00+00:00")

    checked = [connections.check_all(at=eve + timedelta(minutes=minutes)) for minutes in (0, 10, 20)]

    assert checked == [1, 0, 0]
    assert letters(connected, "connection_lost") == 1
    assert letters(connected, "connection_reminder") == 1


def test_only_a_practice_that_never_connected_is_held_by_that(north_vale: Practice) -> None:
    assert [hold.reason for hold in holds.open_reasons(north_vale)] == [holds.NOT_CONNECTED]
    make_connection(north_vale)
    assert holds.open_reasons(north_vale) == []
