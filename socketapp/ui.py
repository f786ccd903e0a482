"""The shell around every page: who is here, where one can go, what waits, and what must be known wherever one is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.module_loading import import_string

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Door:
    """An entry of the navigation before it is known who looks at it."""

    label: str
    icon: str
    route: str
    key: str = ""
    count: str = ""
    tone: str = ""
    words: str = ""


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    url: str
    is_current: bool
    key: str = ""
    count: int = 0
    tone: str = ""
    words: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    entries: list[Entry]
    is_foot: bool = False


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class Shell:
    """What base_app.html draws around a page; on a page without a practice most of it is empty."""

    theme: str
    now: datetime
    practice: Any = None
    person: Person | None = None
    navigation: list[Group] = field(default_factory=list)
    banners: list[Mapping[str, str]] = field(default_factory=list)
    other_practices: list[Mapping[str, str]] = field(default_factory=list)
    unread: int = 0
    home_url: str = "/"
    search_url: str = ""
    notices_url: str = ""
    logout_url: str = ""


NAVIGATION: tuple[tuple[str, tuple[Door, ...]], ...] = (
    (
        "",
        (
            Door("Home", "home", "home", key="h"),
            Door("Clients", "users", "clients:list", key="c"),
            Door("Proposals", "file-text", "proposals:list"),
        ),
    ),
    (
        "Billing",
        (
            Door("Billing plan", "calendar-dollar", "billing:plan", key="b"),
            Door("Work Management", "checklist", "billing:work", key="w", count="work", words="items wait"),
            Door(
                "Invoices to fix", "alert-circle", "xero_sync:failures", count="refused", tone="bad", words="invoices"
            ),
            Door("Invoices", "receipt", "billing:invoices"),
        ),
    ),
    (
        "foot",
        (
            Door("Services & pricing", "tag", "billing:services"),
            Door("Practice settings", "settings", "clients:settings"),
            Door("Integrations", "plug-connected", "xero_sync:integrations"),
        ),
    ),
)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The one context processor of the house; it asks for nothing that the page will not show."""
    membership = getattr(request, "membership", None)
    now = timezone.now()
    if membership is None:
        return {"shell": Shell(theme=theme(request), now=now.astimezone(LONDON), logout_url=_url("account_logout"))}
    return {"shell": _practice_shell(request, membership, now)}


def theme(request: HttpRequest) -> str:
    """What the person chose, else what their device said on an earlier page, else light."""
    chosen = request.COOKIES.get("theme") or request.COOKIES.get("device_theme")
    return "dark" if chosen == "dark" else "light"


def _practice_shell(request: HttpRequest, membership: Any, now: datetime) -> Shell:
    practice = membership.practice
    slug = practice.slug
    counts = _counts(practice)
    return Shell(
        theme=theme(request),
        now=now.astimezone(getattr(practice, "zone", LONDON)),
        practice=practice,
        person=Person(name=str(membership.user.name), email=str(membership.user.email)),
        navigation=[_group(request, title, doors, slug, counts) for title, doors in NAVIGATION],
        banners=[banner for ask in _asked("BANNERS") for banner in ask(practice)],
        unread=sum(ask(membership.user) for ask in _asked("UNREAD")),
        home_url=_url("home", slug) or "/",
        search_url=_url("clients:list", slug),
        notices_url=_url("notifications:list", slug),
        logout_url=_url("account_logout"),
    )


def _group(request: HttpRequest, title: str, doors: Iterable[Door], slug: str, counts: Mapping[str, int]) -> Group:
    urls = [(door, _url(door.route, slug)) for door in doors]
    entries = [_entry(request, door, url, counts) for door, url in urls if url]
    return Group(title="" if title == "foot" else title, entries=entries, is_foot=title == "foot")


def _entry(request: HttpRequest, door: Door, url: str, counts: Mapping[str, int]) -> Entry:
    is_home = door.route == "home"
    is_current = request.path == url if is_home else request.path.startswith(url)
    return Entry(
        label=door.label,
        icon=door.icon,
        url=url,
        is_current=is_current,
        key=door.key,
        count=counts.get(door.count, 0),
        tone=door.tone,
        words=door.words,
    )


def _counts(practice: Any) -> dict[str, int]:
    named: Mapping[str, str] = getattr(settings, "COUNTS", {})
    return {name: import_string(path)(practice) for name, path in named.items()}


def _asked(setting: str) -> list[Callable[..., Any]]:
    return [import_string(path) for path in getattr(settings, setting, ())]


def _url(route: str, slug: str = "") -> str:
    """The address of a route, or nothing while its app has not been mounted."""
    try:
        return reverse(route, kwargs={"slug": slug} if slug else None)
    except NoReverseMatch:
        return ""
