"""Whose clock counts: leases, waits and token lives go by the database's, which all workers share."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from clients.operations import Stopwatch as Stopwatch

NOW = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def current() -> datetime:
    """The moment that this app's tasks hand to their operations: `settings.XERO_CLOCK`, by default the database's.

    Workers' own clocks may be minutes apart; a lease taken by one and judged by another must not be.
    """
    moment: datetime = import_string(settings.XERO_CLOCK)()
    return moment


def database_now() -> datetime:
    """The database's clock, to the millisecond at least."""
    with connection.cursor() as cursor:
        cursor.execute(NOW[connection.vendor])
        (found,) = cursor.fetchone()
    return found if isinstance(found, datetime) else datetime.fromisoformat(found).replace(tzinfo=UTC)
