"""What must be known on every page: that Xero is not reached, and what waits for it."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from django.urls import reverse

from billing.models import Invoice
from clients.access import Action
from clients.models import Practice
from xero_sync.models import Connection
from xero_sync.reports.integration import last_connection, pause_in_words

ICON = "plug-connected-x"


class Banner(TypedDict):
    """Shaped as socketapp.ui.Banner; `needs` is what one must be allowed to do to see the button."""

    tone: str
    title: str
    text: str
    icon: str
    url: str
    action: str
    needs: NotRequired[Any]


def banners(practice: Practice, at: datetime) -> list[Banner]:
    """One query while all is well."""
    connection = last_connection(practice)
    if connection is None:
        return []
    if connection.is_connected:
        return _paused(connection, at)
    waiting = Invoice.objects.for_practice(practice).waiting().count()
    if connection.is_disconnected:
        return [_disconnected(practice, waiting)] if waiting else []
    return [_lost(connection, practice, waiting)]


def _paused(connection: Connection, at: datetime) -> list[Banner]:
    """Xero lets us in, and yet what waits has to go on waiting: why, and until when."""
    practice = connection.practice
    pause = pause_in_words(connection, at)
    waiting = Invoice.objects.for_practice(practice).waiting().filter(is_released=True).count() if pause else 0
    if not waiting:
        return []
    said = "1 invoice waits; it goes out" if waiting == 1 else f"{waiting:,} invoices wait; they go out"
    text = f"{said} by itself." if waiting == 1 else f"{said} by themselves."
    return [{"tone": "warn", "icon": "clock", "title": pause, "text": text, "url": "", "action": ""}]


def _lost(connection: Connection, practice: Practice, waiting: int) -> Banner:
    since = ""
    if connection.lost_at:
        local = connection.lost_at.astimezone(practice.zone)
        since = f"since {local.day} {local:%B, %H:%M}. "
    title = "Xero is disconnected" if connection.is_lost else "Xero does not let Socket in"
    return {
        "tone": "bad",
        "icon": ICON,
        "title": title,
        "text": f"{since}Nothing is lost and nothing is sent.{_what_waits(waiting, 'when someone reconnects')}",
        "url": _page(practice),
        "action": "Reconnect to Xero",
        "needs": Action.SETTINGS,
    }


def _disconnected(practice: Practice, waiting: int) -> Banner:
    return {
        "tone": "warn",
        "icon": ICON,
        "title": "Xero is not connected.",
        "text": _what_waits(waiting, "once somebody connects again").strip(),
        "url": _page(practice),
        "action": "Connect with Xero",
        "needs": Action.SETTINGS,
    }


def _what_waits(number: int, until: str) -> str:
    if not number:
        return ""
    return (
        f" 1 invoice waits; it goes out, once, {until}."
        if number == 1
        else (f" {number:,} invoices wait; they go out, each once, {until}.")
    )


def _page(practice: Practice) -> str:
    return reverse("xero_sync:integrations", kwargs={"practice": practice.slug})
