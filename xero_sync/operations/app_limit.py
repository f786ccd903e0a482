"""What is left of Xero's limit for our app: calls in a minute, of all practices together.

https://developer.xero.com/documentation/guides/oauth2/limits/
"""

from datetime import datetime

import structlog
from django.conf import settings
from django.core.cache import cache

from xero_sync.errors import Scope, TryLater
from xero_sync.records import Limits

log = structlog.get_logger(__name__)
MINUTE = 60.0
CALLS_A_MINUTE = 9_300  # of Xero's 10,000
RESERVE = 500
SHARED_BLIND = 8_500  # divided among the workers where they cannot count together
PAUSE_SECONDS = 15


def spend(at: datetime) -> None:
    """Count a call for all practices together; every worker counts in the shared cache. Raises `TryLater` where our app
    has made as many as it may in this minute.

    An estimate: Xero's own count in the headers corrects it, and a cache that is down leaves each worker its share.
    """
    minute, second = divmod(at.timestamp(), MINUTE)
    key = f"xero-calls-{minute:.0f}"
    try:
        count, most = _counted_together(key), CALLS_A_MINUTE
    except Exception:
        log.warning("xero_calls_not_counted_together", exc_info=True)
        count, most = _counted_alone(minute), SHARED_BLIND // settings.WORKER_PROCESSES
    if count > most:
        raise TryLater(MINUTE - second, Scope.APP)


def nearly_used_up(limits: Limits) -> TryLater | None:
    """Slow down before Xero has to say so: all practices together are close to the limit of our app."""
    is_low = limits.app_minute is not None and limits.app_minute <= RESERVE
    return TryLater(PAUSE_SECONDS, Scope.APP) if is_low else None


def _counted_together(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first call of this minute
        cache.add(key, 0, timeout=2 * MINUTE)
        return cache.incr(key)


_alone: dict[float, int] = {}


def _counted_alone(minute: float) -> int:
    """This process's own calls of the minute."""
    count = _alone.get(minute, 0) + 1
    _alone.clear()
    _alone[minute] = count
    return count
