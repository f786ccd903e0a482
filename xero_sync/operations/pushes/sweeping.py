"""The sweep: what a lost bell, a dead worker or a passed wait left behind is rung for again."""

from datetime import datetime

from clients.models import Practice
from xero_sync.models import Connection, Lane, SyncRun
from xero_sync.operations import bells
from xero_sync.operations.pushes.turns import has_work


def sweep(*, at: datetime) -> int:
    """Ring for every lane that has work and may be served, and for every sync that waits. How many bells.

    Any worker may do it at any time, and many at once; the rows decide who serves.
    """
    rung = 0
    lanes = (
        Lane.objects.across_practices()
        .due(at)
        .filter(practice__connections__status=Connection.Status.CONNECTED, practice__is_safe_mode=False)
    )
    for practice in Practice.objects.filter(lane__in=lanes.order_by().values("pk")):
        if has_work(practice, at=at):
            bells.ring_lane(practice.pk)
            rung += 1
    for run in _waiting_syncs(at):
        bells.ring_sync(run.pk)
        rung += 1
    return rung


def _waiting_syncs(at: datetime) -> list[SyncRun]:
    runs = SyncRun.objects.across_practices()
    waiting = runs.filter(status=SyncRun.Status.WAITING, not_before__lte=at)
    left_behind = runs.filter(status=SyncRun.Status.RUNNING, lease_until__lt=at)
    return list(waiting | left_behind)
