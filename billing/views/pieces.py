"""What several of billing's pages need: a page of rows, answers to htmx, addresses in other apps."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

PAGE_SIZE = 50


class Chip(TypedDict):
    """One filter with its count, in the words of components/chips.html."""

    label: str
    count: int | None
    url: str
    is_current: bool
    tone: str
    icon: str


class Fix(TypedDict):
    """One button beside a fault, in the words of components/refusal.html."""

    label: str
    url: str
    is_post: bool
    is_dialog: bool
    is_external: bool


def words_of(request: HttpRequest, name: str) -> str:
    """What is searched for. PostgreSQL refuses a text with a NUL in it, SQLite does not."""
    return request.GET.get(name, "").replace("\0", "").strip()


def page_of(request: HttpRequest, rows: Sequence[Any] | Any, size: int = PAGE_SIZE) -> Page[Any]:
    """The page the address asks for; a number out of range gives the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def chip(request: HttpRequest, label: str, count: int | None, key: str, value: str, *, tone: str = "") -> Chip:
    """A filter that sets `key` in the address to `value` (empty: all) and keeps the rest."""
    query = request.GET.copy()
    is_current = query.get(key, "") == value
    query.pop(key, None)
    query.pop("page", None)
    if value and not (tone and is_current):
        query[key] = value
    url = "?" + query.urlencode()
    return Chip(
        label=label, count=count, url=url, is_current=is_current, tone=tone, icon="alert-triangle" if tone else ""
    )


def fix(label: str, url: str, *, is_post: bool = False, is_dialog: bool = False, is_external: bool = False) -> Fix:
    return Fix(label=label, url=url, is_post=is_post, is_dialog=is_dialog, is_external=is_external)


def address(route: str, **kwargs: object) -> str:
    """The address of a page of another app, or nothing where that app is not mounted."""
    try:
        return reverse(route, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def done(request: HttpRequest, text: str, url: str, *, undo: str = "") -> HttpResponse:
    """Say what was done, with Undo where there is one, and go on; a dialog's form answers the same way."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(url)


def refused(request: HttpRequest, reason: object, url: str) -> HttpResponse:
    """Say on the page why it was not done."""
    messages.error(request, str(reason))
    return redirect(url)


def wants_fragment(request: HttpRequest, target: str) -> bool:
    """htmx asks for one part of the page only."""
    headers: Mapping[str, str] = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-Target") == target


def dialog(request: HttpRequest, fragment: str, *, title: str, back_url: str, **context: Any) -> HttpResponse:
    """A dialog over the page that asked for it; without scripts a page of its own."""
    context |= {"title": title, "back_url": back_url, "fragment": fragment}
    return render(request, fragment if is_htmx(request) else "dialog_page.html", context)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
