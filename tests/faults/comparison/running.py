"""Runs rivals and ours side by side and puts them into one table. Knows no settings: the processes have their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.parts import Part

ROOT = Path(__file__).resolve().parents[3]
MEMORIES = (0, 360, 86_400)
HEADINGS = ("keys ignored", "kept 6 min", "kept 24 h")
OURS = {"ours, our own numbers (Mode A)": "own", "ours, Xero's numbers (Mode B)": "ledger"}
FULL = {"rivals": 40_000, "ours": 200}
SHORT = {"rivals": 2_000, "ours": 20}
SURE = 3.0  # none in n: fewer than 3 / n, 19 times of 20

Table = Mapping[str, Mapping[int, Mapping[str, int]]]


def run(*, is_short: bool, seed: int) -> Part:
    """The whole part. A violation is a duplicate or a loss of ours. Calls include looking first and comparing last."""
    batches = SHORT if is_short else FULL
    running = {who: _start(who, count, seed) for who, count in batches.items()}
    table: dict[str, dict[int, dict[str, int]]] = {}
    for process in running.values():
        for name, memory, score in _finished(process):
            table.setdefault(name, {})[memory] = score
    problems = _problems(table)
    return Part(
        "comparison",
        schedules=len(OURS) * len(MEMORIES),
        violations=len(problems),
        lines=(f"seed {seed}", *_lines(table), *problems),
    )


def _start(who: str, batches: int, seed: int) -> "subprocess.Popen[str]":
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.machine.settings"}
    command = [sys.executable, "-m", "tests.faults.comparison.working", who, str(batches), str(seed)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _finished(process: "subprocess.Popen[str]") -> list[tuple[str, int, dict[str, Any]]]:
    written, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"A process of the comparison ended with {process.returncode}: see above.")
    found: list[tuple[str, int, dict[str, Any]]] = json.loads(written.strip().splitlines()[-1])
    return found


def _lines(table: Table) -> list[str]:
    """Duplicates and losses per million invoices, at each key memory; calls per batch; of how many batches."""
    lines = ["duplicates + losses per million invoices (calls per batch)"]
    lines.append(f"{'':<34}" + "".join(f"{heading:>24}" for heading in HEADINGS) + f"{'batches each':>16}")
    for name, cells in table.items():
        scores = [cells[memory] for memory in MEMORIES]
        lines.append(
            f"{name:<34}" + "".join(f"{_cell(score):>24}" for score in scores) + f"{scores[0]['batches']:>16,}"
        )
    for name in OURS:
        batches = sum(table[name][memory]["batches"] for memory in MEMORIES)
        lines.append(f"{name}: none in {batches:,} batches means fewer than {SURE / batches:.2%} of them (95 %)")
    return lines


def _cell(score: Mapping[str, int]) -> str:
    million = 1_000_000 / score["invoices"]
    calls = score["calls"] / score["batches"]
    return f"{score['duplicates'] * million:,.0f} + {score['losses'] * million:,.0f} ({calls:.2f})"


def _problems(table: Table) -> list[str]:
    found = []
    for name in OURS:
        for memory, score in table[name].items():
            if score["duplicates"] or score["losses"]:
                found.append(
                    f"{name}, keys kept {memory} s: {score['duplicates']} duplicates, {score['losses']} losses"
                )
    return found
