"""The Integrations page in all its states, syncs with live progress, banners and Home."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from billing.models import BillingSettings, LedgerAccount
from clients.models import Practice, Role
from notifications.models import Message
from sandbox.xero.server import Running
from tests.factories import (
    log_in,
    make_account,
    make_client,
    make_connection,
    make_contact,
    make_invoice,
    make_link,
    make_member,
    make_practice,
)
from tests.xero_sync.test_views_contacts import queries, words
from tests.xero_sync.walking import connect, page
from tests.xero_world import Remote
from xero_sync.models import Connection, Lane, SyncRun
from xero_sync.operations import connections

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> Practice:
    return make_practice("North & Vale")


def lose(connection: Connection, problem: str = "Socket was disconnected in Xero.") -> None:
    connections.mark_lost(connection=connection, problem=problem, at=timezone.now())


def test_before_anything_is_connected_the_page_says_how(client: Client, north: Practice) -> None:
    log_in(client, make_member(north))

    said = words(client.get(page("integrations", north)))

    assert "Connect your Xero organisation" in said
    assert "Connect with Xero" in said
    assert "Adfin" not in said


def test_the_green_tick_names_the_organisation_who_connected_and_the_calls_left(
    client: Client, north: Practice
) -> None:
    priya = make_member(north)
    make_connection(north, by=priya)
    Lane.objects.create(practice=north, next_ok_at=timezone.now(), day_remaining=4871, limits_seen_at=timezone.now())
    log_in(client, priya)

    said = words(client.get(page("integrations", north)))

    assert "Connected to Xero" in said
    assert "Organisation North & Vale Accountants" in said.replace("&amp;", "&")
    assert "Connected by Priya Sandhu, 15 September 2026" in said
    assert "Calls left today 4,871" in said


@pytest.mark.parametrize(("left", "is_kept"), [(501, False), (500, True), (400, True)])
def test_the_tenth_of_a_days_calls_that_is_kept_for_people_is_called_so(
    left: int, is_kept: bool, client: Client, north: Practice
) -> None:
    make_connection(north)
    seen = {"next_ok_at": timezone.now(), "day_limit": 5000, "day_remaining": left, "limits_seen_at": timezone.now()}
    Lane.objects.create(practice=north, **seen)
    log_in(client, make_member(north))

    assert ("kept for people" in words(client.get(page("integrations", north)))) is is_kept


def test_default_account_codes_are_chosen_among_xeros_sales_accounts(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()
    recurring = LedgerAccount.objects.for_practice(north).get(code="210")
    one_off = LedgerAccount.objects.for_practice(north).get(code="200")

    form = {"recurring_account": recurring.pk, "one_off_account": one_off.pk}
    client.post(page("account_codes", north), form)

    settings = BillingSettings.objects.for_practice(north).get()
    assert (settings.recurring_account, settings.one_off_account) == (recurring, one_off)


def test_an_account_that_is_no_sales_account_is_refused_and_the_page_stays(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()
    bank = LedgerAccount.objects.for_practice(north).filter(is_sales=False).first()

    form = {"recurring_account": bank.pk if bank else 0, "one_off_account": ""}
    answer = client.post(page("account_codes", north), form)

    assert answer.status_code == 422
    assert "Something needs another look" in words(answer)


def test_a_sync_shows_its_progress_until_it_has_ended(
    client: Client, north: Practice, sandbox: Running, run_bell: Callable[[], list[str]]
) -> None:
    log_in(client, make_member(north))
    connect(client, north)
    run_bell()

    client.post(page("syncs", north))
    run = SyncRun.objects.for_practice(north).first()
    assert run is not None
    url = page("sync", north, run_id=run.pk)
    under_way = client.get(url)
    run_bell()
    ended = client.get(url)

    assert 'hx-trigger="every 2s"' in under_way.content.decode()
    assert "HX-Refresh" not in under_way.headers
    assert 'hx-trigger="every 2s"' not in ended.content.decode()
    assert ended.headers["HX-Refresh"] == "true"
    assert "27 contacts" in words(client.get(page("integrations", north)))


def test_sync_now_pressed_twice_is_one_sync(client: Client, north: Practice) -> None:
    make_connection(north)
    log_in(client, make_member(north))

    client.post(page("syncs", north))
    client.post(page("syncs", north))

    assert SyncRun.objects.for_practice(north).count() == 1


def test_another_practices_sync_is_not_found(client: Client, north: Practice) -> None:
    other = make_practice("Other & Co")
    run = SyncRun.objects.create(
        practice=other, connection=make_connection(other), asked_at=timezone.now(), not_before=timezone.now()
    )
    log_in(client, make_member(north))

    assert client.get(page("sync", north, run_id=run.pk)).status_code == 404


def test_a_lost_connection_says_what_happened_what_waits_and_the_way_back(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_invoice(make_client(north), "310.00")
    log_in(client, make_member(north))
    lose(connection)

    said = words(client.get(page("integrations", north)))

    assert "The connection to Xero is lost" in said
    assert "Socket was disconnected in Xero." in said
    assert "1 plan invoice waits, £310.00 net of VAT" in said
    assert "Reconnect to Xero" in said
    assert "Connected to Xero" not in said


def test_a_connection_that_needs_attention_says_what_xero_says(client: Client, north: Practice) -> None:
    make_connection(north, status="needs_attention", problem="Ask a Xero adviser to reconnect.", lost_at=timezone.now())
    log_in(client, make_member(north))

    said = words(client.get(page("integrations", north)))

    assert "needs attention" in said
    assert "Ask a Xero adviser to reconnect." in said


def test_the_test_of_the_connection_notices_a_loss(client: Client, north: Practice, sandbox: Running) -> None:
    log_in(client, make_member(north))
    connect(client, north)
    Remote(sandbox).do("disconnect")

    client.post(page("check", north))

    assert Connection.objects.for_practice(north).get().is_lost


def test_the_banner_is_on_every_page_and_its_button_only_for_those_who_may_reconnect(
    client: Client, north: Practice
) -> None:
    connection = make_connection(north)
    log_in(client, make_member(north))
    lose(connection)
    home = f"/p/{north.slug}/"

    as_owner = words(client.get(home))
    as_apprentice = words(log_in(Client(), make_member(north, Role.APPRENTICE, name="Tess Okafor")).get(home))

    assert "Xero is disconnected since" in as_owner
    assert "Reconnect to Xero" in as_owner
    assert "Xero is disconnected since" in as_apprentice
    assert "Reconnect to Xero" not in as_apprentice


@time_machine.travel(datetime(2026, 10, 1, 9, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("scope", "until", "said"),
    [
        ("day", timedelta(hours=11), "Xero’s limit for today is used up. Posting resumes at 21:00."),
        ("unreachable", timedelta(minutes=5), "Xero does not answer. Posting resumes at 10:05."),
        ("minute", timedelta(hours=20), "Xero asked Socket to slow down. Posting resumes at 06:00 on 2 October."),
    ],
)
def test_while_xero_makes_us_wait_every_page_says_what_waits_and_until_when(
    scope: str, until: timedelta, said: str, client: Client, north: Practice
) -> None:
    make_connection(north)
    Lane.objects.create(practice=north, next_ok_at=timezone.now() + until, waiting_for=scope)
    make_invoice(make_client(north))
    log_in(client, make_member(north))

    home = words(client.get(f"/p/{north.slug}/"))

    assert said in home
    assert "1 invoice waits; it goes out by itself." in home
    assert f"{said} 1 waits." in words(client.get(page("integrations", north)))


def test_a_pause_of_a_moment_or_without_anything_that_waits_is_not_worth_a_word(
    client: Client, north: Practice
) -> None:
    make_connection(north)
    lane = Lane.objects.create(
        practice=north, next_ok_at=timezone.now() + timedelta(hours=1), waiting_for="unreachable"
    )
    log_in(client, make_member(north))
    assert "Xero does not answer" not in words(client.get(f"/p/{north.slug}/"))

    make_invoice(make_client(north))
    Lane.objects.for_practice(north).filter(pk=lane.pk).update(next_ok_at=timezone.now() + timedelta(seconds=15))
    assert "Xero does not answer" not in words(client.get(f"/p/{north.slug}/"))


def test_everybody_is_written_to_with_what_waits(client: Client, north: Practice) -> None:
    make_member(north)
    make_member(north, Role.APPRENTICE, name="Tess Okafor")
    connection = make_connection(north, by=make_member(north, Role.ADMIN, name="Alun Rees"))
    make_invoice(make_client(north), "310.00")

    lose(connection)
    letters = list(Message.objects.for_practice(north).filter(slug="connection_lost"))

    assert len(letters) == 3
    for part in (letters[0].text, letters[0].html):
        assert "£310.00" in part
        assert "Reconnect to Xero" in part
        assert "/settings/integrations/" in part


def test_home_lists_contacts_that_hold_invoices_back_and_clients_to_match(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_client(north, "Zedonk Trading", standing="active")
    make_client(north, "Only A Prospect")
    fernhill = make_client(north, "Fernhill Dental", standing="active")
    make_link(fernhill, make_contact(connection, "Fernhill", status="archived"))
    log_in(client, make_member(north))

    said = words(client.get(f"/p/{north.slug}/"))

    assert "1 contact cannot be invoiced" in said
    assert "1 client is not linked to a Xero contact" in said


@pytest.mark.parametrize("role", [Role.APPRENTICE, Role.MEMBER])
@pytest.mark.parametrize("name", ["integrations", "consent", "organisation", "disconnection", "syncs", "account_codes"])
def test_who_may_not_change_settings_neither_sees_nor_connects(
    client: Client, north: Practice, role: str, name: str
) -> None:
    make_connection(north)
    log_in(client, make_member(north, role))

    assert client.get(page(name, north)).status_code == 403
    assert client.post(page(name, north)).status_code == 403


@pytest.mark.parametrize("name", ["consent", "disconnection", "syncs", "check", "account_codes"])
def test_state_changes_by_get_or_without_a_token_are_refused(north: Practice, name: str) -> None:
    connection = make_connection(north)
    strict = log_in(Client(enforce_csrf_checks=True), make_member(north))

    by_get, without_token = strict.get(page(name, north)), strict.post(page(name, north))

    assert by_get.status_code in (200, 405)
    assert without_token.status_code == 403
    connection.refresh_from_db()
    assert connection.is_connected
    assert not SyncRun.objects.for_practice(north).exists()


def test_the_page_takes_as_many_queries_with_many_contacts_as_with_one(client: Client, north: Practice) -> None:
    connection = make_connection(north)
    make_contact(connection)
    log_in(client, make_member(north))

    one = queries(client, page("integrations", north))
    for number in range(20):
        make_client(north, f"Firm {number}")
        make_contact(connection, f"Firm {number}")
        SyncRun.objects.create(
            practice=north, connection=connection, status="done", asked_at=timezone.now(), not_before=timezone.now(),
            finished_at=timezone.now(),
        )  # fmt: skip
    many = queries(client, page("integrations", north))

    assert many == one


def test_codes_that_were_read_and_cannot_be_chosen_are_told_apart(client: Client, north: Practice) -> None:
    make_connection(north)
    for code, is_archived in (("200", False), ("260", False), ("299", True)):
        make_account(north, code, is_archived=is_archived)

    said = words(log_in(client, make_member(north)).get(page("integrations", north)))

    assert "2 and 1 archived in Xero" in said
