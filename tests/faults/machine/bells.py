"""The broker of a schedule: messages wait until somebody delivers, repeats or loses them."""

from collections import deque
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from django.db import connection

from socketapp.celery import app as celery_app


@dataclass(frozen=True)
class Bell:
    """One message: which task, with what."""

    task: str
    arguments: tuple[Any, ...]

    def deliver(self) -> None:
        """Does what a worker does with it, in this very thread. Raises what the task raises."""
        celery_app.tasks[self.task](*self.arguments)


@dataclass
class Bells:
    """Everything that was rung for Xero and not delivered yet; what other tasks are asked for is left alone."""

    waiting: deque[Bell] = field(default_factory=deque)

    def __post_init__(self) -> None:
        celery_app.loader.import_default_modules()
        self._broker = celery_app.connection_for_read()
        self._queue = self._broker.SimpleQueue(celery_app.conf.task_default_queue)

    def collect(self) -> None:
        """What waited for its commit is committed, and what that rang for waits here."""
        while connection.run_on_commit:
            _, callback, _ = connection.run_on_commit.pop(0)
            callback()
        while message := self._next():
            message.ack()
            name, (arguments, _, _) = message.headers["task"], message.payload
            if name.startswith("xero_sync."):
                self.waiting.append(Bell(name, tuple(arguments)))

    def _next(self) -> Any:
        try:
            return self._queue.get_nowait()
        except Empty:
            return None

    def lose(self) -> None:
        self.collect()
        self.waiting.clear()
