"""The night's syncs, each in its practice's own night."""

from datetime import datetime, timedelta

from xero_sync.models import Connection, SyncRun
from xero_sync.operations.asking import request_sync

HOUR = 2


def nightly(*, at: datetime) -> int:
    """Ask for tonight's sync of every connection whose local time has come and that had none today. How many.

    Asked at every tick, by comparing local dates: a beat that slept catches up, and two beats ask for one.
    """
    asked = 0
    for connection in Connection.objects.across_practices().working().select_related("practice"):
        if _is_due(connection, at=at):
            request_sync(connection=connection, by=None, at=at, is_nightly=True)
            asked += 1
    return asked


def _is_due(connection: Connection, *, at: datetime) -> bool:
    """From two o'clock in the practice's zone, spread over the hour so that not all ask at once."""
    local = at.astimezone(connection.practice.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if local < midnight + timedelta(hours=HOUR, minutes=connection.practice_id % 60):
        return False
    tonight = SyncRun.objects.for_practice(connection.practice_id).filter(
        connection=connection, is_nightly=True, asked_at__gte=midnight
    )
    return not tonight.exists()
