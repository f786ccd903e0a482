"""The sweep: what a lost bell, a dead worker or a passed wait left behind is rung for again."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from xero_sync.models import Batch, Connection, Lane, Push, SyncRun
from xero_sync.operations import bells, lanes

RING_AGAIN = timedelta(seconds=15)  # behind a backlog bells would pile up, each of which makes a turn of its own


def sweep(*, at: datetime) -> int:
    """Ring for every lane that has work and may be served, and for every sync that waits. How many bells.

    The slots of processes that ended are free at once.

    Any worker may do it at any time, and many at once; the rows decide who serves.
    """
    lanes.free_the_gone(at=at)
    practices = _lanes_with_work(at) if _is_anything_open(at) else []
    if practices:
        Lane.objects.across_practices().filter(practice__in=practices).update(rung_at=at)
    for practice_id in practices:
        bells.ring_lane(practice_id)
    runs = _waiting_syncs(at)
    for run in runs:
        bells.ring_sync(run.pk)
    return len(practices) + len(runs)


def _is_anything_open(at: datetime) -> bool:
    """Of any practice. Mostly nothing is, and to ask for that alone takes a fifth of the time."""
    pushes = Push.objects.across_practices()
    first_due = pushes.due(at).order_by("practice_id").values_list("pk").first()  # as the queue's index lies
    batches = Batch.objects.across_practices().filter(status__in=Batch.OPEN)
    return first_due is not None or pushes.unread().exists() or batches.exists()


def _lanes_with_work(at: datetime) -> list[int]:
    """In one query, however many practices there are; not those that were rung for a moment ago, unless a pause of
    theirs ended since."""
    pushes = Push.objects.across_practices()
    has_work = Q(practice__in=pushes.due(at).order_by().values("practice"))
    has_work |= Q(practice__in=Batch.objects.across_practices().unsettled(at).order_by().values("practice"))
    has_work |= Q(practice__in=pushes.unread().order_by().values("practice"))
    served = Connection.objects.across_practices().working().order_by().values("practice")
    due = Lane.objects.across_practices().due(at).filter(practice__in=served, practice__is_safe_mode=False)
    rung = Q(rung_at__gt=at - RING_AGAIN, rung_at__gte=F("next_ok_at"))
    return list(due.filter(has_work).exclude(rung).values_list("practice_id", flat=True))


def _waiting_syncs(at: datetime) -> list[SyncRun]:
    runs = SyncRun.objects.across_practices()
    waiting = runs.filter(status=SyncRun.Status.WAITING, not_before__lte=at)
    left_behind = runs.filter(status=SyncRun.Status.RUNNING, lease_until__lt=at)
    return list(waiting | left_behind)
