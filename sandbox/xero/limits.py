"""Xero's four rate limits, counted on the sandbox's clock."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.xero.settings import Settings
from sandbox.xero.wire import Answer, Refusal

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class Bucket:
    """Calls that can be made: as many as a minute may hold when it is full, and it fills in a minute."""

    missing: float = 0.0
    seen_at: datetime | None = None

    def fill(self, at: datetime, size: int) -> None:
        passed = at - self.seen_at if self.seen_at and self.seen_at <= at else timedelta()
        self.missing = max(0.0, self.missing - size * (passed / MINUTE))
        self.seen_at = at


@dataclass
class Meter:
    """The recent calls of one organisation. Its day begins with its first call."""

    minute: deque[datetime] = field(default_factory=deque)
    bucket: Bucket = field(default_factory=Bucket)
    day_began: datetime | None = None
    day_count: int = 0
    in_flight: int = 0
    peak: int = 0

    def forget(self, at: datetime, settings: Settings) -> None:
        trim(self.minute, at)
        self.bucket.fill(at, settings.per_minute)
        if self.day_began is None or not timedelta() <= at - self.day_began < DAY:
            self.day_began, self.day_count = at, 0

    def count(self, at: datetime) -> None:
        self.minute.append(at)
        self.bucket.missing += 1
        self.day_count += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    def left(self, settings: Settings) -> int:
        used = self.bucket.missing if settings.minute_kind == "bucket" else len(self.minute)
        return max(0, math.floor(settings.per_minute - used))

    def until_free(self, at: datetime, settings: Settings) -> timedelta:
        if settings.minute_kind == "bucket":
            return MINUTE * ((self.bucket.missing + 1) / settings.per_minute - 1)
        return self.minute[0] + MINUTE - at


class Limits:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self.meters: dict[str, Meter] = {}
            self.app_minute: deque[datetime] = deque()
            self.refused: Counter[str] = Counter()
            self.in_flight = 0
            self.peak = 0

    def enter(self, tenant_id: str, at: datetime, settings: Settings) -> None:
        """Count a call in, or refuse it. A refused call does not count."""
        with self._lock:
            meter = self.meters.setdefault(tenant_id, Meter())
            meter.forget(at, settings)
            trim(self.app_minute, at)
            if settings.limits:
                self._refuse_beyond(meter, at, settings)
            meter.count(at)
            self.app_minute.append(at)
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)

    def leave(self, tenant_id: str) -> None:
        with self._lock:
            meter = self.meters.get(tenant_id)
            if meter is not None:
                meter.in_flight = max(0, meter.in_flight - 1)
            self.in_flight = max(0, self.in_flight - 1)

    def _refuse_beyond(self, meter: Meter, at: datetime, settings: Settings) -> None:
        if meter.in_flight >= settings.concurrent:
            raise self._too_many("concurrent", None)
        if len(self.app_minute) >= settings.app_per_minute:
            raise self._too_many("appminute", self.app_minute[0] + MINUTE - at)
        if meter.day_count >= settings.per_day:
            raise self._too_many("day", (meter.day_began or at) + DAY - at)
        if not meter.left(settings):
            raise self._too_many("minute", meter.until_free(at, settings))

    def _too_many(self, problem: str, wait: timedelta | None) -> Refusal:
        self.refused[problem] += 1
        return too_many(problem, None if wait is None else max(1, math.ceil(wait.total_seconds())))

    def headers(self, tenant_id: str | None, at: datetime, settings: Settings) -> dict[str, str]:
        """What is left, as told on every answer."""
        with self._lock:
            meter = self.meters.get(tenant_id or "") or Meter()
            meter.forget(at, settings)
            trim(self.app_minute, at)
            return {
                "X-DayLimit-Remaining": str(max(0, settings.per_day - meter.day_count)),
                "X-MinLimit-Remaining": str(meter.left(settings)),
                "X-AppMinLimit-Remaining": str(max(0, settings.app_per_minute - len(self.app_minute))),
            }


def trim(calls: deque[datetime], at: datetime) -> None:
    """Drop what is older than a minute, and what a clock moved back has left in the future."""
    while calls and not timedelta() <= at - calls[0] < MINUTE:
        calls.popleft()


def too_many(problem: str, retry_after: int | None) -> Refusal:
    headers = {"X-Rate-Limit-Problem": problem}
    if retry_after is not None and problem in {"minute", "day"}:
        headers["Retry-After"] = str(retry_after)
    return Refusal(Answer(429, "", headers))
