"""What Home says of Xero while nothing is wrong with it."""

from datetime import timedelta

import pytest

from clients.models import Membership, Practice, Role
from tests.factories import NOON, make_connection, make_member, make_practice
from xero_sync.models import Connection, SyncRun
from xero_sync.reports import overview

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> Membership:
    return make_member(make_practice())


def run_of(practice: Practice, connection: Connection, **fields: object) -> SyncRun:
    facts = {"status": "done", "is_nightly": True, "counts": {"contacts": 412}, **fields}
    at = NOON - timedelta(hours=10)
    return SyncRun.objects.create(
        practice=practice, connection=connection, asked_at=at, not_before=at, finished_at=at, **facts
    )


def test_without_a_connection_there_is_no_panel(priya: Membership) -> None:
    assert overview.overview(priya, NOON) == []


def test_the_panel_names_the_organisation_and_its_last_reading(priya: Membership) -> None:
    connection = make_connection(priya.practice)
    assert overview.overview(priya, NOON)[0]["text"].endswith("Nothing has been read yet.")

    run_of(priya.practice, connection)

    [panel] = overview.overview(priya, NOON)
    assert panel["badge"][0] == "Connected"
    assert panel["text"] == "North & Vale Accountants. Last read today at 03:00, without errors."
    assert "Last read on 15 September" in overview.overview(priya, NOON + timedelta(days=1))[0]["text"]
    assert panel["action"] == "Connection"


def test_who_may_not_connect_is_not_led_there(priya: Membership) -> None:
    make_connection(priya.practice)

    assert "url" not in overview.overview(make_member(priya.practice, Role.APPRENTICE), NOON)[0]


def test_lately_xero_was_read(priya: Membership) -> None:
    connection = make_connection(priya.practice)
    run_of(priya.practice, connection)
    run_of(priya.practice, connection, status="failed", is_nightly=False, problem="Xero does not answer.")

    [panel] = overview.recently(priya, NOON)

    assert {event["text"] for event in panel["events"]} == {
        "Xero was read overnight: 412 contacts",
        "Reading Xero stopped. Xero does not answer.",
    }
