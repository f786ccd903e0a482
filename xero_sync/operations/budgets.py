"""What is left of Xero's limits: calls in a minute and a day for each practice, and in a minute for our app.

We stay below by counting ourselves and let the headers of each answer correct the count.
https://developer.xero.com/documentation/guides/oauth2/limits/
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.models import F

from clients.models import Practice
from xero_sync.errors import Scope, TryLater
from xero_sync.models import Lane
from xero_sync.records import Limits

log = structlog.get_logger(__name__)
MINUTE = 60.0
WINDOW = 61.0  # a call arrives a little later than we count it, and so ends later for Xero too
CALLS_A_MINUTE = 55  # of Xero's 60; five are for people who press a button meanwhile
XEROS_MINUTE = 60
MINUTE_RESERVE = 4  # a call of each slot may be under way when an answer says how many are left
SHARED_RESERVE = 8  # where another app spends the same minute, its calls come between
APP_CALLS_A_MINUTE = 9_300  # of Xero's 10,000 for all practices together
APP_RESERVE = 500
APP_SHARED_BLIND = 8_500  # divided among the workers where they cannot count together
SMALL_DAY, LARGE_DAY = 1000, 5000  # calls a day: on Xero's Starter tier, and on all others
PAUSE_SECONDS = 15
DAY_PROBE = timedelta(hours=1)
TRIES = 100


class LaneBusy(Exception):
    """The lane's count could not be written: too many workers at once."""


def spend(practice: Practice, *, at: datetime) -> None:
    """Count one call of this practice, and for the app. Raises `TryLater` where it must not be made now. Not inside a
    transaction: the count of the app is kept by another server."""
    spend_for_the_app(at)
    count(practice, at=at)


def count(practice: Practice, *, at: datetime) -> None:
    """Count one call of this practice alone, by compare-and-swap. Raises `TryLater` where it must not be made now."""
    lanes = Lane.objects.for_practice(practice)
    for _ in range(TRIES):
        lane = lanes.get()
        wait = wait_of(lane, at=at)
        if wait:
            raise wait
        calls = [*calls_of_the_minute(lane.recent_calls, at), at.timestamp()]
        counted = lanes.filter(calls_version=lane.calls_version)
        if counted.update(recent_calls=calls, calls_version=F("calls_version") + 1):
            return
    raise LaneBusy


def wait_of(lane: Lane, *, at: datetime) -> TryLater | None:
    """Why no call may be made now, and for how long; None where one may."""
    if lane.next_ok_at > at:
        scope = Scope(lane.waiting_for) if lane.waiting_for else Scope.CONCURRENT
        return TryLater((lane.next_ok_at - at).total_seconds(), scope)
    calls = calls_of_the_minute(lane.recent_calls, at)
    if len(calls) >= CALLS_A_MINUTE:
        return TryLater(max(0.01, calls[-CALLS_A_MINUTE] + WINDOW - at.timestamp()), Scope.MINUTE)
    return _spared_day(lane, at=at)


def calls_of_the_minute(calls: Sequence[float], at: datetime) -> list[float]:
    """Those of the last minute, oldest first; what a clock set back has left in the future is forgotten."""
    now = at.timestamp()
    return sorted(call for call in calls if now - WINDOW < call <= now + 1)


def day_reserve(lane: Lane) -> int:
    """Calls of a day that are kept for people: a tenth."""
    return lane.day_limit // 10


def _spared_day(lane: Lane, *, at: datetime) -> TryLater | None:
    """Where the day's calls are nearly used up the rest is for people. Tried again hourly: only a call can tell."""
    if lane.day_remaining is None or lane.day_remaining > day_reserve(lane) or lane.limits_seen_at is None:
        return None
    again = lane.limits_seen_at + DAY_PROBE
    return None if again <= at else TryLater((again - at).total_seconds(), Scope.SPARED)


def note_limits(practice: Practice, limits: Limits, *, at: datetime) -> None:
    """Remember what the last answer said is left."""
    learned = learned_from(limits, at=at)
    if learned:
        Lane.objects.for_practice(practice).update(**learned)


def learned_from(limits: Limits, *, at: datetime) -> dict[str, object]:
    """What the last answer says about the lane: its columns and their values."""
    if limits.day is None and limits.minute is None:
        return {}
    is_large = limits.day is not None and limits.day >= SMALL_DAY
    left: dict[str, object] = {"day_remaining": limits.day, "minute_remaining": limits.minute, "limits_seen_at": at}
    return left | ({"day_limit": LARGE_DAY} if is_large else {})


def nearly_used_up(practice: Practice, limits: Limits, *, at: datetime) -> TryLater | None:
    """Slow down before Xero has to say so: somebody else spends the same limit."""
    if limits.app_minute is not None and limits.app_minute <= APP_RESERVE:
        return TryLater(PAUSE_SECONDS, Scope.APP)
    if limits.minute is None or limits.minute > SHARED_RESERVE:
        return None
    ours = calls_of_the_minute(Lane.objects.for_practice(practice).get().recent_calls, at)
    is_shared = XEROS_MINUTE - limits.minute > len(ours) + MINUTE_RESERVE
    is_low = limits.minute <= (SHARED_RESERVE if is_shared else MINUTE_RESERVE)
    return TryLater(PAUSE_SECONDS, Scope.MINUTE) if is_low else None


def require_room(practice: Practice, *, calls: int, at: datetime) -> None:
    """Before a reading of several calls, which would begin anew where it broke off. Raises `TryLater` while the minute
    has not as many left."""
    made = calls_of_the_minute(Lane.objects.for_practice(practice).get().recent_calls, at)
    free = CALLS_A_MINUTE - len(made)
    if free < calls <= CALLS_A_MINUTE:
        until_free = made[calls - free - 1] + WINDOW - at.timestamp()
        raise TryLater(min(PAUSE_SECONDS, max(0.01, until_free)), Scope.MINUTE)


def spend_for_the_app(at: datetime) -> None:
    """Count a call for all practices together; every worker counts in the shared cache. Raises `TryLater` where our app
    has made as many as it may in this minute.

    An estimate: Xero's own count in the headers corrects it, and a cache that is down leaves each worker its share.
    """
    minute, second = divmod(at.timestamp(), MINUTE)
    key = f"xero-calls-{minute:.0f}"
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        count, most = cache.incr(key), APP_CALLS_A_MINUTE
    except Exception:
        log.warning("xero_calls_not_counted_together", exc_info=True)
        count, most = _counted_alone(minute), APP_SHARED_BLIND // settings.WORKER_PROCESSES
    if count > most:
        raise TryLater(MINUTE - second, Scope.APP)


_alone: dict[float, int] = {}


def _counted_alone(minute: float) -> int:
    """This process's own calls of the minute."""
    count = _alone.get(minute, 0) + 1
    _alone.clear()
    _alone[minute] = count
    return count
