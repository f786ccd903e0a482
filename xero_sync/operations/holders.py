"""Which process holds a lease, and whether it is gone: that can be told only of processes on this machine."""

import os
import socket
from functools import cache
from pathlib import Path

STATE, STARTED = 0, 19  # of the fields behind the name; when it began, in ticks since the machine did
ENDED = "ZX"  # ended, and nobody has asked yet how
BOOT = Path("/proc/sys/kernel/random/boot_id")  # hosts may share a name,
OUR_NUMBERS = Path("/proc/self/ns/pid")  # and containers both
NOWHERE = "?"


def here() -> str:
    """This process, so that another on the same machine can tell whether it still lives."""
    return named(os.getpid())


def named(pid: int) -> str:
    """Any process of this machine."""
    return f"{_machine()}/{pid}/{_started(pid)}"


@cache
def _machine() -> str:
    """Where our process numbers hold: this machine since it was started, and the container on it."""
    if not _started(1):
        return NOWHERE
    boot, numbers = BOOT.read_text(encoding="ascii").strip(), OUR_NUMBERS.readlink()
    return f"{socket.gethostname()[:100]}.{boot}.{numbers}"


def is_gone(holder: str) -> bool:
    """Whether this process has certainly ended. False of one on another machine, and where the system does not say."""
    machine, _, process = holder.partition("/")
    pid, _, started = process.partition("/")
    return machine == _machine() != NOWHERE and bool(started) and _started(int(pid)) != started


def _started(pid: int) -> str:
    """Empty where there is no such process, or no /proc to ask."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[STATE] in ENDED else words[STARTED]
