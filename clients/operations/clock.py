"""Time as operations know it: they are told a moment, and it moves on while they work.

Whose clock counts: what workers do by themselves (due dates, leases, waits, token lives) goes by the database's, which
all of them share. Their own may be minutes apart; a lease taken by one and judged by another must not be.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

NOW = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def current() -> datetime:
    """The moment that tasks hand to their operations: `settings.CLOCK`, by default the database's."""
    moment: datetime = import_string(settings.CLOCK)()
    return moment


def database_now() -> datetime:
    """The database's clock, to the millisecond at least."""
    with connection.cursor() as cursor:
        cursor.execute(NOW[connection.vendor])
        (found,) = cursor.fetchone()
    return found if isinstance(found, datetime) else datetime.fromisoformat(found).replace(tzinfo=UTC)


class Stopwatch:
    """The moment an operation was told, moving on while it works: a call or a large file may take a minute, and a
    machine may be sent to sleep meanwhile."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._began = _passed()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=_passed() - self._began)


def _passed() -> float:
    """Seconds since some moment, those included in which a sleeping machine counted none, where the system tells."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
