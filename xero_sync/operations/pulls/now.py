"""Syncing while somebody waits for it: the command."""

from dataclasses import dataclass
from datetime import datetime

from xero_sync.models import Connection, SyncRun
from xero_sync.operations.asking import request_sync
from xero_sync.operations.pulls.running import run_sync


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the sync of one practice ended, in words."""

    slug: str
    is_done: bool
    words: str


def sync_now(*, slug: str, at: datetime) -> list[Outcome]:
    """Sync one practice, or with an empty slug all that are connected, one after the other."""
    connections = Connection.objects.across_practices().current().select_related("practice")
    if slug:
        connections = connections.filter(practice__slug=slug)
    return [_synced(connection, at=at) for connection in connections.order_by("practice__slug")]


def _synced(connection: Connection, *, at: datetime) -> Outcome:
    run = request_sync(connection=connection, by=None, at=at)
    run_sync(run_id=run.pk, at=at)
    run.refresh_from_db()
    is_done = run.status == SyncRun.Status.DONE
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in run.counts.items() if name != "tries")
    words = f"done: {counts}" if is_done else f"{run.get_status_display().lower()}: {run.problem or 'another worker'}"
    return Outcome(connection.practice.slug, is_done, words)
