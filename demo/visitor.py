"""A visitor with a browser's habits and no browser: follows links, fills in forms, keeps cookies."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class Stuck(Exception):
    """The story cannot go on: a page was not what it should be. Says what was looked for and where."""


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, how, and what it holds before anybody touches it."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What came back for an address."""

    url: str
    status: int
    text: str
    forms: list[Form]

    def form(self, part: str) -> Form:
        """The first form whose address contains `part`."""
        for form in self.forms:
            if part in form.action:
                return form
        there = ", ".join(form.action for form in self.forms) or "none"
        raise Stuck(f"{self.url} ({self.status}) has no form to {part!r}; it has: {there}.")


class FormReader(HTMLParser):
    """Collects the forms of a page with the values a browser would send."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                Form(urljoin(self.url, given.get("action") or self.url), given.get("method", "get").lower())
            )
        elif self.forms and tag in ("input", "select", "textarea", "option"):
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.textarea = name
        elif tag == "option":
            if "selected" in given and self.select:
                self._put(self.select, given.get("value", ""))
        elif given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self._put(name, given.get("value", "on"))
        elif name and given.get("type") not in ("submit", "button", "file"):
            self._put(name, given.get("value", ""))

    def _put(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.textarea and self.forms:
            self._put(self.textarea, data.removeprefix("\n"))
            self.textarea = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            self._put(self.textarea, "")
            self.textarea = ""
        elif tag == "select":
            self.select = ""


class Visitor:
    """One person at one browser."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str) -> Page:
        """The page at this address, redirects followed. Raises Stuck when it is no page."""
        return self._page(self.session.get(urljoin(self.base, path), timeout=60))

    def submit(self, page: Page, part: str, **values: object) -> Page:
        """Fills the form that goes to an address containing `part` and sends it. A list sends a field repeatedly."""
        form = page.form(part)
        sent: dict[str, object] = {**form.fields, **values}
        headers = {"Referer": page.url}
        if form.method == "get":
            return self._page(self.session.get(form.action, params=sent, headers=headers, timeout=60))  # type: ignore[arg-type]  # str or list
        return self._page(self.session.post(form.action, data=sent, headers=headers, timeout=60))

    def _page(self, reply: requests.Response) -> Page:
        if reply.status_code >= 400:
            raise Stuck(f"{reply.request.method} {reply.url} answered {reply.status_code}.")
        reader = FormReader(reply.url)
        reader.feed(reply.text)
        return Page(reply.url, reply.status_code, reply.text, reader.forms)
