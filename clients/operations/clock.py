"""Time as operations know it: they are told a moment, and it moves on while they work."""

import time
from datetime import datetime, timedelta


class Stopwatch:
    """The moment an operation was told, moving on while it works: a call or a large file may take a minute."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began)
