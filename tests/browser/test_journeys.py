"""What people do, in a real browser: by keyboard, with the mouse, on a phone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.models import BillingPlan, Invoice, WorkItem
from proposals.models import Proposal
from tests.browser.office import Office, browse, open_office
from tests.factories import PASSWORD
from xero_sync.models import ContactLink


@pytest.fixture
def office(live_server: LiveServer, transactional_db: None) -> Office:
    return open_office(live_server.url)


@pytest.fixture
def plan_page(office: Office, browser: Browser) -> Page:
    """The draft of the month that just ended, with its checks."""
    page = browse(browser, office.url, office.owner)
    page.goto(office.page("billing:plan_month", month=office.month))
    expect(page.locator("#checks li").first).to_be_visible()
    return page


def current(page: Page) -> str:
    return page.locator("tbody tr.sk-cursor .sk-key a").inner_text()


def test_somebody_logs_in_and_lands_on_what_needs_them_today(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, None)
    page.goto(office.url)
    page.get_by_label("E-mail address").fill(office.owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="What needs you today")).to_be_visible()
    expect(page.get_by_text("1 invoice to fix")).to_be_visible()


def test_a_wrong_password_is_explained_and_the_address_is_kept(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, None)
    page.goto(office.url)
    page.get_by_label("E-mail address").fill(office.owner.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("That did not work.")
    expect(page.get_by_label("E-mail address")).to_have_value(office.owner.email)


def test_held_rows_come_first_and_j_and_k_walk_through_the_plan(plan_page: Page) -> None:
    plan_page.keyboard.press("j")
    assert current(plan_page) == "Fernhill Dental Practice Ltd"

    plan_page.keyboard.press("j")
    second = current(plan_page)
    plan_page.keyboard.press("k")

    assert (second != "Fernhill Dental Practice Ltd", current(plan_page)) == (True, "Fernhill Dental Practice Ltd")


def test_p_previews_the_invoice_of_the_row_and_escape_gives_the_row_back(plan_page: Page) -> None:
    plan_page.keyboard.press("j")
    plan_page.keyboard.press("p")
    expect(plan_page.get_by_role("dialog")).to_contain_text("Why each line is here")

    plan_page.keyboard.press("Escape")

    expect(plan_page.get_by_role("dialog")).to_have_count(0)
    assert current(plan_page) == "Fernhill Dental Practice Ltd"


def test_brackets_turn_the_months(office: Office, plan_page: Page) -> None:
    here = plan_page.url
    plan_page.keyboard.press("]")
    plan_page.wait_for_url(lambda url: url != here)
    plan_page.keyboard.press("[")

    plan_page.wait_for_url(here)


def test_a_plan_is_found_in_filtered_and_the_filter_is_in_the_address(plan_page: Page) -> None:
    plan_page.get_by_role("searchbox", name="Find a client").fill("limo")

    expect(plan_page.locator("#rows tbody .sk-key")).to_have_text(["CITY LIMO"])
    plan_page.wait_for_url(re.compile("client=limo"))


def test_the_plan_is_approved_in_a_dialog_that_says_first_what_will_happen(office: Office, plan_page: Page) -> None:
    plan_page.get_by_role("link", name="Approve Plan").click()
    dialog = plan_page.get_by_role("dialog")
    expect(dialog).to_contain_text("within minutes")
    expect(dialog.get_by_role("link", name="Keep as draft")).to_be_focused()

    dialog.get_by_role("button", name="Approve Plan").click()

    expect(plan_page.locator("#progress")).to_contain_text("0 of 5 invoices are in Xero")
    assert BillingPlan.objects.for_practice(office.practice).get(month=office.month).is_raised


def test_a_contact_is_chosen_from_the_row_and_the_row_says_so(office: Office, plan_page: Page) -> None:
    plan_page.get_by_role("button", name=re.compile("City Limousines")).click()
    dialog = plan_page.get_by_role("dialog")
    expect(dialog.get_by_label("Search 5 contacts, archived ones too")).to_be_focused()

    dialog.get_by_role("button", name="Link to City Limousines").click()

    expect(plan_page.get_by_role("dialog")).to_have_count(0)
    expect(plan_page.get_by_role("status")).to_contain_text("City Limousines")
    assert ContactLink.objects.for_practice(office.practice).get(client=office.city_limo).contact.name == (
        "City Limousines"
    )


def test_work_is_marked_as_completed_after_its_invoices_were_shown(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, office.owner)
    page.goto(office.page("billing:work"))
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("region", name="Selection").get_by_role("button", name="Mark as Completed").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Mark 2 items as completed?")

    dialog.get_by_role("button", name="Mark as Completed").click()

    expect(page.get_by_role("status")).to_contain_text("Undo")
    done = WorkItem.objects.for_practice(office.practice).filter(status=WorkItem.Status.COMPLETED)
    assert done.count() == 2
    assert Invoice.objects.for_practice(office.practice).filter(kind=Invoice.Kind.COMPLETION).count() == 2


def test_a_client_signs_on_a_phone(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, None, width=390)
    page.goto(f"{office.url}/sign/{office.token}/")
    page.get_by_label("Type your full name").fill("Rosalind Beck")
    page.get_by_role("button", name="Sign the proposal").click()
    expect(page.get_by_role("alert")).to_contain_text("It is not signed yet.")

    for box in page.locator(".sk-sign input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Sign the proposal").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("The proposal is accepted.")
    assert Proposal.objects.for_practice(office.practice).get(pk=office.pending.pk).is_won


def test_a_line_that_cannot_be_is_refused_and_what_was_typed_is_kept(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, office.owner)
    page.goto(office.page("proposals:services", proposal_id=office.draft.pk))
    page.locator("#line-0 > summary").click()
    page.get_by_label("Price").first.fill("a lot")
    page.get_by_role("region", name="Changes").get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert").first).to_contain_text("Something needs another look.")
    expect(page.get_by_label("Price").first).to_have_value("a lot")


def test_the_theme_is_kept_from_page_to_page(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, office.owner)
    page.goto(office.page("home"))
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.goto(office.page("clients:list"))

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
