"""What is left of Xero's limits for each practice: calls in a minute and a day. Those of our app: `app_limit`.

We stay below by counting ourselves and let the headers of each answer correct the count.
https://developer.xero.com/documentation/guides/oauth2/limits/
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from clients.models import Practice
from xero_sync.errors import Scope, TryLater
from xero_sync.models import Lane
from xero_sync.operations import app_limit
from xero_sync.records import Limits

MINUTE = 60.0
WINDOW = 61.0  # a call arrives a little later than we count it, and so ends later for Xero too
CALLS_A_MINUTE = 55  # of Xero's 60; five are for people who press a button meanwhile
XEROS_MINUTE = 60
FOR_PEOPLE = XEROS_MINUTE - CALLS_A_MINUTE
MINUTE_RESERVE = 4  # a call of each slot may be under way when an answer says how many are left
RISE, MOST_RISE = 30.0, 0.5  # since the last answer others may have made more calls: half as many again after 15 s
NEWS_SECONDS = 5.0  # what holds us back for others' sake may be over before: another answer says so, or it is old
SMALL_DAY, LARGE_DAY = 1000, 5000  # calls a day: on Xero's Starter tier, and on all others
PAUSE_SECONDS = 15
DAY_PROBE = timedelta(hours=1)
TRIES = 100
NOTHING_LEFT = {"minute_left": 0}  # until Xero says otherwise, our own count holds


class LaneBusy(Exception):
    """The lane's count could not be written: too many workers at once."""


def spend(practice: Practice, *, at: datetime) -> list[float]:
    """Count one call of this practice, and for the app. Raises `TryLater` where it must not be made now. Not inside a
    transaction: the count of the app is kept by another server."""
    app_limit.spend(at)
    return count(practice, at=at)


def count(practice: Practice, *, at: datetime) -> list[float]:
    """Count one call of this practice alone, by compare-and-swap; the calls of the minute that ends with it. Raises
    `TryLater` where it must not be made now."""
    lanes = Lane.objects.for_practice(practice)
    for _ in range(TRIES):
        lane = lanes.get()
        wait = wait_of(lane, at=at)
        if wait:
            raise wait
        calls = [*calls_of_the_minute(lane.recent_calls, at), at.timestamp()]
        counted = lanes.filter(calls_version=lane.calls_version)
        if counted.update(recent_calls=calls, calls_version=F("calls_version") + 1):
            return calls
    raise LaneBusy


def wait_of(lane: Lane, *, at: datetime) -> TryLater | None:
    """Why no call may be made now, and for how long; None where one may."""
    if lane.next_ok_at > at:
        scope = Scope(lane.waiting_for) if lane.waiting_for else Scope.CONCURRENT
        return TryLater((lane.next_ok_at - at).total_seconds(), scope)
    calls, allowed = calls_of_the_minute(lane.recent_calls, at), allowed_a_minute(lane, at=at)
    if len(calls) >= allowed and left_by_xero(lane, calls, at=at) < 1:
        until_free = max(0.01, calls[-allowed] + WINDOW - at.timestamp())
        is_alone = allowed == CALLS_A_MINUTE
        return TryLater(until_free if is_alone else min(until_free, NEWS_SECONDS), Scope.MINUTE)
    return _spared_day(lane, at=at)


def allowed_a_minute(lane: Lane, *, at: datetime) -> int:
    """How many calls a minute of ours may hold beside those of other apps. Where we have not heard of them for a while
    they may have made more; after a minute what we knew is over. One at least: only a call can tell."""
    if _age(lane, at) >= MINUTE:
        return CALLS_A_MINUTE
    others = lane.minute_of_others + _rise_of_others(lane, at)
    return max(1, min(CALLS_A_MINUTE, XEROS_MINUTE - MINUTE_RESERVE - others))


def left_by_xero(lane: Lane, calls: Sequence[float], *, at: datetime) -> int:
    """How many calls more Xero would take by its own last word, whatever we count: its minute may be kinder than the
    strictest, in which no sixty seconds hold more than sixty. Without what left since, what others may have made, and
    what is for people."""
    if _age(lane, at) >= MINUTE:
        return 0
    since = sum(call > lane.minute_left_of for call in calls)
    return lane.minute_left - since - _rise_of_others(lane, at) - FOR_PEOPLE


def _age(lane: Lane, at: datetime) -> float:
    """Of what Xero last said about the minute, in seconds."""
    return max(0.0, (at - lane.limits_seen_at).total_seconds()) if lane.limits_seen_at else MINUTE


def _rise_of_others(lane: Lane, at: datetime) -> int:
    return math.ceil(lane.minute_of_others * min(_age(lane, at) / RISE, MOST_RISE))


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
    """Remember what the last answer said is left. Its call is not one of those we count, so nobody can tell which of
    ours Xero had counted by then."""
    lane = Lane.objects.for_practice(practice).first()
    if lane:
        ours = calls_of_the_minute(lane.recent_calls, at)
        Lane.objects.for_practice(practice).update(**learned_from(limits, ours, at=at) | NOTHING_LEFT)


def learned_from(limits: Limits, ours: Sequence[float], *, at: datetime) -> dict[str, object]:
    """What the last answer says about the lane: its columns and their values. `ours` are the calls that we made in the
    minute of which it speaks, the answered one last; what else Xero has counted in it are those of other apps, or of
    people's buttons."""
    if limits.day is None and limits.minute is None:
        return {}
    others = 0 if limits.minute is None else max(0, XEROS_MINUTE - limits.minute - len(ours))
    is_large = limits.day is not None and limits.day >= SMALL_DAY
    left: dict[str, object] = {"minute_of_others": others, "limits_seen_at": at}
    left |= {"minute_left": limits.minute or 0, "minute_left_of": ours[-1] if ours else 0.0}
    left |= {} if limits.day is None else {"day_remaining": limits.day}
    return left | ({"day_limit": LARGE_DAY} if is_large else {})


def require_room(practice: Practice, *, calls: int, at: datetime) -> None:
    """Before a reading of several calls, which would begin anew where it broke off. Raises `TryLater` while the minute
    has not as many left."""
    lane = Lane.objects.for_practice(practice).get()
    made, allowed = calls_of_the_minute(lane.recent_calls, at), allowed_a_minute(lane, at=at)
    free = allowed - len(made)
    if max(free, left_by_xero(lane, made, at=at)) < calls <= CALLS_A_MINUTE:
        until_free = made[calls - free - 1] + WINDOW - at.timestamp() if calls <= allowed else PAUSE_SECONDS
        raise TryLater(min(PAUSE_SECONDS, max(0.01, until_free)), Scope.MINUTE)
