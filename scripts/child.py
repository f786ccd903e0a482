import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

LONGEST_PAUSE = 30  # seconds between two starts of a process that keeps failing
PATIENCE = 20  # seconds a process gets to end by itself
PARENT_DEATH_SIGNAL = 1  # prctl's name for it


class NeverReady(Exception):
    """A process ended, or said nothing for too long, before it was ready."""


class Child:
    """A process that is started again when it ends by itself, and whose lines are printed under its name."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: Path | None = None,
        ready_when: str = "",
    ) -> None:
        """Ready at once, or when a line of its output contains these words. A log takes the lines instead."""
        self.name, self.command, self.folder, self.environment = name, command, folder, environment
        self.log, self.ready_when = log, ready_when
        self.starts = 0
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self.process = self._spawn()
        self._keeper = threading.Thread(target=self._keep, name=name, daemon=True)
        self._keeper.start()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_until_ready(self, seconds: float = 60) -> None:
        wait_until(self._ready.is_set, self.is_running, f"The process {self.name}", seconds)

    def stop(self) -> None:
        """Asks it to end, and ends it when it does not."""
        self._stopping.set()
        if self.is_running():
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._keeper.join(PATIENCE)

    def _keep(self) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            self._forward_output()
            code = self.process.returncode
            if time.monotonic() - started > LONGEST_PAUSE:
                pause = 1.0
            if self._stopping.is_set():
                return
            self._say(f"ended with {code}; starting it again in {pause:.0f} s")
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
            self.process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[str]":
        self.starts += 1
        if not self.ready_when:
            self._ready.set()
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # so that Ctrl-C reaches only us, and we stop things in order
            preexec_fn=_end_with_parent,
        )

    def _forward_output(self) -> None:
        with self.process:
            for line in self.process.stdout or []:
                self._forward(line)

    def _forward(self, line: str) -> None:
        if self.ready_when and self.ready_when in line:
            self._ready.set()
        self._say(line.rstrip())

    def _say(self, text: str) -> None:
        if self.log is None:
            print(f"{self.name:>8} │ {text}", flush=True)
            return
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{text}\n")


def _end_with_parent() -> None:
    """On Linux the kernel ends the process when ours is killed, so that no orphan keeps a port or a queue."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def wait_until(fact: Callable[[], bool], alive: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Returns as soon as it is so; raises NeverReady when the process has ended or the time is up."""
    deadline = time.monotonic() + seconds
    while not fact():
        if not alive():
            raise NeverReady(f"{what} ended while it was starting.")
        if time.monotonic() > deadline:
            raise NeverReady(f"{what} was not ready after {seconds:.0f} seconds.")
        time.sleep(0.1)
