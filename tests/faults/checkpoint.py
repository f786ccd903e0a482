"""Ends a worker where it stands, as kill -9 does: nothing is caught, nothing is tidied up."""

import os
import signal
from itertools import count

_visits = count(1)
_armed: list[tuple[str, int]] = []


def die_at(point: str, *, visit: int) -> None:
    """This process ends when it reaches the point for that many-th time."""
    _armed[:] = [(point, visit)]


def reached(point: str) -> None:
    """What settings.XERO_CHECKPOINT names."""
    if _armed and _armed[0][0] == point and next(_visits) >= _armed[0][1]:
        os.kill(os.getpid(), signal.SIGKILL)
