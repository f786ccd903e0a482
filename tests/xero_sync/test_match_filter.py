"""The list of clients, filtered by how each stands towards Xero."""

import pytest
from django.test import Client

from tests.factories import log_in, make_client, make_connection, make_contact, make_link, make_member, make_practice


@pytest.mark.django_db
@pytest.mark.parametrize(("match", "name"), [("linked", "Bell Bakery"), ("unmatched", "Marram Yoga Studio")])
def test_the_list_of_clients_can_be_narrowed_to_a_match_state(client: Client, match: str, name: str) -> None:
    practice = make_practice("North & Vale")
    connection = make_connection(practice)
    make_link(make_client(practice, "Bell Bakery"), make_contact(connection, "Bell Bakery Ltd"))
    make_client(practice, "Marram Yoga Studio")
    log_in(client, make_member(practice))

    html = client.get(f"/p/{practice.slug}/clients/?match={match}").content.decode()

    shown = {known for known in ("Bell Bakery", "Marram Yoga Studio") if f">{known}</a>" in html}
    assert shown == {name}
