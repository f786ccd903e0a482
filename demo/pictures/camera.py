"""Opens a page in Chromium, brings it into a state, and takes it wide and narrow, light and dark."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response, sync_playwright

Step = Callable[[Page], None]

WIDTHS = (1440, 390)
LETTER_WIDTHS = (600, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 900
HIGHEST = 5000
PATIENCE = 15_000  # milliseconds
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--lang=en-GB",
]
LISTEN = """
window.breaches = [];
addEventListener('securitypolicyviolation', (it) => window.breaches.push(`${it.violatedDirective} ${it.blockedURI}`));
"""
FONTS = "async () => { await document.fonts.ready; }"
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return '';
  const isClipped = (element) => element && element !== document.body
    && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || isClipped(element.parentElement));
  const guilty = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !isClipped(element.parentElement))
    .map((element) => [element.localName, ...element.classList].join('.'));
  return `${document.documentElement.scrollWidth} px: ${guilty.slice(0, 3).join(', ')}`;
}"""


@dataclass(frozen=True)
class Shot:
    """A page in one state: its name, who looks, the address, and what is done there before the picture is taken."""

    name: str
    path: str
    steps: tuple[Step, ...] = ()
    who: str = "owner"
    status: int = 200


@dataclass
class Camera:
    """Chromium, signed in as several people at once; what it takes goes into the folder, what is wrong into faults."""

    browser: Browser
    url: str
    folder: Path
    only: str = ""
    taken: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    people: dict[str, BrowserContext] = field(default_factory=dict)

    def context(self, who: str) -> BrowserContext:
        """The browser of one person; a new name is somebody who is not logged in."""
        if who not in self.people:
            context = self.browser.new_context(reduced_motion="reduce", locale="en-GB", timezone_id="Europe/London")
            context.set_default_timeout(PATIENCE)
            context.add_init_script(LISTEN)
            self.people[who] = context
        return self.people[who]

    def log_in(self, who: str, email: str, password: str) -> None:
        page = self.context(who).new_page()
        page.goto(f"{self.url}/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.locator("main form button[type=submit], form button[type=submit]").last.click()
        page.wait_for_url(re.compile("/p/"))
        page.close()

    def take(self, shot: Shot) -> None:
        """Four pictures of one state. What cannot be reached is a fault of its own and does not stop the rest."""
        if not re.search(self.only, shot.name):
            return
        page = self.context(shot.who).new_page()
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        try:
            with self._listening(page, shot):
                answer = page.goto(shot.path if shot.path.startswith("http") else self.url + shot.path)
                self._check_status(shot, answer)
                for step in shot.steps:
                    step(page)
                page.locator(".htmx-request").first.wait_for(state="detached")  # the policy forbids waiting for code
                page.evaluate(FONTS)
                self._expose(page, shot.name)
        except Error as problem:
            self._fault(shot.name, f"not reached: {problem.message.splitlines()[0]}")
            page.screenshot(path=self.folder / f"{shot.name}-FAILED.png")
        finally:
            page.close()

    def take_letter(self, name: str, html: str) -> None:
        """An e-mail as a device shows it."""
        if not re.search(self.only, name):
            return
        page = self.context("a reader").new_page()
        page.set_content(html)
        for width in LETTER_WIDTHS:
            for theme in THEMES:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                self._unroll(page, width)
                page.emulate_media(color_scheme=theme)
                self._save(page, name, width, theme)
        page.emulate_media(color_scheme="light")
        page.close()

    def _expose(self, page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if found := page.evaluate(TOO_WIDE):
                self._fault(name, f"wider than {width} px, {found}")
            self._unroll(page, width)
            for theme in THEMES:
                page.evaluate("(theme) => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
                self._save(page, name, width, theme)

    def _unroll(self, page: Page, width: int) -> None:
        """A screen as high as the page, so that what sticks to its edges stays there; not under a dialog."""
        if page.locator("dialog[open]").count() == 0:
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(max(height, HEIGHT), HIGHEST)})

    def _save(self, page: Page, name: str, width: int, theme: str) -> None:
        file = f"{name}-{width}{'-dark' if theme == 'dark' else ''}.png"
        page.screenshot(path=self.folder / file, animations="disabled")
        self.taken.append(file)

    @contextmanager
    def _listening(self, page: Page, shot: Shot) -> Iterator[None]:
        """Whatever the page says about itself while it is open is a fault."""
        page.on("console", lambda said: self._console(shot, said))
        page.on("pageerror", lambda error: self._fault(shot.name, f"script: {error.message}"))
        page.on("response", lambda answer: self._answer(shot, answer))
        yield
        for breach in page.evaluate("window.breaches ?? []"):
            self._fault(shot.name, f"content policy: {breach}")

    def _console(self, shot: Shot, said: ConsoleMessage) -> None:
        """Chromium writes a line for each answer of 400 and more, which are judged by themselves."""
        if said.type == "error" and "Failed to load resource" not in said.text:
            self._fault(shot.name, f"console: {said.text}")

    def _answer(self, shot: Shot, answer: Response) -> None:
        if answer.status >= 400 and answer.status not in (shot.status, 422):
            self._fault(shot.name, f"{answer.status} for {answer.request.method} {answer.url.removeprefix(self.url)}")

    def _check_status(self, shot: Shot, answer: Response | None) -> None:
        if answer is None or answer.status != shot.status:
            self._fault(shot.name, f"answered {answer.status if answer else 'nothing'} instead of {shot.status}")

    def _fault(self, name: str, words: str) -> None:
        fault = f"{name}: {words}"
        if fault not in self.faults:
            self.faults.append(fault)
            print(f"  FAULT {fault}", flush=True)


@contextmanager
def camera(url: str, folder: Path, only: str) -> Iterator[Camera]:
    """Debian's own Chromium. Raises FileNotFoundError where there is none."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError("Chromium is not installed; run: sudo apt-get install --yes chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield Camera(browser, url, folder, only)
        browser.close()
