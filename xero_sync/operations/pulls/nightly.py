"""The night's syncs, each in its practice's own night."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery

from xero_sync.models import Connection, Lane, Slot, SyncRun
from xero_sync.operations.asking import request_sync

HOUR = 2
LATELY = timedelta(minutes=2)  # longer than a minute that is used up


def nightly(*, at: datetime) -> int:
    """Ask for tonight's sync of every connection whose local time has come and that had none today. How many.

    Asked at every tick, by comparing local dates: a beat that slept catches up, and two beats ask for one. Who is
    posting comes later: of the five calls that Xero takes at once the fifth is for people.
    """
    asked = 0
    nights = SyncRun.objects.across_practices().filter(connection=OuterRef("pk"), is_nightly=True)
    last_night = Subquery(nights.order_by("-asked_at").values("asked_at")[:1])
    posting = Lane.objects.across_practices().filter(practice=OuterRef("practice"), served_at__gt=at - LATELY)
    sending = Slot.objects.across_practices().filter(practice=OuterRef("practice"), lease_until__gte=at)
    working = Connection.objects.across_practices().working().filter(~Exists(posting), ~Exists(sending))
    working = working.select_related("practice")
    for connection in working.annotate(last_night=last_night):
        if _is_due(connection, connection.last_night, at=at):  # type: ignore[attr-defined]  # annotated above
            request_sync(connection=connection, by=None, at=at, is_nightly=True)
            asked += 1
    return asked


def _is_due(connection: Connection, last_night: datetime | None, *, at: datetime) -> bool:
    """From two o'clock in the practice's zone, spread over the hour so that not all ask at once; who connected today
    was read then."""
    local = at.astimezone(connection.practice.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if local < midnight + timedelta(hours=HOUR, minutes=connection.practice_id % 60):
        return False
    return (last_night or connection.connected_at) < midnight
