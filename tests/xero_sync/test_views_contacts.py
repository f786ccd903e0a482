"""Choosing the contact of a client: the chooser, the queue, the client's Xero tab."""

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clients.models import Practice, Role
from sandbox.xero.server import Running
from tests.factories import (
    log_in,
    make_client,
    make_connection,
    make_contact,
    make_invoice,
    make_link,
    make_member,
    make_practice,
    make_suggestion,
)
from tests.xero_sync.walking import connect, page
from tests.xero_world import Remote, contact_named
from xero_sync.models import ContactLink, Difference

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def north() -> Practice:
    return make_practice("North & Vale")


def words(answer: object) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]
    return " ".join(text.split())


def linked_to(practice: Practice) -> dict[str, str]:
    links = ContactLink.objects.for_practice(practice).select_related("client", "contact")
    return {link.client.name: link.contact.name for link in links}


# ── The chooser ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_city_limousines_is_suggested_first_for_city_limo_and_linked_only_by_a_person(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()

    html = client.get(page("contact_choice", north, client_id=city_limo.pk), headers=HTMX).content.decode()
    first = re.findall(r'name="contact" value="(\d+)"[^>]*data-label="Link to ([^"]+)"', html)[0]
    before = linked_to(north)
    client.post(page("contact_link", north, client_id=city_limo.pk), {"contact": first[0]})

    assert first[1] == "City Limousines"
    assert before == {}
    assert linked_to(north) == {"CITY LIMO": "City Limousines"}


def test_example_22_the_active_twin_comes_first_and_the_archived_one_is_shown_as_archived(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    bell_bakery = make_client(north, "Bell Bakery", email="a@bell.example")
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()

    answer = client.get(page("contact_choice", north, client_id=bell_bakery.pk), headers=HTMX)

    said = words(answer)
    assert said.index("Bell Bakery Ltd Active") < said.index("Bell Bakery Archived in Xero")
    assert "An archived contact cannot be invoiced. Unarchive in Xero" in said
    assert len(re.findall(r'data-label="Link to', answer.content.decode())) == 1
    assert linked_to(north) == {}


def test_an_archived_contact_is_unarchived_in_xero_from_the_chooser(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    bell_bakery = make_client(north, "Bell Bakery", email="a@bell.example")
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()
    archived = contact_named(north, "Bell Bakery")

    url = page("contact_unarchiving", north, client_id=bell_bakery.pk, contact_id=archived.pk)
    answer = client.post(url, headers=HTMX)

    assert "Bell Bakery is active in Xero again." in words(answer)
    assert contact_named(north, "Bell Bakery").is_usable
    assert len(Remote(sandbox).requests("POST", "Contacts")) == 1


def test_in_safe_mode_nothing_is_unarchived_and_the_chooser_says_why(client: Client) -> None:
    north = make_practice("North & Vale", safe_mode=True)
    archived = make_contact(make_connection(north), "Bell Bakery", status="archived")
    bell_bakery = make_client(north, "Bell Bakery")
    log_in(client, make_member(north))

    url = page("contact_unarchiving", north, client_id=bell_bakery.pk, contact_id=archived.pk)
    answer = client.post(url, headers=HTMX)

    assert "Safe Mode is on" in words(answer)
    archived.refresh_from_db()
    assert not archived.is_usable


def test_the_search_finds_archived_contacts_and_says_so(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_contact(connection, "Bell Bakery", status="archived")
    make_contact(connection, "City Limousines")
    zedonk = make_client(north, "Zedonk Trading")
    log_in(client, make_member(north))

    said = words(client.get(page("contact_choice", north, client_id=zedonk.pk), {"q": "bell"}, headers=HTMX))
    nothing = words(client.get(page("contact_choice", north, client_id=zedonk.pk), {"q": "qqq"}, headers=HTMX))

    assert "Bell Bakery Archived in Xero" in said
    assert "City Limousines" not in said
    assert "No contact fits “qqq”" in nothing


def test_an_archived_contact_cannot_be_linked_by_a_crafted_request(client: Client, north: Practice) -> None:
    archived = make_contact(make_connection(north), "Bell Bakery", status="archived")
    bell_bakery = make_client(north, "Bell Bakery")
    log_in(client, make_member(north))

    answer = client.post(page("contact_link", north, client_id=bell_bakery.pk), {"contact": archived.pk})

    assert answer.status_code == 422
    assert "Unarchive it in Xero first" in words(answer)
    assert linked_to(north) == {}


def test_a_contact_of_another_practice_cannot_be_linked(client: Client, north: Practice) -> None:
    make_connection(north)
    foreign = make_contact(make_connection(make_practice("Other & Co")), "City Limousines")
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north))

    answer = client.post(page("contact_link", north, client_id=city_limo.pk), {"contact": foreign.pk})

    assert answer.status_code == 422
    assert "City Limousines" not in words(answer)
    assert linked_to(north) == {}


@pytest.mark.parametrize("contact", ["", "abc", "-1", "9" * 30])
def test_a_choice_that_is_none_is_answered_in_words(client: Client, north: Practice, contact: str) -> None:
    make_connection(north)
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north))

    answer = client.post(page("contact_link", north, client_id=city_limo.pk), {"contact": contact})

    assert answer.status_code == 422
    assert linked_to(north) == {}


