"""The time of a schedule: it passes only when it is told to."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 10, 3, 9, tzinfo=UTC)
_now = BEGINNING


def now() -> datetime:
    """What `settings.CLOCK` names here."""
    return _now


def begin() -> None:
    global _now  # one clock per process, as in life
    _now = BEGINNING


def advance(seconds: float) -> None:
    global _now  # as above
    _now += timedelta(seconds=seconds)
