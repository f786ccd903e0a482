"""The billing plan through HTTP: what stands on the page, and each act of a person."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from billing.models import BillingPlan, Invoice
from billing.operations import engagements, holds, invoices, plans
from billing.operations.settings import change_settings
from billing.ports import ContactStanding, Finding, Tone
from clients.models import Role
from clients.operations import close_client
from tests.factories import (
    log_in,
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_member,
    make_option,
    make_plan,
    make_practice,
    terms,
)

SEPTEMBER = date(2026, 9, 1)
IN_SEPTEMBER = datetime(2026, 9, 20, 9, tzinfo=UTC)
IN_OCTOBER = datetime(2026, 10, 3, 9, tzinfo=UTC)
IN_NOVEMBER = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.fixture
def office(client, north_vale, priya, settings):
    """The HTTP client of Priya, the owner, on 20 September; she stays logged in while time goes by."""
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(IN_SEPTEMBER, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def plan_url(north_vale):
    return f"/p/{north_vale.slug}/billing/2026-09/"


@pytest.fixture
def with_accounts(north_vale, priya):
    """A default account, so that nothing is held for want of one."""
    account = make_account(north_vale)
    values = {"recurring_account": account, "one_off_account": account}
    change_settings(practice=north_vale, values=values, by=priya, at=IN_SEPTEMBER)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def approve(office, plan_url, version=1):
    return office.post(f"{plan_url}approval/", {"version": version})


# ── Permissions: worked example 20 ───────────────────────────────────────────────────────────────────────────────────


def test_20_an_apprentice_may_not_open_billing_and_sees_no_entry_for_it(client, north_vale):
    tess = log_in(client, make_member(north_vale, Role.APPRENTICE, name="Tess Okafor"))
    home = f"/p/{north_vale.slug}/"

    assert tess.get(f"{home}billing/").status_code == 403
    assert "Billing plan" not in tess.get(home).content.decode()
    assert "Work Management" in tess.get(home).content.decode()


def test_the_plan_of_another_practice_is_not_found(office, bell_bakery):
    other = make_practice("Other & Co")

    assert office.get(f"/p/{other.slug}/billing/2026-09/").status_code == 404


def test_a_foreign_client_has_no_preview_here(office, plan_url, bell_bakery):
    stranger = make_client(make_practice("Other & Co"), "Bell Bakery Ltd")

    assert office.get(f"{plan_url}clients/{stranger.pk}/").status_code == 404


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_billing_leads_to_the_month_that_posts_next(office, north_vale):
    assert office.get(f"/p/{north_vale.slug}/billing/").url == f"/p/{north_vale.slug}/billing/2026-09/"


def test_on_3_october_billing_leads_to_september_while_it_waits_for_approval(office, north_vale, bell_bakery):
    make_engagement(bell_bakery)
    plans.draft(practice=north_vale, month=SEPTEMBER, at=IN_SEPTEMBER)

    with time_machine.travel(IN_OCTOBER, tick=False):
        assert office.get(f"/p/{north_vale.slug}/billing/").url.endswith("/billing/2026-09/")


def test_the_plan_shows_each_client_with_its_change_and_amount(office, plan_url, bell_bakery, with_accounts):
    make_engagement(bell_bakery)

    page = text_of(office.get(plan_url))

    assert "September 2026" in page
    assert "Bell Bakery Ltd" in page
    assert "£200.00" in page
    assert 'data-change="new"' in page
    assert "Posts to Xero on Thursday 1 October 2026" in page


def test_an_empty_plan_says_why_it_is_empty(office, plan_url):
    assert "A client appears here once its proposal is signed" in text_of(office.get(plan_url))


def test_a_plan_without_lines_offers_no_approval_and_says_what_to_do(office, plan_url):
    page, asked = text_of(office.get(plan_url)), text_of(office.get(f"{plan_url}approval/"))

    assert "approval/" not in page
    assert "There is nothing to bill." in page
    assert "Go to the proposals" in page
    assert "there is nothing to approve" in asked
    assert "Approve Plan" not in asked


def test_a_plan_of_clients_that_are_all_gone_says_that_nothing_is_billed(office, plan_url, bell_bakery, priya):
    august = date(2026, 8, 1)
    make_engagement(bell_bakery, starts_on=august)
    make_finalised_plan(bell_bakery.practice, august, at=IN_SEPTEMBER)
    close_client(client=bell_bakery, last_month=august, reason="Ceased trading", by=priya, at=IN_SEPTEMBER)

    page = text_of(office.get(plan_url))

    assert 'data-change="churn"' in page
    assert "There is nothing to bill in this month." in page
    assert "Approve Plan" not in page


def test_a_month_that_nobody_opened_is_drawn_only_when_somebody_says_so(office, north_vale):
    url = f"/p/{north_vale.slug}/billing/2026-02/"

    assert "There is no plan for February 2026" in text_of(office.get(url))
    assert not BillingPlan.objects.for_practice(north_vale).in_month(date(2026, 2, 1)).exists()

    office.post(url)
    assert BillingPlan.objects.for_practice(north_vale).in_month(date(2026, 2, 1)).exists()


def test_the_filters_are_in_the_address(office, plan_url, north_vale, bell_bakery, with_accounts):
    make_engagement(bell_bakery)
    make_engagement(make_client(north_vale, "City Limo"))

    assert "City Limo" not in text_of(office.get(plan_url, {"client": "bell"}))
    assert "No client matches" in text_of(office.get(plan_url, {"change": "churn"}))
    assert "City Limo" in text_of(office.get(plan_url, {"change": "new"}))


def test_contact_warnings_can_be_shown_alone_and_open_the_chooser(office, plan_url, north_vale, bell_bakery, ledger):
    make_engagement(bell_bakery)
    make_engagement(make_client(north_vale, "City Limo"))
    ledger.known[bell_bakery.pk] = ContactStanding(
        bell_bakery.pk, "suggested", "Bell Bakery", Tone.AMBER, fix_url="/choose/"
    )

    page = text_of(office.get(plan_url, {"warnings": "1"}))

    assert "Bell Bakery?" in page
    assert 'hx-get="/choose/"' in page
    assert "City Limo" not in page


def test_a_held_client_comes_before_every_other(office, plan_url, north_vale, ledger, with_accounts):
    make_engagement(make_client(north_vale, "Abbot Joinery"))
    zephyr = make_client(north_vale, "Zephyr Sails")
    make_engagement(zephyr)
    ledger.known[zephyr.pk] = ContactStanding(zephyr.pk, "archived", "Zephyr", Tone.RED)

    page = text_of(office.get(plan_url))

    assert "Archived: Zephyr" in page
    assert page.index("Zephyr Sails") < page.index("Abbot Joinery")


def test_a_line_without_an_account_holds_its_client(office, plan_url, bell_bakery):
    make_engagement(bell_bakery)

    assert "No usable account code" in text_of(office.get(plan_url))
    assert "1 line has no account code" in text_of(office.get(f"{plan_url}checks/"))


def test_the_checks_put_what_is_held_first_and_what_has_passed_in_one_line(office, plan_url, bell_bakery, ledger):
    make_engagement(bell_bakery)
    ledger.findings = [
        Finding("connection", Tone.GREEN, "Connection"),
        Finding("contacts", Tone.AMBER, "3 contacts will be created", "2 have a likely match", "Match", "/match/"),
    ]

    page = text_of(office.get(f"{plan_url}checks/"))

    assert page.index("no account code") < page.index("3 contacts will be created") < page.index("Connection")
    assert 'href="/match/"' in page


def test_a_dropped_tracking_category_is_seen_before_approval(office, plan_url, north_vale, bell_bakery, with_accounts):
    first, second = make_option(north_vale, "Partner: A"), make_option(north_vale, "Partner: B")
    make_engagement(bell_bakery, [terms(line_tracking_id=first.pk, service_tracking_id=second.pk)])

    assert "1 line drops a tracking category" in text_of(office.get(f"{plan_url}checks/"))


def test_the_preview_says_why_each_line_is_due(office, plan_url, bell_bakery, with_accounts):
    make_engagement(bell_bakery)

    page = text_of(office.get(f"{plan_url}clients/{bell_bakery.pk}/"))

    assert "Why each line is here" in page
    assert "1 October 2026" in page
    assert "Account 200" in page


def count(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_plan_of_60_clients_asks_no_more_of_the_database_than_one_of_5(office, plan_url, north_vale, with_accounts):
    for number in range(5):
        make_engagement(make_client(north_vale, f"Firm {number}"))
    office.get(plan_url)
    few = count(office, plan_url)
    for number in range(5, 60):
        make_engagement(make_client(north_vale, f"Firm {number}"))
    office.get(plan_url)

    assert count(office, plan_url) == few <= 12


# ── Approving ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dialog_says_how_much_will_be_posted_and_when(office, plan_url, bell_bakery, with_accounts):
    make_engagement(bell_bakery)

    page = text_of(office.get(f"{plan_url}approval/", headers={"HX-Request": "true"}))

    assert "1 invoice, £200.00" in page
    assert "Thursday 1 October 2026" in page
    assert "Keep as draft" in page


def test_the_dialog_counts_what_is_held_and_which_contacts_are_made(
    office, plan_url, north_vale, ledger, with_accounts
):
    for name, kind, tone in (("Bell", "archived", Tone.RED), ("City", "unmatched", Tone.AMBER)):
        client = make_client(north_vale, name)
        make_engagement(client)
        ledger.known[client.pk] = ContactStanding(client.pk, kind, name, tone)

    page = text_of(office.get(f"{plan_url}approval/"))

    assert "1 invoice, £200.00" in page
    assert "1 new Xero contact will be created" in page
    assert "1 invoice is held, £200.00" in page


def test_21_approved_on_20_september_it_is_frozen_and_posts_on_1_october(office, plan_url, bell_bakery, with_accounts):
    make_engagement(bell_bakery)
    office.get(plan_url)

    page = text_of(office.get(approve(office, plan_url).url))

    assert "The plan for September 2026 is approved" in page
    assert "Approved by Priya Sandhu" in page
    assert "Posts to Xero on Thursday 1 October 2026" in page
    assert not Invoice.objects.across_practices().exists()


def test_13_approved_twice_it_is_posted_once(office, plan_url, north_vale, bell_bakery, with_accounts):
    make_engagement(bell_bakery)
    with time_machine.travel(IN_OCTOBER, tick=False):
        office.get(plan_url)
        approve(office, plan_url)
        again = approve(office, plan_url)

        assert "approved" in text_of(office.get(again.url))
    assert Invoice.objects.for_practice(north_vale).count() == 1


def test_a_plan_that_changed_since_it_was_looked_at_is_not_approved(office, plan_url, north_vale, bell_bakery):
    make_engagement(bell_bakery)
    office.get(plan_url)
    make_engagement(make_client(north_vale, "City Limo"))

    page = text_of(office.get(approve(office, plan_url).url))

    assert "changed" in page
    assert BillingPlan.objects.for_practice(north_vale).get().is_draft


def test_an_approval_without_a_version_explains_itself(office, plan_url, north_vale, bell_bakery):
    make_engagement(bell_bakery)

    answer = office.post(f"{plan_url}approval/")

    assert "Say which version of the plan is approved" in text_of(office.get(answer.url))


def test_an_approved_plan_can_be_reopened_with_a_reason(office, plan_url, north_vale, bell_bakery):
    make_engagement(bell_bakery)
    make_finalised_plan(north_vale, SEPTEMBER, at=IN_SEPTEMBER)

    office.post(f"{plan_url}reopening/", {"reason": "Fees were wrong"})

    plan = BillingPlan.objects.for_practice(north_vale).get()
    assert plan.is_draft
    assert plan.events.filter(what="reopened", note="Fees were wrong").exists()


def test_a_change_after_the_approval_is_told_and_not_taken_in(office, plan_url, north_vale, bell_bakery):
    engagement = make_engagement(bell_bakery)
    make_finalised_plan(north_vale, SEPTEMBER, at=IN_SEPTEMBER)
    engagements.end(engagement=engagement, last_month=date(2026, 8, 1), by=None, at=IN_SEPTEMBER)

    page = text_of(office.get(plan_url))

    assert "1 client changed after this plan was approved" in page
    assert "£200.00" in page


def test_21_approved_on_3_november_it_waits_for_post_now(office, plan_url, north_vale, bell_bakery):
    make_engagement(bell_bakery)
    make_plan(north_vale, SEPTEMBER)
    with time_machine.travel(IN_NOVEMBER, tick=False):
        office.get(plan_url)
        approve(office, plan_url)
        assert "nothing is sent before somebody presses Post now" in text_of(office.get(plan_url))
        assert "cannot be unsent" in text_of(office.get(f"{plan_url}posting/"))

        office.post(f"{plan_url}posting/")

        assert BillingPlan.objects.for_practice(north_vale).in_month(SEPTEMBER).get().is_raised


# ── After posting ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def posting(office, north_vale, bell_bakery, with_accounts):
    """The plan of September, approved late: its two invoices wait."""
    make_engagement(bell_bakery)
    make_engagement(make_client(north_vale, "City Limo"))
    with time_machine.travel(IN_OCTOBER, tick=False):
        make_finalised_plan(north_vale, SEPTEMBER, at=IN_OCTOBER)
        yield list(Invoice.objects.for_practice(north_vale).order_by("client__name"))


def test_while_it_posts_the_page_counts_what_has_arrived(office, plan_url, north_vale, posting):
    invoices.record_posted(
        invoice=posting[0], reference="x-1", number="S-1", url="https://go.xero.com/1", at=IN_OCTOBER
    )

    page = text_of(office.get(plan_url))

    assert "1 of 2 invoices are in Xero" in page
    assert "https://go.xero.com/1" in page
    assert 'hx-trigger="every 2s"' in page


def test_the_progress_asks_for_the_whole_page_once_the_state_has_changed(office, plan_url, posting):
    assert office.get(f"{plan_url}progress/?was=posting").headers.get("HX-Refresh") is None
    assert office.get(f"{plan_url}progress/?was=finalised").headers["HX-Refresh"] == "true"


def test_a_refused_row_says_why_and_offers_the_fix(office, plan_url, north_vale, posting):
    invoices.record_refused(
        invoice=posting[0],
        code="CONTACT_ARCHIVED",
        reason="The contact Bell Bakery is archived in Xero. An archived contact cannot be invoiced.",
        words="The contact specified is archived",
        at=IN_OCTOBER,
    )

    page = text_of(office.get(plan_url, {"result": "fix"}))

    assert "The contact Bell Bakery is archived in Xero" in page
    assert "Link another contact" in page
    assert "The contact specified is archived" in page
    assert "City Limo" not in page


def test_a_blocked_plan_says_what_it_waits_for(office, plan_url, north_vale, posting):
    holds.place(practice=north_vale, reason="connection_lost", at=IN_OCTOBER)

    page = text_of(office.get(plan_url))

    assert "Blocked" in page
    assert "The connection to Xero is lost" in page


def test_a_plan_that_waits_for_a_first_connection_says_so(office, plan_url, north_vale, posting, ledger):
    ledger.connected = False
    plans.tick(at=IN_OCTOBER)

    page = text_of(office.get(plan_url))

    assert "Blocked" in page
    assert "Xero is not connected. Connect it under Integrations; what waits then goes out by itself." in page


# ── Export ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_summary_is_a_file_with_one_row_for_each_client(office, plan_url, bell_bakery):
    make_engagement(bell_bakery)

    answer = office.get(f"{plan_url}export/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert rows[1].startswith("Bell Bakery Ltd,")
    assert "200.00" in rows[1]


def test_the_detail_has_one_row_for_each_line_and_a_formula_stays_a_text(office, plan_url, north_vale):
    client = make_client(north_vale, "=HYPERLINK(1)")
    make_engagement(client, [terms("Bookkeeping"), terms("Payroll", "80.00")])

    answer = office.get(f"{plan_url}export/?detail=1")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert len(rows) == 3
    assert rows[1].startswith("'=HYPERLINK(1)")


def test_the_workbook_holds_the_same_rows(office, plan_url, bell_bakery):
    make_engagement(bell_bakery)

    answer = office.get(f"{plan_url}export/?as=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert sheet["A2"].value == "Bell Bakery Ltd"
    assert Decimal(str(sheet["E2"].value)) == Decimal("200")
