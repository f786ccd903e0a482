"""While the ledger takes nothing for hours a plan asks for attention, names the hour, and asks no longer after it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from billing.models import BillingPlan, Invoice
from billing.operations import holds, invoices, plans
from billing.ports import Pause
from clients.models import Client, Practice, User
from clients.operations import issue_token
from tests.factories import log_in, make_client, make_engagement, make_finalised_plan
from tests.fakes import FakeLedger

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)
NOON = datetime(2026, 10, 1, 11, tzinfo=UTC)  # 12:00 in London
RESUMES = datetime(2026, 10, 2, 6, 30, tzinfo=UTC)
SENTENCE = "Xero’s limit for today is used up. Posting resumes at 07:30 on 2 October; 2 invoices wait."


@pytest.fixture
def posting(north_vale: Practice, bell_bakery: Client) -> BillingPlan:
    """The plan of September, raised at noon: its two invoices wait."""
    make_engagement(bell_bakery)
    make_engagement(make_client(north_vale, "City Limo"))
    make_finalised_plan(north_vale, SEPTEMBER, at=NOON)
    return BillingPlan.objects.for_practice(north_vale).in_month(SEPTEMBER).get()


@pytest.fixture
def paused(posting: BillingPlan, ledger: FakeLedger) -> BillingPlan:
    ledger.paused = Pause("Xero’s limit for today is used up.", RESUMES)
    return posting


@pytest.fixture
def office(client: Any, north_vale: Practice, priya: User, settings: Any) -> Any:
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(NOON, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def plan_page(practice: Practice) -> str:
    return f"/p/{practice.slug}/billing/2026-09/"


def test_the_plan_page_asks_for_attention_and_names_the_hour_in_the_practices_zone(
    office: Any, paused: BillingPlan
) -> None:
    page = words(office.get(plan_page(paused.practice)))

    assert 'data-state="attention"' in page
    assert SENTENCE in page
    assert "Sending" not in page
    assert 'hx-trigger="every 15s"' in page


def test_the_page_changes_by_itself_when_the_pause_begins_and_when_it_ends(office: Any, paused: BillingPlan) -> None:
    progress = f"{plan_page(paused.practice)}progress/"

    assert office.get(progress, {"was": "posting"}).headers["HX-Refresh"] == "true"
    assert SENTENCE in words(office.get(progress, {"was": "attention"}))
    with time_machine.travel(RESUMES, tick=False):
        assert office.get(progress, {"was": "attention"}).headers["HX-Refresh"] == "true"
        page = words(office.get(plan_page(paused.practice)))
    assert 'data-state="posting"' in page
    assert "limit for today" not in page


def test_home_tells_until_which_hour_the_plan_waits(office: Any, paused: BillingPlan) -> None:
    home = words(office.get(f"/p/{paused.practice.slug}/"))
    with time_machine.travel(RESUMES, tick=False):
        later = words(office.get(f"/p/{paused.practice.slug}/"))

    assert "The September plan waits for Xero" in home
    assert SENTENCE in home
    assert "waits for Xero" not in later


def test_lists_of_invoices_say_that_they_wait_instead_of_sending(office: Any, paused: BillingPlan) -> None:
    of_client = f"/p/{paused.practice.slug}/clients/{paused.invoices.first().client_id}/invoices/"

    for url in (f"/p/{paused.practice.slug}/invoices/", of_client):
        page = words(office.get(url))
        assert "Sending" not in page
        assert "Waiting" in page


def test_why_no_invoice_says_that_the_plan_waits_and_until_when(office: Any, paused: BillingPlan) -> None:
    of_client = f"/p/{paused.practice.slug}/clients/{paused.invoices.first().client_id}/why/"

    assert SENTENCE in words(office.get(of_client))


def test_programs_read_the_hour_with_each_plan(client: Any, paused: BillingPlan, priya: User) -> None:
    _, secret = issue_token(practice=paused.practice, name="Ledger bot", role="admin", days=30, by=priya, at=NOON)
    bearer = {"Authorization": f"Bearer {secret}"}

    with time_machine.travel(NOON, tick=False):
        (told,) = client.get("/api/v1/plans/", headers=bearer).json()["results"]
    with time_machine.travel(RESUMES, tick=False):
        later = client.get("/api/v1/plans/2026-09/", headers=bearer).json()

    assert (told["status"], told["pause"]["sentence"]) == ("posting", SENTENCE)
    assert datetime.fromisoformat(told["pause"]["until"]) == RESUMES
    assert (later["status"], later["pause"]) == ("posting", None)


def test_a_pause_is_kept_nowhere_so_it_ends_at_its_hour_without_anybody(paused: BillingPlan) -> None:
    plans.settle_practice(practice=paused.practice, at=NOON)
    paused.refresh_from_db()

    assert paused.status == BillingPlan.Status.POSTING
    assert plans.standing_of(paused, at=NOON).state == plans.ATTENTION
    assert plans.standing_of(paused, at=RESUMES - timedelta(seconds=1)).state == plans.ATTENTION
    assert plans.standing_of(paused, at=RESUMES).state == "posting"


def test_what_has_arrived_does_not_wait(paused: BillingPlan) -> None:
    first, second = Invoice.objects.for_practice(paused.practice).order_by("pk")
    invoices.record_posted(invoice=first, reference="x-1", number="S-1", url="", at=NOON)
    assert plans.standing_of(paused, at=NOON).sentence.endswith("1 invoice waits.")

    invoices.record_posted(invoice=second, reference="x-2", number="S-2", url="", at=NOON)
    assert not plans.standing_of(paused, at=NOON).is_paused


def test_a_hold_is_told_before_a_pause_since_a_person_has_to_lift_it(office: Any, paused: BillingPlan) -> None:
    holds.place(practice=paused.practice, reason="connection_lost", at=NOON)

    page = words(office.get(plan_page(paused.practice)))

    assert 'data-state="blocked"' in page
    assert "limit for today" not in page
