"""One practice's way to Xero: one sender at a time, and no call before Xero wants to hear from us."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from clients.models import Practice
from xero_sync.errors import Scope, TryLater
from xero_sync.models import Lane
from xero_sync.records import Limits

TURN = timedelta(seconds=90)
CALL = timedelta(seconds=90)  # a call ends within 66 s; the rest is for what follows
BACK_OFF_SECONDS = (0, 15, 30, 60, 120, 300)  # after the first, second, … failure in a row
DAY_RESERVE = 100  # calls of a day kept for people
MINUTE_RESERVE = 2
APP_RESERVE = 500
PAUSE_SECONDS = 15
DAY_PROBE = timedelta(hours=1)
AT_ONCE = datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # a wait that is over, whatever clock is asked


class LeaseLost(Exception):
    """Another worker has the lane now: whatever this one still holds is stale and must not be written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for one practice until it is given back or runs out; `fence` grows with every holder."""

    practice: Practice
    fence: int


def lane_of(practice: Practice) -> Lane:
    """The practice's lane, made when it is first needed."""
    defaults = {"next_ok_at": AT_ONCE}
    lane, _ = Lane.objects.for_practice(practice).get_or_create(practice=practice, defaults=defaults)
    return lane


def take(practice: Practice, *, at: datetime) -> Lease | None:
    """Become the one sender of this practice, unless another is or the lane has to wait.

    Compare-and-swap on the fence, so that it holds on a database without row locks too.
    """
    lane = lane_of(practice)
    due = Lane.objects.for_practice(practice).due(at).order_by().filter(pk=lane.pk, fence=lane.fence)
    owner = uuid.uuid4().hex
    if not due.update(fence=lane.fence + 1, lease_owner=owner, lease_until=at + TURN):
        return None
    return Lease(practice, lane.fence + 1)


def extend(lease: Lease, *, until: datetime) -> None:
    """Hold on until then; raises `LeaseLost` where another worker has taken over."""
    if not Lane.objects.for_practice(lease.practice).filter(fence=lease.fence).update(lease_until=until):
        raise LeaseLost


def release(lease: Lease, *, at: datetime, wait: TryLater | None = None) -> None:
    """Give the lane back, to the end of the line: served again once the others were, or once Xero will hear us."""
    seconds = wait.seconds if wait else 0
    Lane.objects.for_practice(lease.practice).filter(fence=lease.fence).update(
        lease_owner="",
        lease_until=None,
        next_ok_at=at + timedelta(seconds=seconds),
        waiting_for=str(wait.scope) if wait else "",
    )


def note_limits(practice: Practice, limits: Limits, *, at: datetime) -> None:
    """Remember what the last reply said is left."""
    if limits.day is None and limits.minute is None:
        return
    Lane.objects.for_practice(practice).update(
        day_remaining=limits.day, minute_remaining=limits.minute, limits_seen_at=at
    )


def nearly_used_up(limits: Limits) -> TryLater | None:
    """Slow down before Xero has to say so."""
    if limits.app_minute is not None and limits.app_minute <= APP_RESERVE:
        return TryLater(PAUSE_SECONDS, Scope.APP)
    if limits.minute is not None and limits.minute <= MINUTE_RESERVE:
        return TryLater(PAUSE_SECONDS, Scope.MINUTE)
    return None


def note_answer(practice: Practice) -> None:
    """Xero answers: the row of failures is over."""
    Lane.objects.for_practice(practice).exclude(failures_in_a_row=0).update(failures_in_a_row=0)


def note_failure(practice: Practice) -> TryLater:
    """One more call without an answer; the longer the row, the longer the wait (the breaker)."""
    lanes = Lane.objects.for_practice(practice)
    lanes.filter(failures_in_a_row__lt=1000).update(failures_in_a_row=F("failures_in_a_row") + 1)
    failures = lanes.get().failures_in_a_row
    seconds = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
    return TryLater(seconds, Scope.UNREACHABLE, "Xero does not answer.")


def slow_everybody(*, until: datetime) -> None:
    """Our app as a whole is over its limit: no lane calls before then."""
    Lane.objects.across_practices().filter(next_ok_at__lt=until).update(next_ok_at=until, waiting_for=Scope.APP)


def spare_the_day(practice: Practice, *, at: datetime) -> TryLater | None:
    """Whether the day's calls are nearly used up: the rest is for people. Tried again hourly: only a call can tell."""
    lane = lane_of(practice)
    if lane.day_remaining is None or lane.day_remaining > DAY_RESERVE or lane.limits_seen_at is None:
        return None
    again = lane.limits_seen_at + DAY_PROBE
    return None if again <= at else TryLater((again - at).total_seconds(), Scope.DAY)
