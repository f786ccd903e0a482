"""What every page owes to everybody: no breach of the content policy, no violation that axe can find."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# To be run before the page: page.add_init_script(LISTEN)
LISTEN = "addEventListener('securitypolicyviolation', (e) => (window.violations ??= []).push(e.violatedDirective));"
MARK = "window.axe"


def assert_sound(page: Page) -> None:
    """The policy first, since axe writes a style of its own into the page."""
    if not page.evaluate(f"Boolean({MARK})"):
        assert page.evaluate("window.violations ?? []") == []
    found = Axe().run(page, options={"preload": False})
    assert found.violations_count == 0, found.generate_report()
