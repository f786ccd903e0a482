"""The whole stack with its worker: how long people wait for a draft in Xero, and what the processes weigh."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.stack import ROOT, Stack
from tests.benchmarks.table import Table

FOLDER = ROOT / "var" / "benchmarks-stack"
SETTINGS = {"LOG_LEVEL": "WARNING", "DATABASE_URL": "", "REDIS_URL": ""}


def stack(table: Table) -> None:
    table.title("The running stack (SQLite, embedded broker), Xero answering after a second")
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Stack(sandbox=True, port=0, folder=FOLDER, quiet=True, environment=SETTINGS) as running:
        table.add("Worker at rest", weight(running, "worker"), "MB", 200)
        command = [sys.executable, "-m", "tests.benchmarks.inside", running.sandbox_url]
        done = subprocess.run(command, cwd=ROOT, env=running.environment, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        table.add("Late approval → last of 100 drafts in Xero", found["approval"], "s", 60)
        table.add("Acceptance → its draft in Xero, the slowest of 5", found["acceptance"], "s", 30)
        table.add("Worker afterwards", weight(running, "worker"), "MB", 300)
        table.add("Web afterwards", weight(running, "web"), "MB", 400)


def weight(running: Stack, name: str) -> float:
    """Megabytes that a process and its children hold."""
    wanted, total = [running.children[name].process.pid], 0
    while wanted:
        process = Path("/proc") / str(wanted.pop())
        total += int((process / "statm").read_text().split()[1]) * 4096
        wanted += [int(pid) for task in process.glob("task/*/children") for pid in task.read_text().split()]
    return total / 1e6
