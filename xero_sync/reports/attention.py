"""What Home should say about Xero."""

from datetime import datetime
from typing import Any, TypedDict

from django.urls import reverse

from clients.access import Action, may
from clients.models import Client, Membership, Practice
from xero_sync.models import Connection
from xero_sync.reports.integration import last_connection
from xero_sync.reports.matching_queue import HELD, Match, counts, with_match

Standing = Client.Standing


class Card(TypedDict, total=False):
    """Shaped as socketapp.home.Card."""

    tone: str
    icon: str
    title: str
    note: str
    url: str
    action: str
    count: int
    is_primary: bool


def attention(membership: Membership, at: datetime) -> list[Card]:
    """Connection, contacts to match, contacts that hold invoices back: what this person can act on.

    Invoices that differ in Xero stand under billing's invoices to fix.
    """
    connection = last_connection(membership.practice)
    cards: list[Card] = []
    if may(membership, Action.SETTINGS):
        cards += _connection(membership.practice, connection)
    if may(membership, Action.BILLING) and connection is not None:
        cards += _contacts(membership.practice, connection)
    return cards


def _connection(practice: Practice, connection: Connection | None) -> list[Card]:
    """Nothing while it works."""
    url = _url(practice, "integrations")
    if connection is None or connection.is_disconnected:
        card = _card("warn", "plug-connected", "Xero is not connected", url, "Connect with Xero")
        return [card | {"note": "Invoices wait here until it is."}]
    if connection.is_connected:
        return []
    card = _card("bad", "plug-connected-x", "Xero is disconnected", url, "Reconnect to Xero")
    return [card | {"note": connection.problem or "Nothing is lost and nothing is sent.", "is_primary": True}]


def _contacts(practice: Practice, connection: Connection) -> list[Card]:
    """Of clients with agreed work; whoever is only a prospect can be matched later."""
    billed = with_match(practice, connection.tenant_id).open().exclude(standing=Standing.PROSPECT)
    found = counts(billed)
    held = sum(found[match] for match in HELD)
    open_ones = found[Match.SUGGESTED] + found[Match.UNMATCHED]
    url = _url(practice, "contacts")
    cards: list[Card] = []
    if held:
        words = "contact cannot be invoiced" if held == 1 else "contacts cannot be invoiced"
        cards.append(_card("bad", "archive", f"{held} {words}", url, "Fix", held))
        cards[-1]["note"] = "Archived, merged or gone in Xero. Their invoices are held, the others post."
    if open_ones:
        words = "client is not linked" if open_ones == 1 else "clients are not linked"
        card = _card("warn", "link", f"{open_ones} {words} to a Xero contact", url, "Match", open_ones)
        cards.append(card | {"note": _note(found[Match.SUGGESTED])})
    return cards


def _note(suggested: int) -> str:
    if not suggested:
        return "A new contact is created for each when its invoice posts."
    return f"{suggested} {'has' if suggested == 1 else 'have'} a likely match; a new contact is created for the rest."


def _card(tone: str, icon: str, title: str, url: str, action: str, count: int = 0) -> Card:
    card: Card = {"tone": tone, "icon": icon, "title": title, "url": url, "action": action, "note": ""}
    return card | {"count": count} if count else card


def _url(practice: Practice, page: str, **kwargs: Any) -> str:
    return reverse(f"xero_sync:{page}", kwargs={"practice": practice.slug, **kwargs})