def test_leaving_it_takes_a_link_away_so_that_a_new_contact_is_created(client: Client, north: Practice) -> None:
    city_limo = make_client(north, "CITY LIMO")
    make_link(city_limo, make_contact(make_connection(north)))
    log_in(client, make_member(north))

    client.post(page("contact_link", north, client_id=city_limo.pk), {"contact": "new"})

    assert linked_to(north) == {}


def test_a_linked_client_can_be_unlinked(client: Client, north: Practice) -> None:
    city_limo = make_client(north, "CITY LIMO")
    make_link(city_limo, make_contact(make_connection(north)))
    log_in(client, make_member(north))

    client.post(page("contact_unlinking", north, client_id=city_limo.pk))

    assert linked_to(north) == {}


def test_a_choice_in_the_dialog_closes_it_and_tells_the_page_to_refresh(client: Client, north: Practice) -> None:
    contact = make_contact(make_connection(north))
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north))

    url = page("contact_link", north, client_id=city_limo.pk)
    answer = client.post(url, {"contact": contact.pk}, headers=HTMX)

    assert answer.status_code == 204
    assert list(json_of(answer)) == ["toast", "contact-changed", "close-dialog"]
    assert json_of(answer)["toast"]["text"] == "CITY LIMO is linked to City Limousines."


def json_of(answer: object) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(answer.headers["HX-Trigger"])  # type: ignore[attr-defined]
    return found


def test_what_a_merged_contact_became_is_offered(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    into = make_contact(connection, "Gannet Marine")
    merged = make_contact(connection, "Gannet Boats", status="merged", merged_into=into.external_id)
    gannet = make_client(north, "Gannet Marine Services Ltd")
    make_link(gannet, merged)
    log_in(client, make_member(north))

    html = client.get(page("contact_choice", north, client_id=gannet.pk), headers=HTMX).content.decode()

    assert f'value="{into.pk}"' in html
    assert f'value="{merged.pk}"' not in html


def test_the_chooser_is_a_page_without_scripts(client: Client, north: Practice) -> None:
    make_connection(north)
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north))

    html = client.get(page("contact_choice", north, client_id=city_limo.pk)).content.decode()

    assert html.startswith("<!doctype html>")
    assert "Choose the Xero contact for CITY LIMO" in html


def test_a_contact_name_from_xero_is_inert(client: Client, north: Practice) -> None:
    contact = make_contact(make_connection(north), '<script>alert("x")</script>')
    city_limo = make_client(north, "CITY LIMO")
    make_suggestion(city_limo, contact, reason='Similar <img src=x onerror="x">')
    log_in(client, make_member(north))

    html = client.get(page("contact_choice", north, client_id=city_limo.pk), headers=HTMX).content.decode()

    assert "<script>" not in html
    assert "<img" not in html


