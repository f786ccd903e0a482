"""The contact chooser in a browser: a dialog over the page, which then shows the decision."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.factories import (
    log_in,
    make_client,
    make_connection,
    make_contact,
    make_member,
    make_practice,
    make_suggestion,
)
from tests.xero_sync.walking import page as address


@pytest.mark.django_db(transaction=True)
def test_a_contact_is_chosen_in_the_dialog_and_taken_back_from_the_toast(
    page: Page, live_server: Any, client: Client
) -> None:
    north = make_practice("North & Vale")
    log_in(client, make_member(north))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    make_suggestion(make_client(north, "CITY LIMO"), make_contact(make_connection(north)))

    page.goto(live_server.url + address("contacts", north))
    page.get_by_role("link", name="Choose the contact of CITY LIMO").click()
    page.get_by_role("button", name="Link to City Limousines").click()

    expect(page.get_by_text("Every client is linked")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("rowheader", name="CITY LIMO")).to_be_visible()
