"""What was shown to somebody is kept by no cache and by no browser that the next person opens."""

import pytest
from django.test import Client as HttpClient
from pytest_django import Settings

from clients.models import Practice
from tests.factories import log_in, make_member, make_practice


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


@pytest.mark.parametrize("place", ["", "clients/", "proposals/", "billing/", "settings/", "clients/export.csv"])
def test_a_practices_pages_are_kept_nowhere(client: HttpClient, practice: Practice, place: str) -> None:
    answer = log_in(client, make_member(practice)).get(f"/p/{practice.slug}/{place}", follow=True)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_the_choice_of_practices_is_kept_nowhere(client: HttpClient, practice: Practice) -> None:
    member = make_member(practice)
    make_member(make_practice("Harbour Tax"), user=member.user)

    assert "no-store" in log_in(client, member).get("/")["Cache-Control"]


def test_style_and_scripts_may_be_kept(client: HttpClient, db: None, settings: Settings) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    answer = client.get("/static/socket.css")
    answer.close()

    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
