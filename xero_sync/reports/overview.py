"""How it stands with Xero, in a panel of Home, and what was read lately."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from clients.access import Action, may
from clients.models import Membership, Practice
from xero_sync.models import Connection, SyncRun
from xero_sync.reports.integration import last_connection
from xero_sync.reports.runs import in_words

LATELY = timedelta(days=14)
MOST_EVENTS = 2
BADGES = {
    Connection.Status.CONNECTED: ("Connected", "good", "check"),
    Connection.Status.NEEDS_ATTENTION: ("Needs attention", "warn", "alert-triangle"),
    Connection.Status.LOST: ("Disconnected", "bad", "plug-connected-x"),
}


def overview(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Which organisation, whether it lets us in, when it was last read; nothing while there is none."""
    connection = last_connection(membership.practice)
    if connection is None or connection.is_disconnected:
        return []
    text = f"{connection.organisation_name}. {_last_read(membership.practice, at)}"
    panel = {"title": "Xero", "badge": BADGES[Connection.Status(connection.status)], "text": text}
    if not may(membership, Action.SETTINGS):
        return [panel]
    url = reverse("xero_sync:integrations", kwargs={"practice": membership.practice.slug})
    return [panel | {"url": url, "action": "Connection"}]


def recently(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """The last readings of Xero's lists."""
    runs = _ended(membership.practice).filter(finished_at__gt=at - LATELY)[:MOST_EVENTS]
    events = [_event(run) for run in runs]
    return [{"title": "Recently", "events": events}] if events else []


def _ended(practice: Practice) -> Any:
    return SyncRun.objects.for_practice(practice).filter(finished_at__isnull=False).order_by("-finished_at", "-pk")


def _event(run: SyncRun) -> dict[str, Any]:
    said = in_words(run).summary
    if run.is_failed:
        return {"text": f"Reading Xero stopped. {said}", "at": run.finished_at, "tone": "warn"}
    what = said.removeprefix("Read ") if said.startswith("Read ") else said.lower()
    return {"text": f"Xero was read{' overnight' if run.is_nightly else ''}: {what}", "at": run.finished_at}


def _last_read(practice: Practice, at: datetime) -> str:
    run = _ended(practice).first()
    if run is None:
        return "Nothing has been read yet."
    local = run.finished_at.astimezone(practice.zone)
    day = "today" if local.date() == at.astimezone(practice.zone).date() else f"on {local.day} {local:%B}"
    how = "and stopped half-way" if run.is_failed else "without errors"
    return f"Last read {day} at {local:%H:%M}, {how}."
