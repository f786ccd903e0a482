from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.soundness import LISTEN, assert_sound

Open = Callable[..., Page]


@pytest.fixture
def gallery(live_server: LiveServer, browser: Browser) -> Open:
    """Opens the gallery in a theme and a width, listening for breaches of the content policy."""

    def open_gallery(theme: str = "light", width: int = 1440, query: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"{live_server.url}/_gallery/{query}")
        return page

    return open_gallery


def rows(page: Page) -> list[str]:
    return page.locator("tbody tr.sk-cursor .sk-key").all_inner_texts()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_component_is_accessible_and_keeps_the_content_policy(gallery: Open, theme: str, width: int) -> None:
    page = gallery(theme, width, "?toast")
    for figures in page.locator("summary", has_text="Show the figures").all():
        figures.click()

    assert_sound(page)


@pytest.mark.parametrize("path", ["dialog", "drawer"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_dialog_is_accessible(gallery: Open, theme: str, path: str) -> None:
    page = gallery(theme)
    page.evaluate(f"htmx.ajax('GET', '/_gallery/{path}/', '#dialog-root')")
    expect(page.locator("dialog[open]")).to_be_visible()

    assert_sound(page)


@pytest.mark.parametrize("width", [390, 768, 1024, 1440, 1920])
def test_no_page_is_wider_than_its_screen(gallery: Open, width: int) -> None:
    page = gallery(width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_fetched_dialog_opens_and_gives_the_focus_back_to_its_button(gallery: Open) -> None:
    page = gallery()
    page.get_by_role("button", name="Approve Plan").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_contain_text("Approve the October 2026 plan?")
    expect(page.get_by_role("button", name="Keep as draft")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Approve Plan").first).to_be_focused()


def test_j_and_k_move_through_the_rows_and_x_selects_one(gallery: Open) -> None:
    page = gallery()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert rows(page) == ["CITY LIMO"]

    page.keyboard.press("x")
    page.keyboard.press("k")

    assert rows(page) == ["Fernhill Dental Practice Ltd"]
    expect(page.get_by_role("checkbox", name="CITY LIMO")).to_be_checked()


def test_p_previews_and_c_chooses_the_contact_of_the_row(gallery: Open) -> None:
    page = gallery()
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.get_by_role("dialog")).to_contain_text("Preview for October 2026")

    page.keyboard.press("Escape")
    page.keyboard.press("c")

    expect(page.get_by_role("dialog")).to_contain_text("Approve the October 2026 plan?")


def test_slash_finds_in_the_list_and_letters_rest_in_a_field(gallery: Open) -> None:
    page = gallery()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Find a client")
    expect(field).to_be_focused()

    page.keyboard.type("jj")

    expect(field).to_have_value("jj")
    assert rows(page) == []


def test_g_then_c_goes_to_the_clients_and_brackets_change_the_month(gallery: Open) -> None:
    page = gallery()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/#users")

    page.keyboard.press("]")

    page.wait_for_url("**/?month=2026-11")


def test_question_mark_lists_the_shortcuts_which_can_be_switched_off_there(gallery: Open) -> None:
    page = gallery()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_text("Use single-letter shortcuts").click()
    page.keyboard.press("Escape")
    page.locator("main").focus()

    page.keyboard.press("j")

    assert rows(page) == []


def test_chosen_rows_are_counted_and_added_up(gallery: Open) -> None:
    page = gallery()
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_be_hidden()

    page.get_by_role("checkbox", name="CITY LIMO").check()
    page.get_by_role("checkbox", name="Larkspur").check()
    expect(bar).to_contain_text("2 selected, £1,360.00")
    page.get_by_role("checkbox", name="Select all 5").check()
    expect(bar).to_contain_text("5 selected, £2,150.00")

    bar.get_by_role("button", name="Clear").click()

    expect(bar).to_be_hidden()


def test_a_form_says_how_many_changes_are_not_saved_and_discards_them(gallery: Open) -> None:
    page = gallery()
    page.get_by_label("Purchase order").fill("PO 99")
    page.get_by_label("In advance").check()
    bar = page.get_by_role("region", name="Changes")
    expect(bar).to_contain_text("2 changes not saved")

    bar.get_by_role("button", name="Discard").click()

    expect(page.get_by_label("Purchase order")).to_have_value("PO 4471")
    expect(bar).to_be_hidden()


def test_the_theme_is_switched_by_its_button_and_remembered_by_the_server(gallery: Open) -> None:
    page = gallery()
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    assert 'data-bs-theme="dark"' in page.request.get(page.url).text()


def test_a_toast_offers_undo_and_can_be_closed(gallery: Open) -> None:
    page = gallery(query="?toast")
    toast = page.get_by_role("status")
    expect(toast).to_contain_text("CITY LIMO is linked to City Limousines.")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()

    toast.get_by_role("button", name="Close").click()

    expect(toast).to_have_text("")


def test_a_toast_arrives_with_an_answer_to_htmx(gallery: Open) -> None:
    page = gallery()

    page.evaluate("htmx.trigger(document.body, 'toast', {text: 'Xero was read.'})")

    expect(page.get_by_role("status")).to_contain_text("Xero was read.")


def test_on_a_phone_the_navigation_is_opened_by_a_button(gallery: Open) -> None:
    page = gallery(width=390)
    expect(page.get_by_role("link", name="Work Management")).to_be_hidden()

    page.get_by_role("button", name="Open the menu").click()

    expect(page.get_by_role("link", name="Work Management")).to_be_visible()
