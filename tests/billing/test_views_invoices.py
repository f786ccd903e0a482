"""Invoices through HTTP: the list, one, the ones to fix, and what a person does about them."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.operations import invoices
from billing.ports import Attempt, Deviation, Whereabouts
from tests.billing.office import IN_OCTOBER, SEPTEMBER, after, text_of
from tests.factories import (
    log_in,
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_invoice,
    make_member,
    make_practice,
    terms,
)

ARCHIVED = {
    "code": "CONTACT_ARCHIVED",
    "reason": "The contact Bell Bakery is archived in Xero. An archived contact cannot be invoiced.",
    "words": "The contact specified is archived",
}


@pytest.fixture
def office(client, north_vale, priya, settings):
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(IN_OCTOBER, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def home(north_vale):
    return f"/p/{north_vale.slug}/"


@pytest.fixture
def raised(office, north_vale, bell_bakery):
    """Two invoices of September's plan: Bell Bakery and City Limo."""
    account = make_account(north_vale)
    for client in (bell_bakery, make_client(north_vale, "City Limo")):
        make_engagement(client, [terms(ledger_account_id=account.pk)])
    make_finalised_plan(north_vale, SEPTEMBER, at=IN_OCTOBER)
    return list(Invoice.objects.for_practice(north_vale).order_by("client__name"))


@pytest.fixture
def at_signing(office, north_vale, bell_bakery):
    """An acceptance invoice that was refused: worked example 12."""
    account = make_account(north_vale, "260")
    agreed = terms("Company formation", "250.00", "once_acceptance", ledger_account_id=account.pk)
    make_engagement(bell_bakery, [agreed], starts_on=None, at=IN_OCTOBER)
    invoice = Invoice.objects.for_practice(north_vale).get(kind="acceptance")
    invoices.record_refused(invoice=invoice, **ARCHIVED, at=IN_OCTOBER)
    return invoice


def test_the_list_finds_an_invoice_by_client_and_by_state(office, home, raised):
    assert "City Limo" not in text_of(office.get(f"{home}invoices/?q=bell"))
    assert "No invoice matches" in text_of(office.get(f"{home}invoices/?result=posted"))
    assert "City Limo" in text_of(office.get(f"{home}invoices/?result=waiting&kind=recurring"))


def test_an_invoice_shows_its_lines_why_they_are_due_and_its_history(office, home, raised):
    page = text_of(office.get(f"{home}invoices/{raised[0].pk}/"))

    assert "Bookkeeping" in page
    assert "Why each line is here" in page
    assert "Account 200" in page
    assert "Raised by" in page


def test_the_timeline_names_each_refusal_and_each_attempt_with_the_ledgers_words(office, home, raised, ledger):
    invoices.record_refused(invoice=raised[0], **ARCHIVED, at=IN_OCTOBER)
    sent = "Sent to Xero and answered, after 0.4 s"
    ledger.attempts = [Attempt(IN_OCTOBER, sent, said="Xero’s own mark for it: c-1", mark="Request 1a2b3c4d, alone")]

    page = text_of(office.get(f"{home}invoices/{raised[0].pk}/"))

    history = page.split("<h3>History</h3>")[1]
    assert "Refused: The contact Bell Bakery is archived in Xero." in history
    assert "The contact specified is archived" in history
    assert "CONTACT_ARCHIVED" in history
    assert sent in history
    assert "Request 1a2b3c4d, alone" in history
    assert "Xero’s own mark for it: c-1" in history


def test_an_invoice_on_its_way_says_where_it_is(office, home, raised, ledger):
    place = Whereabouts("BEING_CHECKED", "Not known yet whether it arrived", "Socket looks for it.", is_away=True)
    ledger.places = {raised[0].pk: place}

    page = text_of(office.get(f"{home}invoices/{raised[0].pk}/"))

    assert "Not known yet whether it arrived" in page
    assert "Look now" in page
    assert "/by-hand/" not in page


