"""Of a worker's threads that post or sync few work at once; the others are under way to Xero."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import close_old_connections, connection

DESKS: int = settings.WORKER_DESKS  # threads of a process that work at once


class _Mine(threading.local):
    has_desk = False


_desks, _mine = threading.BoundedSemaphore(DESKS), _Mine()


@contextmanager
def at_work() -> Iterator[None]:
    """Of many threads that post or sync few work at once, and only they write invoices down or make something of what
    came back. The others are under way to Xero (`away`), or wait for a desk with what they brought."""
    if _mine.has_desk:
        yield
        return
    with _desks:
        _mine.has_desk = True
        try:
            yield
        finally:
            _mine.has_desk = False


@contextmanager
def away() -> Iterator[None]:
    """For as long as a call or another wait takes the desk is free for another thread, and a connection to the
    database that is not kept between tasks is closed. Never inside a transaction: whoever waits for its locks would
    keep the desk that this thread comes back for."""
    if not _mine.has_desk:
        yield
        return
    if not connection.in_atomic_block:  # a test's own
        close_old_connections()
    _mine.has_desk = False
    _desks.release()
    try:
        yield
    finally:
        _desks.acquire()
        _mine.has_desk = True
