"""Every main page, light and dark, on a desk and on a phone: axe and the content policy have nothing to say, and no
page is wider than its screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.office import Office, browse, open_office
from tests.browser.soundness import assert_sound
from tests.factories import make_finalised_plan
from xero_sync.models import Lane

PAGES = {
    "home": "home",
    "clients": "clients:list",
    "new client": "clients:create",
    "import": "clients:imports",
    "client's details": "clients:client",
    "client's proposals": "proposals:client_proposals",
    "client's work": "billing:client_work",
    "client's invoicing": "billing:client_invoicing",
    "client's Xero": "xero_sync:client_xero",
    "client's invoices": "billing:client_invoices",
    "client's activity": "clients:client_activity",
    "proposals": "proposals:list",
    "new proposal": "proposals:new",
    "draft proposal": "proposals:proposal draft",
    "pending proposal": "proposals:proposal pending",
    "won proposal": "proposals:proposal won",
    "editor, general": "proposals:general draft",
    "editor, services": "proposals:services draft",
    "editor, customise": "proposals:customise draft",
    "editor, review": "proposals:review draft",
    "billing plan": "billing:plan_month",
    "approval": "billing:plan_approval",
    "preview": "billing:plan_preview",
    "invoices": "billing:invoices",
    "invoice": "billing:invoice",
    "invoices to fix": "billing:failures",
    "work": "billing:work",
    "ad-hoc work": "billing:work_new",
    "services": "billing:services",
    "practice settings": "clients:settings_practice",
    "billing settings": "billing:settings_billing",
    "team": "clients:settings_team",
    "API tokens": "clients:settings_tokens",
    "audit log": "clients:settings_audit",
    "integrations": "xero_sync:integrations",
    "contacts to match": "xero_sync:contacts",
    "contact chooser": "xero_sync:contact_choice",
    "notices": "notifications:list",
    "outbox": "notifications:outbox",
    "profile": "clients:profile",
}
OPEN = {"sign in": "/accounts/login/", "API documentation": "/api/v1/docs/", "closed link": "/sign/nobody/"}
CLIENTS = ("clients:client", "client_", "contact_choice", "plan_preview")


@pytest.fixture
def office(live_server: LiveServer, transactional_db: None) -> Office:
    return open_office(live_server.url)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_both_themes_and_on_a_phone(office: Office, browser: Browser, name: str) -> None:
    page = browse(browser, office.url, office.owner)
    page.goto(address(office, PAGES[name]))

    assert_sound_everywhere(page)


@pytest.mark.parametrize("name", ["billing plan", "home"])
def test_a_page_that_tells_of_xeros_limit_is_sound_in_both_themes_and_on_a_phone(
    office: Office, browser: Browser, name: str
) -> None:
    make_finalised_plan(office.practice, office.month, at=timezone.now())
    tomorrow = timezone.now() + timedelta(days=1)
    Lane.objects.update_or_create(practice=office.practice, defaults={"next_ok_at": tomorrow, "waiting_for": "day"})
    page = browse(browser, office.url, office.owner)
    page.goto(address(office, PAGES[name]))

    expect(page.get_by_text("Posting resumes at").last).to_be_visible()
    assert_sound_everywhere(page)


@pytest.mark.parametrize("name", OPEN)
def test_an_open_page_is_sound_in_both_themes_and_on_a_phone(
    live_server: LiveServer, browser: Browser, name: str
) -> None:
    page = browse(browser, live_server.url, None)
    page.goto(live_server.url + OPEN[name])

    assert_sound_everywhere(page)


def test_the_signing_page_is_sound_in_both_themes_and_on_a_phone(office: Office, browser: Browser) -> None:
    page = browse(browser, office.url, None)
    page.goto(f"{office.url}/sign/{office.token}/")

    assert_sound_everywhere(page)


def address(office: Office, wanted: str) -> str:
    route, _, state = wanted.partition(" ")
    named: dict[str, object] = {}
    if state:
        named["proposal_id"] = getattr(office, state).pk
    if any(part in route for part in CLIENTS):
        named["client_id"] = office.city_limo.pk
    if "plan_" in route:
        named["month"] = office.month
    if route == "billing:invoice":
        named["invoice_id"] = office.refused.pk
    return office.page(route, **named)


def assert_sound_everywhere(page: Page) -> None:
    """Light on a desk, dark on a phone; the gallery shows every component in the other two combinations."""
    expect(page.locator(".htmx-request")).to_have_count(0)  # the policy forbids to wait for a string of code
    for width, theme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("(theme) => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} px"
        assert_sound(page)
