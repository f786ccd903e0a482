"""Invoices to fix: everything that should be in the ledger and is not, with 0, 1 and 500 of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.operations import holds, invoices, plans
from billing.ports import Deviation, Whereabouts
from billing.views import attention
from tests.billing.office import IN_OCTOBER, SEPTEMBER, after, text_of
from tests.factories import (
    log_in,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_invoice,
    make_member,
    moment,
)

LOCKED = {
    "status": "refused",
    "refused_at": IN_OCTOBER,
    "refusal_code": "LOCKED_PERIOD",
    "refusal_reason": "The books are locked for the invoice date.",
    "ledger_words": "The document date cannot be before the lock date",
}
ARCHIVED = {
    "status": "refused",
    "refused_at": IN_OCTOBER,
    "refusal_code": "CONTACT_ARCHIVED",
    "refusal_reason": "The contact in Xero is archived. Link the client to another contact.",
}
LONG_AGO = IN_OCTOBER - timedelta(hours=2)


@pytest.fixture
def office(client, north_vale, priya, settings):
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(IN_OCTOBER, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def inbox_page(office, north_vale):
    return f"/p/{north_vale.slug}/invoices-to-fix/"


@pytest.fixture
def late(office, bell_bakery):
    """An invoice that was free to go two hours ago and has not arrived."""
    return make_invoice(bell_bakery, at=LONG_AGO)


def counted(office, inbox_page):
    """How many queries the page takes, once everything that is made on a first visit exists."""
    office.get(inbox_page)
    with CaptureQueriesContext(connection) as queries:
        office.get(inbox_page)
    return len(queries)


def altered_plan(client, by):
    make_engagement(client)
    plan = make_finalised_plan(client.practice, SEPTEMBER, at=moment(2026, 9, 20), by=by)
    plan.lines.update(amount=Decimal("2000.00"))
    plans.raise_due(practice=plan.practice, at=moment(2026, 10, 1, 0, 5))
    return plan


# ── Which invoices ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invoice_on_its_way_for_ten_minutes_is_nothing_to_fix(office, inbox_page, bell_bakery):
    make_invoice(bell_bakery, at=IN_OCTOBER - timedelta(minutes=10))

    assert "Nothing to fix" in text_of(office.get(inbox_page))
    assert attention.counts(bell_bakery.practice)["refused"] == 0


def test_a_late_invoice_says_where_it_is(office, inbox_page, late, ledger):
    sentence = "Xero asked Socket to slow down. It goes on by itself at 14:05."
    ledger.places = {late.pk: Whereabouts("PAUSED", "Waits for Xero", sentence, until=IN_OCTOBER)}

    found = text_of(office.get(inbox_page))

    assert "Waits for Xero" in found
    assert "It goes on by itself at 14:05." in found
    assert "Today, 08:00" in found
    assert "PAUSED" in found


def test_a_late_invoice_that_no_ledger_knows_is_queued_again_with_one_click(office, inbox_page, late, ledger):
    assert "In no queue to a ledger" in text_of(office.get(inbox_page))
    assert "Queue it again" in text_of(office.get(inbox_page))
    ledger.forget()

    office.post(f"{inbox_page.replace('-to-fix', '')}{late.pk}/attempt/")

    assert ledger.queued == [late.pk]


def test_what_may_have_left_us_cannot_be_closed_from_here(office, inbox_page, late, ledger):
    ledger.places = {late.pk: Whereabouts("BEING_CHECKED", "Not known yet", "Socket looks for it.", is_away=True)}

    found = text_of(office.get(inbox_page))

    assert "Look now" in found
    assert f"/invoices/{late.pk}/by-hand/" not in found


@pytest.mark.parametrize(
    ("reason", "title", "fix"),
    [
        ("connection_lost", "The connection to Xero is lost", "Reconnect to Xero"),
        ("confirmation", "Nobody has confirmed what waited in Safe Mode", "Look at what waits"),
    ],
)
def test_a_hold_is_named_with_what_ends_it(office, inbox_page, late, reason, title, fix):
    holds.place(practice=late.practice, reason=reason, at=LONG_AGO)

    found = text_of(office.get(inbox_page))

    assert title in found
    assert fix in found


def test_safe_mode_and_a_missing_ledger_are_named_with_what_ends_them(office, inbox_page, late, ledger):
    ledger.connected = False
    assert "Connect with Xero" in text_of(office.get(inbox_page))

    holds.enter_safe_mode(practice=late.practice, by=None, at=LONG_AGO)

    assert "Leave Safe Mode" in text_of(office.get(inbox_page))


def test_after_a_hold_the_wait_begins_anew(office, inbox_page, late):
    holds.place(practice=late.practice, reason="connection_lost", at=LONG_AGO)
    holds.lift(practice=late.practice, reason="connection_lost", by=None, at=IN_OCTOBER)

    assert "Nothing to fix" in text_of(office.get(inbox_page))


def test_an_invoice_that_differs_in_the_ledger_is_shown_until_somebody_has_seen_it(
    office, inbox_page, bell_bakery, ledger
):
    facts = {
        "status": "posted",
        "posted_at": LONG_AGO,
        "ledger_reference": "x-1",
        "ledger_url": "https://go.xero.com/1",
    }
    invoice = make_invoice(bell_bakery, **facts)
    voided = "Somebody voided this invoice in Xero."
    ledger.deviations = [Deviation(invoice.pk, "DELETED_IN_XERO", "Deleted or voided in Xero", voided, IN_OCTOBER)]

    found = text_of(office.get(inbox_page))
    assert "Deleted or voided in Xero" in found
    assert voided in found
    assert "https://go.xero.com/1" in found
    assert attention.counts(bell_bakery.practice)["refused"] == 1

    assert "Seen: the invoice of Bell Bakery Ltd" in after(
        office, office.post(f"{inbox_page.replace('-to-fix', '')}{invoice.pk}/acknowledgement/")
    )
    assert "Nothing to fix" in text_of(office.get(inbox_page))


def test_a_plan_whose_lines_were_altered_is_shown_with_reopen(office, inbox_page, bell_bakery, priya, north_vale):
    altered_plan(bell_bakery, priya)

    found = text_of(office.get(inbox_page))

    assert "The September 2026 plan was stopped" in found
    assert "Reopen the plan" in found
    assert "PLAN_ALTERED" in found
    assert "Approved by Priya Sandhu" in found
    assert attention.counts(north_vale)["refused"] == 1
    assert "The September 2026 plan was stopped" in text_of(office.get(f"/p/{north_vale.slug}/"))


def test_a_plan_approved_too_late_is_shown_with_post_now(office, inbox_page, bell_bakery, priya, north_vale):
    make_engagement(bell_bakery, starts_on=SEPTEMBER.replace(month=7))
    make_finalised_plan(north_vale, SEPTEMBER.replace(month=7), at=IN_OCTOBER, by=priya)

    found = text_of(office.get(inbox_page))

    assert "The July 2026 plan waits for Post now" in found
    assert "PLAN_LATE" in found


# ── One, and five hundred ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_names_who_owns_it(office, inbox_page, bell_bakery, priya):
    make_invoice(bell_bakery, is_queued=False, raised_by=priya, **LOCKED)
    assert "Priya Sandhu" in text_of(office.get(inbox_page)).split("<tbody")[1]

    bell_bakery.owner = make_member(bell_bakery.practice, name="Carys Owen")
    bell_bakery.save()

    assert "Carys Owen" in text_of(office.get(inbox_page)).split("<tbody")[1]


def test_contacts_of_several_clients_stand_under_one_cause_each_with_its_own_fix(office, inbox_page, bell_bakery):
    other = make_client(bell_bakery.practice, "City Limo")
    for client in (bell_bakery, other):
        make_invoice(client, is_queued=False, **ARCHIVED)

    found = text_of(office.get(inbox_page))

    assert found.count('<h2 id="cause-') == 1
    assert f"clients/{bell_bakery.pk}/contact" in found
    assert f"clients/{other.pk}/contact" in found


def test_500_failures_take_as_many_queries_as_5_and_say_how_many_they_are(office, inbox_page, bell_bakery):
    def add(first, last):
        for number in range(first, last):
            client = make_client(bell_bakery.practice, f"Firm {number:03}")
            make_invoice(client, "10.00", is_queued=False, **(LOCKED if number % 10 else ARCHIVED))

    add(0, 12)
    few = counted(office, inbox_page)
    add(12, 500)

    found = text_of(office.get(inbox_page))
    assert counted(office, inbox_page) == few
    assert "500 invoices, £5,000.00, need a decision" in found
    assert "50 invoices, £500.00" in found
    assert "1 to 50 of 500 invoices" in found.replace("</span>", "").replace('<span class="sk-num">', "")
    second = text_of(office.get(f"{inbox_page}?page=2"))
    assert "450 invoices, £4,500.00; 50 on this page" in second


def test_the_badge_takes_one_query_however_many_there_are(bell_bakery):
    for _ in range(3):
        make_invoice(bell_bakery, is_queued=False, **LOCKED)
    make_invoice(bell_bakery, at=LONG_AGO)

    with CaptureQueriesContext(connection) as queries:
        counts = attention.counts(bell_bakery.practice)

    assert (counts["refused"], len(queries)) == (4, 1)


# ── Narrowing and retrying ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mixed(office, bell_bakery, priya):
    """Of September's plan: Bell Bakery's contact is archived; of work: City Limo's month is locked."""
    make_engagement(bell_bakery)
    plan = make_finalised_plan(bell_bakery.practice, SEPTEMBER, at=IN_OCTOBER, by=priya)
    of_plan = plan.invoices.get()
    reason = ARCHIVED["refusal_reason"]
    invoices.record_refused(invoice=of_plan, code="CONTACT_ARCHIVED", reason=reason, words="", at=IN_OCTOBER)
    city_limo = make_client(
        bell_bakery.practice, "City Limo", owner=make_member(bell_bakery.practice, name="Carys Owen")
    )
    return of_plan, make_invoice(city_limo, is_queued=False, kind="completion", **LOCKED)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?cause=CONTACT_ARCHIVED", {"Bell Bakery Ltd"}),
        ("?cause=LOCKED_PERIOD", {"City Limo"}),
        ("?cause=stuck", set()),
        ("?owner=none", {"Bell Bakery Ltd"}),
        ("?month=2026-09", {"Bell Bakery Ltd"}),
        ("?month=none", {"City Limo"}),
        ("?month=nonsense&owner=99999999999999999999999", set()),
        ("", {"Bell Bakery Ltd", "City Limo"}),
    ],
)
def test_the_address_narrows_to_a_cause_an_owner_or_a_plan(office, inbox_page, mixed, query, names):
    found = text_of(office.get(f"{inbox_page}{query}"))

    assert {name for name in ("Bell Bakery Ltd", "City Limo") if f">{name}</a></th>" in found} == names
    assert ("No invoice matches" in found) == (not names)
    assert "Every invoice that should be in Xero is there" not in found


