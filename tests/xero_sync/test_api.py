"""Xero over the API: status, contacts, links, syncs."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clients import operations
from clients.models import Practice, Role
from tests.factories import (
    make_client,
    make_connection,
    make_contact,
    make_link,
    make_member,
    make_practice,
    make_suggestion,
)
from xero_sync.models import ContactLink, SyncRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> Practice:
    return make_practice("North & Vale")


class Program:
    """A program with a token of this role."""

    def __init__(self, practice: Practice, role: str = Role.ADMIN) -> None:
        owner = make_member(practice, Role.OWNER)
        assert owner.user is not None
        _, secret = operations.issue_token(
            practice=practice, name="Ledger robot", role=role, days=30, by=owner.user, at=timezone.now()
        )
        self.browser, self.headers = Client(), {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        send = getattr(self.browser, method)
        return send(f"/api/v1/{path}", data, content_type="application/json", headers=self.headers)

    def get(self, path: str) -> Any:
        return self.browser.get(f"/api/v1/{path}", headers=self.headers)


def test_the_status_tells_the_connection_and_no_token(north: Practice) -> None:
    make_connection(north)

    answer = Program(north).get("xero/")

    assert answer.json()["connection"]["organisation_name"] == "North & Vale Accountants"
    assert answer.json()["connection"]["status"] == "connected"
    assert "token" not in answer.content.decode()


def test_without_a_connection_the_status_is_empty(north: Practice) -> None:
    assert Program(north).get("xero/").json() == {
        "connection": None,
        "last_sync": None,
        "open_sync": None,
        "calls_left": None,
    }


def test_links_are_listed_by_match(north: Practice) -> None:
    connection = make_connection(north)
    make_suggestion(make_client(north, "CITY LIMO"), make_contact(connection))
    make_link(make_client(north, "Larkspur Vets"), make_contact(connection, "Larkspur Vets"))

    found = Program(north).get("xero/links/?match=suggested").json()["results"]
    everyone = Program(north).get("xero/links/").json()["results"]

    assert [(row["client_name"], row["suggestion"]["name"], row["score"]) for row in found] == [
        ("CITY LIMO", "City Limousines", 86)
    ]
    assert [(row["client_name"], row["match"]) for row in everyone] == [
        ("CITY LIMO", "suggested"),
        ("Larkspur Vets", "linked"),
    ]


def test_a_match_that_does_not_exist_is_an_error(north: Practice) -> None:
    make_connection(north)

    assert Program(north).get("xero/links/?match=nonsense").status_code == 400


def test_a_program_links_and_unlinks(north: Practice) -> None:
    contact = make_contact(make_connection(north))
    city_limo = make_client(north, "CITY LIMO")
    program = Program(north)

    linked = program.ask("put", f"xero/links/{city_limo.pk}/", {"contact_id": contact.pk})
    removed = program.ask("delete", f"xero/links/{city_limo.pk}/")

    assert linked.json()["contact"]["name"] == "City Limousines"
    assert removed.status_code == 204
    assert not ContactLink.objects.for_practice(north).exists()


def test_an_archived_contact_is_a_conflict(north: Practice) -> None:
    archived = make_contact(make_connection(north), "Bell Bakery", status="archived")
    bell_bakery = make_client(north, "Bell Bakery")

    answer = Program(north).ask("put", f"xero/links/{bell_bakery.pk}/", {"contact_id": archived.pk})

    assert answer.status_code == 409
    assert not ContactLink.objects.for_practice(north).exists()


def test_nothing_of_another_practice_is_reached(north: Practice) -> None:
    make_connection(north)
    other = make_practice("Other & Co")
    foreign_contact = make_contact(make_connection(other), "Secret Firm")
    foreign_client = make_client(other, "Secret Client")
    ours = make_client(north, "CITY LIMO")
    program = Program(north)

    assert program.get(f"xero/links/{foreign_client.pk}/").status_code == 404
    assert program.ask("put", f"xero/links/{ours.pk}/", {"contact_id": foreign_contact.pk}).status_code == 400
    assert "Secret" not in program.get("xero/contacts/").content.decode()
    assert "Secret" not in program.get("xero/links/").content.decode()


def test_contacts_are_found_by_name(north: Practice) -> None:
    connection = make_connection(north)
    make_contact(connection, "City Limousines")
    make_contact(connection, "Bell Bakery", status="archived")

    found = Program(north).get("xero/contacts/?q=bell").json()["results"]

    assert [(row["name"], row["status"]) for row in found] == [("Bell Bakery", "archived")]


def test_a_sync_is_asked_for_once(north: Practice) -> None:
    make_connection(north)
    program = Program(north)

    first, second = program.ask("post", "xero/syncs/"), program.ask("post", "xero/syncs/")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert SyncRun.objects.for_practice(north).count() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "xero/"), ("post", "xero/syncs/"), ("put", "xero/links/1/"), ("delete", "xero/links/1/")],
)
def test_a_members_token_may_do_none_of_this(north: Practice, method: str, path: str) -> None:
    make_connection(north)

    assert Program(north, Role.MEMBER).ask(method, path).status_code == 403


def test_a_members_token_may_look_at_links(north: Practice) -> None:
    make_connection(north)

    assert Program(north, Role.MEMBER).get("xero/links/").status_code == 200