# ── The queue ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_every_state_with_its_count(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_suggestion(make_client(north, "CITY LIMO"), make_contact(connection))
    make_client(north, "Zedonk Trading")
    make_link(make_client(north, "Fernhill Dental"), make_contact(connection, "Fernhill", status="archived"))
    make_link(make_client(north, "Larkspur Vets"), make_contact(connection, "Larkspur Vets"))
    log_in(client, make_member(north))

    said = words(client.get(page("contacts", north)))
    linked = words(client.get(page("contacts", north), {"match": "linked"}))

    assert "To match 3 Suggested 1 Unmatched 1 Archived in Xero 1 Linked 1" in said
    assert "Larkspur Vets" not in said.split("Choose", 1)[1]
    assert "Larkspur Vets" in linked.split("Choose", 1)[1]


def test_accepted_suggestions_are_linked_together_and_can_be_taken_back(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    city_limo, gannet = make_client(north, "CITY LIMO"), make_client(north, "Gannet")
    make_suggestion(city_limo, make_contact(connection, "City Limousines"))
    make_suggestion(gannet, make_contact(connection, "Gannet Marine"))
    log_in(client, make_member(north))

    answer = client.post(page("contact_links", north), {"client": [city_limo.pk, gannet.pk]}, follow=True)
    made = linked_to(north)
    undo = re.search(r'action="([^"]+links/undo/[^"]*)"', answer.content.decode())
    assert undo is not None
    client.post(undo[1])

    assert made == {"CITY LIMO": "City Limousines", "Gannet": "Gannet Marine"}
    assert linked_to(north) == {}
    assert "Suggested 2" in words(client.get(page("contacts", north)))


def test_two_clients_never_get_the_same_contact_by_accepting(client: Client, north: Practice) -> None:
    contact = make_contact(make_connection(north))
    clients = [make_client(north, "CITY LIMO"), make_client(north, "City Limousines Group")]
    make_suggestion(clients[0], contact, score=70)
    make_suggestion(clients[1], contact, score=90)
    log_in(client, make_member(north))

    client.post(page("contact_links", north), {"client": [each.pk for each in clients]})

    assert linked_to(north) == {"City Limousines Group": "City Limousines"}


def test_an_archived_suggestion_is_not_accepted(client: Client, north: Practice) -> None:
    archived = make_contact(make_connection(north), "Bell Bakery", status="archived")
    bell_bakery = make_client(north, "Bell Bakery")
    make_suggestion(bell_bakery, archived)
    log_in(client, make_member(north))

    client.post(page("contact_links", north), {"client": [bell_bakery.pk]})

    assert linked_to(north) == {}


def test_clients_of_another_practice_cannot_be_ticked(client: Client, north: Practice) -> None:
    make_connection(north)
    other = make_practice("Other & Co")
    foreign = make_client(other, "CITY LIMO")
    make_suggestion(foreign, make_contact(make_connection(other)))
    log_in(client, make_member(north))

    client.post(page("contact_links", north), {"client": [foreign.pk]})

    assert linked_to(other) == {}


def test_undo_takes_back_no_link_of_another_practice(client: Client, north: Practice) -> None:
    make_connection(north)
    other = make_practice("Other & Co")
    link = make_link(make_client(other, "CITY LIMO"), make_contact(make_connection(other)))
    log_in(client, make_member(north))

    client.post(f"{page('contact_links_undo', north)}?links={link.pk}")

    assert linked_to(other) == {"CITY LIMO": "City Limousines"}


def test_the_queue_of_many_clients_takes_as_many_queries_as_that_of_one(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_suggestion(make_client(north, "CITY LIMO"), make_contact(connection))
    log_in(client, make_member(north))

    one = queries(client, page("contacts", north))
    for number in range(30):
        make_suggestion(make_client(north, f"Firm {number}"), make_contact(connection, f"Firm {number} Ltd"))
        make_link(make_client(north, f"Shop {number}"), make_contact(connection, f"Shop {number}", status="archived"))
    many = queries(client, page("contacts", north))

    assert many == one


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(database) as seen:
        client.get(url)
    return len(seen)


def test_before_xero_is_connected_the_queue_says_what_to_do(client: Client, north: Practice) -> None:
    log_in(client, make_member(north))

    assert "Xero is not connected" in words(client.get(page("contacts", north)))


# ── The client's Xero tab ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tab_lays_both_records_side_by_side(client: Client, north: Practice) -> None:
    city_limo = make_client(north, "CITY LIMO", email="accounts@citylimousines.example")
    make_link(city_limo, make_contact(make_connection(north), email="accounts@citylimousines.example"))
    log_in(client, make_member(north))

    said = words(client.get(page("client_xero", north, client_id=city_limo.pk)))

    assert "Linked to City Limousines" in said
    assert "Name CITY LIMO City Limousines Differs" in said


def test_the_tab_shows_xeros_own_words_and_what_differs(client: Client, north: Practice) -> None:
    city_limo = make_client(north, "CITY LIMO")
    make_link(city_limo, make_contact(make_connection(north)))
    invoice = make_invoice(city_limo, "120.00")
    invoice.record_refused(code="VALIDATION", reason="Xero refused it.", words="The Contact is archived.", at=invoice.raised_at)  # fmt: skip  # noqa: E501
    invoice.push.__class__.objects.for_practice(north).update(status="refused")
    Difference.objects.create(
        practice=north, invoice=invoice, kind="total", detail="£100.00 there.", found_at=invoice.raised_at
    )
    log_in(client, make_member(north))

    said = words(client.get(page("client_xero", north, client_id=city_limo.pk)))

    assert "Refused What Xero said The Contact is archived." in said
    assert "Another total" in said
    assert "£100.00 there." in said


def test_an_apprentice_sees_the_link_but_no_money_and_no_buttons(client: Client, north: Practice) -> None:
    city_limo = make_client(north, "CITY LIMO")
    make_link(city_limo, make_contact(make_connection(north)))
    make_invoice(city_limo, "1234.00")
    log_in(client, make_member(north, Role.APPRENTICE))

    said = words(client.get(page("client_xero", north, client_id=city_limo.pk)))

    assert "Linked to City Limousines" in said
    for hidden in ("1,234.00", "Choose another contact", "Unlink", "Why no invoice?"):
        assert hidden not in said


@pytest.mark.parametrize("role", [Role.APPRENTICE, Role.MEMBER])
@pytest.mark.parametrize("name", ["contact_choice", "contact_link", "contact_unlinking"])
def test_who_may_not_bill_may_not_choose_contacts(client: Client, north: Practice, role: str, name: str) -> None:
    city_limo = make_client(north, "CITY LIMO")
    log_in(client, make_member(north, role))

    url = page(name, north, client_id=city_limo.pk)

    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403


@pytest.mark.parametrize("name", ["contact_choice", "contact_link", "contact_unlinking", "client_xero"])
def test_another_practices_client_is_not_found(client: Client, north: Practice, name: str) -> None:
    make_connection(north)
    foreign = make_client(make_practice("Other & Co"), "CITY LIMO")
    log_in(client, make_member(north))
    url = page(name, north, client_id=foreign.pk)

    answer = client.get(url)

    assert (client.post(url) if answer.status_code == 405 else answer).status_code == 404


def test_another_practices_contact_is_not_unarchived(client: Client, north: Practice) -> None:
    make_connection(north)
    foreign = make_contact(make_connection(make_practice("Other & Co")), "Bell Bakery", status="archived")
    bell_bakery = make_client(north, "Bell Bakery")
    log_in(client, make_member(north))

    url = page("contact_unarchiving", north, client_id=bell_bakery.pk, contact_id=foreign.pk)

    assert client.post(url).status_code == 404
