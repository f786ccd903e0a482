import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.child import Child, NeverReady, wait_until

SAYS_READY_AND_STAYS = "import time; print('now I am ready.', flush=True); time.sleep(60)"
ENDS_AT_ONCE = "raise SystemExit(3)"


@contextmanager
def child(program: str, folder: Path) -> Iterator[Child]:
    command = [sys.executable, "-c", program]
    made = Child("clerk", command, folder=folder, environment=os.environ, log=folder / "log", ready_when="ready.")
    try:
        yield made
    finally:
        made.stop()


def test_a_process_is_ready_when_it_says_so(tmp_path: Path) -> None:
    with child(SAYS_READY_AND_STAYS, tmp_path) as clerk:
        clerk.wait_until_ready(20)

        assert "now I am ready." in (tmp_path / "log").read_text()


def test_a_process_that_was_killed_is_started_again(tmp_path: Path) -> None:
    with child(SAYS_READY_AND_STAYS, tmp_path) as clerk:
        clerk.wait_until_ready(20)
        clerk.process.kill()

        wait_until(lambda: clerk.starts == 2 and clerk.is_running(), lambda: True, "The second start", 20)


def test_a_process_that_ends_while_starting_is_reported(tmp_path: Path) -> None:
    with child(ENDS_AT_ONCE, tmp_path) as clerk, pytest.raises(NeverReady, match="clerk ended while it was starting"):
        clerk.wait_until_ready(20)


def test_a_stopped_process_stays_stopped(tmp_path: Path) -> None:
    with child(SAYS_READY_AND_STAYS, tmp_path) as clerk:
        clerk.wait_until_ready(20)

    assert not clerk.is_running()
    assert clerk.starts == 1