def test_an_invoice_that_differs_in_the_ledger_says_how_and_is_marked_as_seen(office, home, raised, ledger):
    invoices.record_posted(invoice=raised[0], reference="x-1", number="S-1", url="https://go.xero.com/1", at=IN_OCTOBER)
    said = "In Xero it comes to 150.00 net; we posted 200.00."
    ledger.deviations = [Deviation(raised[0].pk, "TOTAL_IN_XERO", "Another total in Xero", said, IN_OCTOBER)]
    url = f"{home}invoices/{raised[0].pk}/"

    assert said in text_of(office.get(url))
    page = after(office, office.post(f"{url}acknowledgement/"))

    assert "Another total in Xero" not in page


def test_a_waiting_invoice_is_handed_to_its_ledger_once_more(office, home, raised, ledger):
    ledger.forget()

    office.post(f"{home}invoices/{raised[0].pk}/attempt/")

    assert ledger.queued == [raised[0].pk]


def test_the_page_names_the_owner_and_the_marker(office, home, raised, bell_bakery):
    bell_bakery.owner = make_member(bell_bakery.practice, name="Carys Owen")
    bell_bakery.save()

    page = text_of(office.get(f"{home}invoices/{raised[0].pk}/"))

    assert "Carys Owen" in page
    assert str(raised[0].uid) in page


def test_a_posted_invoice_leads_to_xero(office, home, raised):
    invoices.record_posted(invoice=raised[0], reference="x-1", number="S-1", url="https://go.xero.com/1", at=IN_OCTOBER)

    assert "https://go.xero.com/1" in text_of(office.get(f"{home}invoices/{raised[0].pk}/"))


def test_the_invoice_of_another_practice_is_not_found(office, home, raised, client):
    other = make_practice("Other & Co")

    assert office.get(f"/p/{other.slug}/invoices/{raised[0].pk}/").status_code == 404


def test_nothing_to_fix_is_said_so(office, home):
    assert "Nothing to fix" in text_of(office.get(f"{home}invoices-to-fix/"))


def test_an_invoice_to_fix_shows_cause_code_since_when_and_the_ledgers_words(office, home, raised):
    invoices.record_refused(invoice=raised[0], **ARCHIVED, at=IN_OCTOBER)

    page = text_of(office.get(f"{home}invoices-to-fix/"))

    assert "1 invoice, £200.00, needs a decision" in page
    assert "The contact Bell Bakery is archived in Xero" in page
    assert "CONTACT_ARCHIVED" in page
    assert "The contact specified is archived" in page
    assert "Today, 10:00" in page


def test_invoices_of_one_cause_stand_together(office, home, raised):
    for invoice in raised:
        invoices.record_refused(
            invoice=invoice, code="ACCOUNT_INVALID", reason="Account code 210 is archived.", words="", at=IN_OCTOBER
        )

    page = text_of(office.get(f"{home}invoices-to-fix/"))

    assert page.count("Account code 210 is archived") == 1
    assert "2 invoices, £400.00" in page
    assert "Retry all" in page


def test_invoices_to_fix_come_fifty_to_a_page(office, home, bell_bakery):
    refusal = {"status": "refused", "refused_at": IN_OCTOBER, "refusal_code": "VALIDATION", "refusal_reason": "No."}
    for _ in range(51):
        make_invoice(bell_bakery, "10.00", is_queued=False, **refusal)

    first, second = (text_of(office.get(f"{home}invoices-to-fix/?page={page}")) for page in (1, 2))

    row = 'scope="row" class="sk-key"'
    assert (first.count(row), second.count(row)) == (50, 1)
    assert "51 invoices, £510.00, need a decision" in first
    assert "51 invoices, £510.00, need a decision" in second
    assert "Retry all" in second


