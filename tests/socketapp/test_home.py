from datetime import date, datetime, timedelta
from decimal import Decimal

from django.test import Client as HttpClient
from django.urls import reverse

from clients.models import Membership, Practice, Role
from socketapp.home import Card, Panel
from tests.factories import log_in, make_member, make_practice, make_user


def home_of(practice: Practice) -> str:
    return reverse("home", kwargs={"practice": practice.slug})


def attention(membership: Membership, at: datetime) -> list[Card]:
    leak = {
        "client": "Oxbow Studios Ltd",
        "client_url": "/oxbow/",
        "why": "Start date not confirmed",
        "since": date(2026, 10, 12),
        "amount": Decimal("340.00"),
        "action": "Confirm",
        "url": "/oxbow/start/",
    }
    start: Card = {
        "tone": "warn",
        "icon": "calendar-question",
        "title": "Confirm 1 start date",
        "note": "Oxbow Studios has signed. It bills nothing until you confirm.",
        "url": "/starts/",
        "action": "Confirm",
        "items": [leak],  # type: ignore[list-item]
    }
    refused: Card = {
        "tone": "bad",
        "icon": "circle-x",
        "title": "An acceptance invoice was refused",
        "note": "Fernhill Dental Practice, £250.00. Its contact is archived in Xero.",
        "url": "/fix/",
        "action": "Fix",
    }
    return [start, refused]


def overview(membership: Membership, at: datetime) -> list[Panel]:
    months = [{"month": date(2026, 10, 1), "up": {"new": Decimal(585)}, "down": {"churn": Decimal(145)}}]
    return [
        {"title": "October so far", "lead": "The October plan posts in 6 days.", "rows": [("Sent", 31)]},
        {"title": "Movement", "months": months, "text": "£440 net."},  # type: ignore[typeddict-item]
    ]


def test_home_says_that_nothing_needs_you_when_nothing_does(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ATTENTION = settings.OVERVIEW = []
    practice = make_practice()
    page = log_in(client, make_member(practice)).get(home_of(practice)).content.decode()

    assert "Nothing needs you" in page


def test_home_lists_what_apps_say_the_most_urgent_first(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ATTENTION = ["tests.socketapp.test_home.attention"]
    practice = make_practice()
    page = log_in(client, make_member(practice)).get(home_of(practice)).content.decode()

    assert "2 things, the most urgent first" in page
    assert page.index("An acceptance invoice was refused") < page.index("Confirm 1 start date")


def test_home_adds_up_what_is_signed_but_not_billed(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ATTENTION = ["tests.socketapp.test_home.attention"]
    practice = make_practice()
    answer = log_in(client, make_member(practice)).get(home_of(practice))

    assert answer.context["leaked"] == Decimal("340.00")
    assert "Signed but not billed" in answer.content.decode()


def test_home_shows_figures_beside_the_list_and_charts_below_it(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.OVERVIEW = ["tests.socketapp.test_home.overview"]
    practice = make_practice()
    page = log_in(client, make_member(practice)).get(home_of(practice)).content.decode()

    assert "The October plan posts in 6 days." in page
    assert "<title>Oct 2026: +£440 net</title>" in page


def signed(membership: Membership, at: datetime) -> list[Panel]:
    return [
        {
            "title": "Recently",
            "events": [{"text": "Bell Bakery signed", "at": at - timedelta(hours=hours)} for hours in (9, 1)],
        }
    ]


def read(membership: Membership, at: datetime) -> list[Panel]:
    return [{"title": "Recently", "events": [{"text": "Xero was read", "at": at - timedelta(hours=5)}]}]


def test_what_happened_lately_is_one_list_whoever_tells_of_it(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.OVERVIEW = ["tests.socketapp.test_home.signed", "tests.socketapp.test_home.read"]
    practice = make_practice()
    answer = log_in(client, make_member(practice)).get(home_of(practice))

    [panel] = answer.context["panels"]
    assert [event["text"] for event in panel["events"]] == ["Bell Bakery signed", "Xero was read", "Bell Bakery signed"]


def test_the_front_door_leads_to_the_practice_of_the_person(client: HttpClient, db: None) -> None:
    practice = make_practice()

    assert log_in(client, make_member(practice)).get("/").headers["Location"] == home_of(practice)


def test_the_front_door_asks_a_stranger_to_sign_in(client: HttpClient, db: None) -> None:
    assert client.get("/").headers["Location"].startswith(reverse("account_login"))


def test_a_person_on_no_team_is_told_how_to_join_one(client: HttpClient, db: None) -> None:
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/")

    assert answer.status_code == 403
    assert "You are not on a team yet" in answer.content.decode()


def test_an_apprentice_has_a_home_too(client: HttpClient, db: None) -> None:
    practice = make_practice()

    assert log_in(client, make_member(practice, Role.APPRENTICE)).get(home_of(practice)).status_code == 200
