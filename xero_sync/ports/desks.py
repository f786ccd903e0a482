"""Of a worker's threads that post or sync few work at once; the others are under way to Xero."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import close_old_connections, connection

DESKS: int = settings.WORKER_DESKS  # threads of a process that work at once


class Turnstile:
    """Lets so many threads in at once, in the order in which they came. A semaphore lets whoever leaves in again before
    those who wait: under load some would wait for ever."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[threading.Lock] = deque()
        self._changing = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def enter(self) -> None:
        with self._changing:
            if self._free:
                self._free -= 1
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        called.acquire()

    def leave(self) -> None:
        """The place goes to the one who has waited longest."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class _Mine(threading.local):
    has_desk = False


_desks, _mine = Turnstile(DESKS), _Mine()


@contextmanager
def at_work() -> Iterator[None]:
    """Of many threads that post or sync few work at once, and only they write invoices down or make something of what
    came back. The others are under way to Xero (`away`), or wait for a desk with what they brought. Whoever leaves his
    desk puts the database down."""
    if _mine.has_desk:
        yield
        return
    _desks.enter()
    _mine.has_desk = True
    try:
        yield
    finally:
        put_down()
        _mine.has_desk = False
        _desks.leave()


def put_down() -> None:
    """An open SQLite weighs a megabyte, and is opened again in some milliseconds; a server's connection is kept."""
    if connection.in_atomic_block:  # a test's own
        return
    if connection.vendor == "sqlite":
        connection.close()
    else:
        close_old_connections()


@contextmanager
def away() -> Iterator[None]:
    """For as long as a call or another wait takes the desk is free for another thread, and the database is put down.
    Never inside a transaction: whoever waits for its locks would keep the desk that this thread comes back for."""
    if not _mine.has_desk:
        yield
        return
    put_down()
    _mine.has_desk = False
    _desks.leave()
    try:
        yield
    finally:
        _desks.enter()
        _mine.has_desk = True
