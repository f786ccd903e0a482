"""Home: what needs me today. Each app says what it knows, Home lays it side by side.

settings.ATTENTION names `attention(membership, at) -> list[Card]`, settings.OVERVIEW `overview(membership, at) ->
list[Panel]`. A card is one line of the list; its items, if money has been agreed and is not billed, are rows of the
table below it. Events under one title become one panel, whichever apps tell of them. Apps return plain dictionaries of
these shapes and know nothing of Home.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NotRequired, TypedDict, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from clients.access import Action, PracticeRequest, practice_page
from clients.models import Membership, User
from socketapp.charts import Month

MOST_EVENTS = 6
TONES = ("bad", "accent", "warn", "info", "good")  # the most urgent first; the accent is a decision that is due
MARKS = {"bad": "Urgent", "warn": "Look"}


class Item(TypedDict):
    """Signed but not billed: whose money, how much, since when, why, and what to do."""

    client: str
    client_url: str
    why: str
    since: date
    amount: Decimal
    action: str
    url: str


class Card(TypedDict):
    """One thing to do: the fact, what it means, and the button that does it."""

    tone: str
    icon: str
    title: str
    note: str
    url: str
    action: str
    count: NotRequired[int]
    amount: NotRequired[Decimal]
    is_primary: NotRequired[bool]
    items: NotRequired[Sequence[Item]]


class Event(TypedDict):
    text: str
    at: datetime
    tone: NotRequired[str]


class Panel(TypedDict):
    """A block beside the list (rows, events or a sentence) or, with months, a chart below it."""

    title: str
    lead: NotRequired[str]  # a sentence under the page's title: "The October plan posts in 6 days."
    rows: NotRequired[Sequence[tuple[str, Decimal | int | str]]]
    events: NotRequired[Sequence[Event]]
    text: NotRequired[str]
    badge: NotRequired[tuple[str, str, str]]  # label, tone, icon
    url: NotRequired[str]
    action: NotRequired[str]
    months: NotRequired[Sequence[Month]]


@login_required
@never_cache
def front_door(request: HttpRequest) -> HttpResponse:
    """To the practice where this person works; who works for several chooses, who works for none learns the way in."""
    user = cast(User, request.user)
    memberships = Membership.objects.across_practices().with_login().filter(user=user)
    found = list(memberships.select_related("practice").order_by("practice__name"))
    if not found:
        return render(request, "no_practice.html", status=403)
    if len(found) > 1:
        return render(request, "practices.html", {"memberships": found})
    return redirect("home", practice=found[0].practice.slug)


@practice_page(Action.HOME)
def home(request: PracticeRequest) -> HttpResponse:
    """What needs me today, the most urgent first."""
    at = timezone.now()
    cards = sorted(_cards(request.membership, at), key=lambda card: TONES.index(card["tone"]))
    leaks = sorted((item for card in cards for item in card.get("items", ())), key=lambda item: item["since"])
    panels = _panels(request.membership, at)
    context = {
        "today": at.astimezone(request.practice.zone).date(),
        "cards": [{**card, "mark": MARKS.get(card["tone"], "")} for card in cards],
        "leaks": leaks,
        "leaked": sum((item["amount"] for item in leaks), Decimal()),
        "charts": [panel for panel in panels if panel.get("months")],
        "panels": [panel for panel in panels if not panel.get("months")],
        "may_add": request.may(Action.PROPOSALS),
    }
    return render(request, "home.html", context)


def _cards(membership: Membership, at: datetime) -> list[Card]:
    return [card for path in settings.ATTENTION for card in import_string(path)(membership, at)]


def _panels(membership: Membership, at: datetime) -> list[Panel]:
    told: list[Panel] = [panel for path in settings.OVERVIEW for panel in import_string(path)(membership, at)]
    return _joined(told)


def _joined(told: Sequence[Panel]) -> list[Panel]:
    """Events under one title stand in one panel, the newest first."""
    events: dict[str, list[Event]] = {}
    for panel in told:
        events.setdefault(panel["title"], []).extend(panel.get("events", ()))
    first = {panel["title"]: panel for panel in reversed(told)}
    panels = []
    for title in dict.fromkeys(panel["title"] for panel in told):
        newest = sorted(events[title], key=lambda event: event["at"], reverse=True)[:MOST_EVENTS]
        panels.append(cast(Panel, {**first[title], "events": newest}))
    return panels