def test_the_invoices_of_one_owner_are_shown(office, inbox_page, mixed):
    owner = mixed[1].client.owner

    found = text_of(office.get(f"{inbox_page}?owner={owner.pk}"))

    assert "City Limo</a></th>" in found
    assert "Bell Bakery Ltd</a></th>" not in found


def test_all_of_one_cause_are_retried_at_once_and_no_other(office, inbox_page, mixed, bell_bakery):
    more = [make_invoice(bell_bakery, is_queued=False, **LOCKED) for _ in range(3)]
    assert "Retry these 4" in text_of(office.get(inbox_page))

    answer = after(office, office.post(f"{inbox_page}attempt/", {"like": mixed[1].pk}))

    assert "4 invoices are on the way again" in answer
    waiting = Invoice.objects.for_practice(bell_bakery.practice).waiting()
    assert set(waiting.values_list("pk", flat=True)) == {mixed[1].pk, *(invoice.pk for invoice in more)}


def test_a_retry_of_what_is_shown_keeps_to_the_filters(office, inbox_page, mixed):
    assert "1 invoice is on the way again" in after(office, office.post(f"{inbox_page}attempt/", {"month": "2026-09"}))

    for invoice in mixed:
        invoice.refresh_from_db()
    assert (mixed[0].is_waiting, mixed[1].is_refused) == (True, True)
