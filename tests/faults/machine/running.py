"""Splits the schedules over processes and adds up what they found. Knows no settings: the processes have their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tests.faults.parts import Part

ROOT = Path(__file__).resolve().parents[3]
NUMBERINGS = ("own", "ledger")
MEMORIES = (0, 360, 86_400)
FULL, SHORT = 10_200, 300
MOST_AT_ONCE = 100
PROCESSES = 2


@dataclass(frozen=True)
class Chunk:
    """So many schedules of one setting, drawn from one seed."""

    numbering: str
    memory: int
    schedules: int
    seed: int

    @property
    def words(self) -> str:
        return f"--numbering {self.numbering} --memory {self.memory} --schedules {self.schedules} --seed {self.seed}"


def run(*, is_short: bool, seed: int) -> Part:
    """The whole part."""
    return run_schedules(SHORT if is_short else FULL, seed=seed)


def run_schedules(schedules: int, *, seed: int, numbering: str = "", memory: int | None = None) -> Part:
    """So many schedules, in every setting or in one; the same ones for the same seed."""
    settings = list(product([numbering] if numbering else NUMBERINGS, MEMORIES if memory is None else [memory]))
    chunks = list(split(settings, schedules, seed))
    shares = [chunks[place::PROCESSES] for place in range(min(PROCESSES, len(chunks)))]
    running = [_start(share) for share in shares]
    found = [_finished(process) for process in running]
    return _summed(found, seed)


def split(settings: Sequence[tuple[str, int]], schedules: int, seed: int) -> Iterator[Chunk]:
    """Small enough that a violation is soon repeated."""
    each = -(-schedules // len(settings))
    parts = -(-each // MOST_AT_ONCE)
    for part in range(parts):
        for place, (numbering, memory) in enumerate(settings):
            count = each // parts + (part < each % parts)
            is_alone = parts == len(settings) == 1
            yield Chunk(numbering, memory, count, seed if is_alone else seed + 1000 * part + place)


def _start(chunks: Sequence[Chunk]) -> "subprocess.Popen[str]":
    """A process that works through these chunks and prints what it found as its last line."""
    command = [sys.executable, "-m", "tests.faults.machine.working"]
    asked = json.dumps([vars(chunk) for chunk in chunks])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.machine.settings"}
    return subprocess.Popen([*command, asked], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _finished(process: "subprocess.Popen[str]") -> dict[str, Any]:
    written, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"A process of the machine ended with {process.returncode}: see above.")
    found: dict[str, Any] = json.loads(written.strip().splitlines()[-1])
    return found


def _summed(found: Sequence[dict[str, Any]], seed: int) -> Part:
    total = {name: sum(one[name] for one in found) for name in ("schedules", "steps", "invoices", "calls")}
    problems = [problem for one in found for problem in one["problems"]]
    lines = [
        f"seed {seed}: {total['schedules']:,} schedules of {total['steps']:,} steps, both numberings, key memories "
        f"0 s, 6 min and 24 h: {total['invoices']:,} invoices, {total['calls']:,} calls"
    ]
    for problem in problems:
        lines += ["", f"again with: python -m tests.faults.machine {problem['again']}", *problem["words"].splitlines()]
    return Part("machine", schedules=total["schedules"], violations=len(problems), lines=tuple(lines))
