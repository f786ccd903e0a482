"""Real workers and beats, forked from a process that has read the product already: starting one takes little time."""

import ctypes
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import time_machine

django.setup()

from scripts.child import PARENT_DEATH_SIGNAL  # noqa: E402  # this module is read in one go by the fork server
from socketapp.celery import app  # noqa: E402
from tests.faults import checkpoint  # noqa: E402

app.loader.import_default_modules()
app.finalize()

PAUSE = 0.2


@app.task(name="faults.say_who")
def say_who(folder: str) -> None:
    """A sign of life: which worker took this message. It holds on for a moment, so that others get some too."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(PAUSE)


AS_IN_PRODUCTION = ["--loglevel=INFO", "--without-gossip", "--without-mingle"]


def work(keys: str, log: Path, *, die_at: str = "", visit: int = 1, fast_by: float = 0) -> None:
    """A worker that reads the queues under these keys until it is ended, or ends itself at the point.

    Its own clock, not the database's, may be fast or slow by so many seconds.
    """
    _become_a_process_of_its_own(keys, log, {})
    if die_at:
        checkpoint.die_at(die_at, visit=visit)
    if fast_by:
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=fast_by)).start()
    app.worker_main(["worker", *AS_IN_PRODUCTION, f"--hostname={os.getpid()}@%h"])


def beat(keys: str, log: Path, *, settings: dict[str, object] | None = None) -> None:
    _become_a_process_of_its_own(keys, log, settings or {})
    app.start(["beat", "--loglevel=INFO", "--pidfile="])


def _become_a_process_of_its_own(keys: str, log: Path, settings: dict[str, object]) -> None:
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    options = {**app.conf.broker_transport_options, "global_keyprefix": keys}
    app.conf.update(broker_transport_options=options, **settings)
