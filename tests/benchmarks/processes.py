"""What the processes of a stack weigh and use, from /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> Iterator[Path]:
    """The process and its children, and theirs."""
    wanted = [pid]
    while wanted:
        process = Path("/proc") / str(wanted.pop())
        yield process
        wanted += [int(child) for task in process.glob("task/*/children") for child in task.read_text().split()]


def weight(pid: int) -> float:
    """Megabytes that a process and its children hold."""
    return sum(int((process / "statm").read_text().split()[1]) * PAGE for process in family(pid)) / 1e6


def cpu_seconds(pid: int) -> float:
    """What a process and its children have used since they began."""
    fields = [(process / "stat").read_text().rsplit(")", 1)[1].split() for process in family(pid)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICK
