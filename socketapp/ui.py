"""The shell around every page: who is here, where one can go, what waits, and what must be known wherever one is.

Apps speak to it by name, in settings: COUNTS (`counts(practice) -> {name: int}`), BANNERS (`banners(practice, at) ->
list` of `Banner`) and UNREAD (`unread(user, practice) -> int`). They return plain values, so that none has to know the
shell.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from clients.access import Action, may
from clients.models import Membership, Practice
from socketapp.navigation import NAVIGATION, Door

LONDON = ZoneInfo("Europe/London")


class Banner(TypedDict):
    """What is said under the top bar for as long as it holds; the connection lost is bad, everything else is less."""

    tone: str
    title: str
    text: str
    icon: NotRequired[str]
    url: NotRequired[str]
    action: NotRequired[str]
    needs: NotRequired[Action]  # what one must be allowed to do for the button to be shown


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation as it is shown; a count means that something waits for you."""

    door: Door
    url: str
    is_current: bool
    count: int


@dataclass(frozen=True)
class Group:
    title: str
    entries: list[Entry]
    is_foot: bool


@dataclass(frozen=True)
class Shell:
    """What base_app.html draws around a page; on a page without a practice most of it is empty."""

    theme: str
    now: datetime
    logout_url: str = ""
    practice: Practice | None = None
    membership: Membership | None = None
    navigation: list[Group] = field(default_factory=list)
    banners: list[Banner] = field(default_factory=list)
    other_practices: list[tuple[str, str]] = field(default_factory=list)
    unread: int = 0
    home_url: str = "/"
    search_url: str = ""
    notices_url: str = ""
    profile_url: str = ""
    has_shortcuts: bool = True


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The one context processor of the house; it asks for nothing that the page will not show."""
    membership: Membership | None = getattr(request, "membership", None)
    now = timezone.now()
    if membership is None or membership.user is None:
        return {"shell": Shell(theme=theme(request), now=now.astimezone(LONDON), logout_url=url_of("account_logout"))}
    # A fragment draws no shell and must not pay for one.
    return {"shell": cast(Shell, SimpleLazyObject(lambda: _practice_shell(request, membership, now)))}


def theme(request: HttpRequest) -> str:
    """What the person chose, else what their device said on an earlier page, else light."""
    chosen = request.COOKIES.get("theme") or request.COOKIES.get("device_theme")
    return "dark" if chosen == "dark" else "light"


def url_of(route: str, practice: Practice | None = None) -> str:
    """The address of a route, or nothing while its app has not been mounted."""
    try:
        return reverse(route, kwargs={"practice": practice.slug} if practice else None)
    except NoReverseMatch:
        return ""


def _practice_shell(request: HttpRequest, membership: Membership, now: datetime) -> Shell:
    practice = membership.practice
    counts = {name: count for ask in _named("COUNTS") for name, count in ask(practice).items()}
    return Shell(
        theme=theme(request),
        now=now.astimezone(practice.zone),
        logout_url=url_of("account_logout"),
        practice=practice,
        membership=membership,
        navigation=_navigation(request, membership, counts),
        banners=_banners(membership, counts, now),
        other_practices=_other_practices(request, membership),
        unread=sum(ask(membership.user, practice) for ask in _named("UNREAD")),
        home_url=url_of("home", practice) or "/",
        search_url=url_of("clients:list", practice),
        notices_url=url_of("notifications:list", practice),
        profile_url=url_of("clients:profile", practice),
        has_shortcuts=membership.user.has_shortcuts if membership.user else True,
    )


def _navigation(request: HttpRequest, membership: Membership, counts: Mapping[str, int]) -> list[Group]:
    """The doors as this person sees them; what they may not do is not shown, nor a heading over a single door."""
    practice = membership.practice
    allowed = {door: url_of(door.route, practice) for _, doors in NAVIGATION for door in doors}
    shown = {door: url for door, url in allowed.items() if url and may(membership, door.action)}
    current = _current(request.path, shown, url_of("home", practice))
    groups = []
    for title, doors in NAVIGATION:
        entries = [
            Entry(door, shown[door], door == current, counts.get(door.count, 0)) for door in doors if door in shown
        ]
        if entries:
            heading = "" if title == "foot" or len(entries) == 1 else title
            groups.append(Group(heading, entries, is_foot=title == "foot"))
    return groups


def _current(path: str, shown: Mapping[Door, str], home: str) -> Door | None:
    """Where this page belongs: the door with the longest address above it. Only Home itself belongs to Home."""
    above = {door: home + door.under if door.under else url for door, url in shown.items()}
    near = [door for door, url in above.items() if (path == url if url == home else path.startswith(url))]
    return max(near, key=lambda door: len(above[door]), default=None)


def _banners(membership: Membership, counts: Mapping[str, int], now: datetime) -> list[Banner]:
    """The connection lost first, then Safe Mode, then the rest."""
    practice = membership.practice
    said: Iterable[Banner] = [
        _offered(banner, membership) for ask in _named("BANNERS") for banner in ask(practice, now)
    ]
    safe = [_safe_mode(membership)] if practice.is_safe_mode else []
    if counts.get("to_confirm") and not practice.is_safe_mode:
        safe = [_after_safe_mode(membership)]
    return [
        *(banner for banner in said if banner["tone"] == "bad"),
        *safe,
        *(banner for banner in said if banner["tone"] != "bad"),
    ]


def _offered(banner: Banner, membership: Membership) -> Banner:
    """The fact for everybody, the button only for those who may press it."""
    needs = banner.get("needs")
    return banner if needs is None or may(membership, needs) else {**banner, "url": ""}


def _safe_mode(membership: Membership) -> Banner:
    banner: Banner = {
        "tone": "warn",
        "icon": "shield-half",
        "title": "Safe Mode is on.",
        "text": "Nothing leaves Socket: no invoice, no contact, no e-mail to a client.",
    }
    url = url_of("billing:safe_mode", membership.practice)
    if url and may(membership, Action.SETTINGS):
        banner.update({"url": url, "action": "Leave Safe Mode"})
    return banner


def _after_safe_mode(membership: Membership) -> Banner:
    banner: Banner = {
        "tone": "warn",
        "icon": "hand-stop",
        "title": "What waited needs your word.",
        "text": "Safe Mode was left, and nobody has confirmed that invoices and letters of that time may go out.",
        "url": url_of("billing:settings_billing", membership.practice),
        "action": "Decide",
        "needs": Action.SETTINGS,
    }
    return _offered(banner, membership)


def _other_practices(request: HttpRequest, here: Membership) -> list[tuple[str, str]]:
    """Where else this person works, as the door that let them in has found."""
    found: Iterable[Membership] = getattr(request, "memberships", ())
    return [(each.practice.name, url_of("home", each.practice)) for each in found if each.pk != here.pk]


def _named(setting: str) -> list[Callable[..., Any]]:
    paths: Mapping[str, str] | Iterable[str] = getattr(settings, setting, ())
    return [import_string(path) for path in paths]
