"""The sandbox's own clock: it runs with the machine's, moved or frozen as the tests wish."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the sandbox's time, always in UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        with self._lock:
            return self._frozen or datetime.now(UTC) + self._offset

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    def move_to(self, moment: datetime) -> None:
        with self._lock:
            self._offset = moment - datetime.now(UTC)
            self._frozen = moment if self._frozen else None

    def advance(self, seconds: float) -> None:
        self.move_to(self.now() + timedelta(seconds=seconds))

    def freeze(self) -> None:
        moment = self.now()
        with self._lock:
            self._frozen = moment

    def run(self) -> None:
        moment = self.now()
        with self._lock:
            self._frozen = None
            self._offset = moment - datetime.now(UTC)

    def reset(self) -> None:
        with self._lock:
            self._offset = timedelta()
            self._frozen = None
