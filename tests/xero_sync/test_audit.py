"""What happens between the practice and its Xero is in the audit log."""

from datetime import datetime
from typing import Any

import pytest

from clients.models import AuditEvent, Membership, Practice
from clients.records import sentence_of
from tests.factories import make_client, make_connection, make_contact, make_suggestion
from tests.xero_world import Remote, connect_by_operations, connection_of, consent_in_xero, contact_named
from xero_sync.operations import accepting, connections, contacts

pytestmark = pytest.mark.django_db


def told(practice: Practice, action: str) -> list[tuple[str, str, str]]:
    """Who, what in a sentence, and on what; of these acts, oldest first."""
    events = AuditEvent.objects.for_practice(practice).filter(action=action).order_by("pk")
    return [(one.actor_name, sentence_of(one.action, one.subject, one.facts), one.subject_type) for one in events]


def said(practice: Practice, action: str) -> list[str]:
    return [sentence for _, sentence, _ in told(practice, action)]


# ── The connection ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_connecting_is_told_with_the_organisation(north_vale: Practice, priya: Membership, remote: Remote) -> None:
    connect_by_operations(north_vale, priya, at=datetime.now().astimezone())

    assert said(north_vale, "connection.granted") == ["gave Socket access to Xero"]
    assert told(north_vale, "connection.chosen") == [
        ("Priya Sandhu", "connected Xero to North & Vale Accountants", "xero_sync.connection")
    ]


def test_no_token_of_a_consent_is_told(north_vale: Practice, priya: Membership, remote: Remote) -> None:
    connect_by_operations(north_vale, priya, at=datetime.now().astimezone())

    facts = str([event.facts for event in AuditEvent.objects.for_practice(north_vale)])
    assert "eyJ" not in facts
    assert "token" not in facts


@pytest.mark.parametrize("session", ["session-of-the-test", "another-session"])
def test_a_consent_that_led_to_nothing_is_told(
    north_vale: Practice, priya: Membership, remote: Remote, now: datetime, session: str
) -> None:
    assert priya.user
    url = connections.begin_consent(practice=north_vale, by=priya.user, session_key="session-of-the-test", at=now)
    back = consent_in_xero(url, decision="deny")
    state = back.partition("state=")[2].partition("&")[0]

    with pytest.raises(connections.ConsentError):
        connections.finish_consent(
            by=priya.user, session_key=session, state=state, code="", error="access_denied", at=now
        )

    assert said(north_vale, "connection.refused") == ["came back from Xero without a connection"]


def test_a_loss_and_its_end_are_told_once(connected: Practice, now: datetime) -> None:
    connection = connection_of(connected)
    for _ in range(2):
        connections.mark_lost(connection=connection, problem="Socket was disconnected in Xero.", at=now)
    for _ in range(2):
        connections.restored(connection=connection, at=now)

    assert told(connected, "connection.lost")[0][:2] == ("Socket", "lost the connection to North & Vale Accountants")
    assert (len(told(connected, "connection.lost")), len(told(connected, "connection.restored"))) == (1, 1)


def test_disconnecting_is_told(connected: Practice, priya: Membership, now: datetime) -> None:
    assert priya.user
    connections.disconnect(connection=connection_of(connected), by=priya.user, at=now)

    assert told(connected, "connection.ended")[0][:2] == (
        "Priya Sandhu",
        "disconnected Xero from North & Vale Accountants",
    )


def test_unarchiving_a_contact_is_told(connected: Practice, priya: Membership, remote: Remote, now: datetime) -> None:
    assert priya.user
    remote.do("contacts/City Limousines/archive")
    contact = contact_named(connected, "City Limousines")

    contacts.unarchive(contact=contact, by=priya.user, at=now)

    assert said(connected, "contact.unarchived") == [f"unarchived the contact {contact.name} in Xero"]


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def linkable(north_vale: Practice, priya: Membership) -> Any:
    connection = make_connection(north_vale, by=priya)
    return make_client(north_vale, "City Limo"), make_contact(connection), make_contact(connection, "City Limos Ltd")


def test_a_link_its_change_and_its_end_are_told(
    linkable: Any, north_vale: Practice, priya: Membership, now: datetime
) -> None:
    client, first, second = linkable
    contacts.link(client=client, contact=first, by=priya.user, at=now)
    contacts.link(client=client, contact=second, by=priya.user, at=now)
    contacts.unlink(client=client, by=priya.user, at=now)

    assert said(north_vale, "contact.linked") == ["linked City Limo to the contact City Limousines"]
    assert said(north_vale, "contact.relinked") == ["linked City Limo to another contact, City Limos Ltd"]
    assert told(north_vale, "contact.unlinked") == [("Priya Sandhu", "removed the link of City Limo", "clients.client")]


def test_accepted_suggestions_and_their_taking_back_are_told_one_by_one(
    linkable: Any, north_vale: Practice, priya: Membership, now: datetime
) -> None:
    assert priya.user
    client, contact, _ = linkable
    make_suggestion(client, contact)
    made = accepting.accept_suggestions(practice=north_vale, client_ids=[client.pk], by=priya.user, at=now)
    accepting.take_back(practice=north_vale, link_ids=[link.pk for link in made], by=priya.user, at=now)

    assert said(north_vale, "contact.suggestion_accepted") == [
        "accepted the suggested contact City Limousines for City Limo"
    ]
    assert said(north_vale, "contact.suggestion_taken_back") == ["took back the accepted suggestion for City Limo"]


def test_a_link_that_was_not_there_is_not_told_as_removed(
    linkable: Any, north_vale: Practice, priya: Membership, now: datetime
) -> None:
    contacts.unlink(client=linkable[0], by=priya.user, at=now)

    assert told(north_vale, "contact.unlinked") == []