def test_a_retried_invoice_waits_again(office, home, raised):
    invoices.record_refused(invoice=raised[0], **ARCHIVED, at=IN_OCTOBER)

    page = after(office, office.post(f"{home}invoices/{raised[0].pk}/attempt/"))

    assert "is on its way again" in page
    raised[0].refresh_from_db()
    assert raised[0].is_waiting


def test_all_are_retried_at_once_and_acceptance_ones_are_not(office, home, raised, at_signing):
    for invoice in raised:
        invoices.record_refused(invoice=invoice, **ARCHIVED, at=IN_OCTOBER)

    assert "2 invoices are on the way again" in after(office, office.post(f"{home}invoices-to-fix/attempt/"))
    at_signing.refresh_from_db()
    assert at_signing.is_refused


def test_12_send_to_xero_now_pressed_twice_queues_the_invoice_once(office, home, at_signing, ledger):
    assert "Send to Xero now" in text_of(office.get(f"{home}invoices-to-fix/"))
    ledger.forget()

    for _ in range(2):
        office.post(f"{home}invoices/{at_signing.pk}/sending/")

    assert ledger.queued == [at_signing.pk]


def test_only_an_acceptance_invoice_is_sent_by_a_person(office, home, raised):
    assert "goes out with its plan" in after(office, office.post(f"{home}invoices/{raised[0].pk}/sending/"))


def test_handled_by_hand_closes_an_invoice_with_a_reason(office, home, raised):
    url = f"{home}invoices/{raised[0].pk}/by-hand/"
    assert "Say in a few words what was done" in text_of(office.post(url, {"reason": ""}))

    page = after(office, office.post(url, {"reason": "Raised in Xero as INV-0042"}))

    assert "Handled by hand" in page
    assert "Raised in Xero as INV-0042" in page


def test_what_was_posted_cannot_be_handled_by_hand(office, home, raised):
    invoices.record_posted(invoice=raised[0], reference="x-1", number="", url="", at=IN_OCTOBER)

    answer = office.post(f"{home}invoices/{raised[0].pk}/by-hand/", {"reason": "Too late"})

    assert "is in the ledger already" in after(office, answer)


def test_what_may_have_left_us_is_not_handled_by_hand_and_nobody_says_that_it_was_sent(office, home, raised, ledger):
    ledger.sent.add(raised[0].pk)

    page = after(office, office.post(f"{home}invoices/{raised[0].pk}/by-hand/", {"reason": "By hand"}))

    assert "is on its way, or it is being checked whether it arrived" in page
    assert "in the ledger already" not in page


def test_an_answer_leads_back_only_into_the_same_practice(office, home, raised):
    answer = office.post(f"{home}invoices/{raised[0].pk}/attempt/", {"next": "https://elsewhere.example/"})

    assert answer.url == f"{home}invoices/{raised[0].pk}/"


def test_the_clients_tab_lists_its_invoices_and_says_why_there_is_none(office, home, raised, bell_bakery):
    assert "September 2026 plan" in text_of(office.get(f"{home}clients/{bell_bakery.pk}/invoices/"))

    stranger = make_client(bell_bakery.practice, "Quayside Optics")
    why = text_of(office.get(f"{home}clients/{stranger.pk}/why/"))
    assert "No accepted proposal bills this client" in why
    assert "Is Safe Mode off?" in why


def test_60_invoices_ask_no_more_of_the_database_than_5(office, home, north_vale):
    def bill(first, last, month):
        for number in range(first, last):
            make_engagement(make_client(north_vale, f"Firm {number}"), starts_on=month)
        make_finalised_plan(north_vale, month, at=IN_OCTOBER)

    def count():
        with CaptureQueriesContext(connection) as queries:
            office.get(f"{home}invoices/")
        return len(queries)

    bill(0, 5, SEPTEMBER)
    count()
    few = count()
    bill(5, 40, SEPTEMBER.replace(month=10))
    Invoice.objects.for_practice(north_vale).update(is_released=True)
    assert count() == few
