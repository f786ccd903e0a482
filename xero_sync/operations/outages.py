"""The database goes away in the middle of a turn: restarted, or another takes its place."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from xero_sync.ports import away

Answer = TypeVar("Answer")

PAUSES = (0.5, 1, 2, 4, 8, 15)  # seconds; after them the lease runs out and the sweep finds what was left


def despite_outage(write: Callable[[], Answer], *, pauses: Sequence[float] = PAUSES) -> Answer:
    """Carry out a whole transaction, again once the database is back where it broke off.

    For what only this worker knows: Xero's reply, which is in its memory, and that it has done with its lease. The
    transaction must be one that may be repeated; raises what the last attempt raised.
    """
    for pause in pauses:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            with away():
                time.sleep(pause)
    return write()
