"""Stacks with a real worker, broker and sandbox, each in a folder of its own; what is done inside them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts.stack import ROOT, Stack

SETTINGS = {"LOG_LEVEL": "WARNING", "DATABASE_URL": "", "REDIS_URL": ""}


@contextmanager
def running_stack(name: str, **environment: str) -> Iterator[Stack]:
    """On SQLite and the embedded broker, whatever the shell names."""
    folder = ROOT / "var" / f"benchmarks-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    with Stack(sandbox=True, port=0, folder=folder, quiet=True, environment=SETTINGS | environment) as running:
        yield running


def inside(running: Stack, act: str, **arguments: Any) -> Any:
    """What `tests.benchmarks.inside` found when it did this beside the stack's worker."""
    command = [sys.executable, "-m", "tests.benchmarks.inside", act, running.sandbox_url, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, env=running.environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def pid_of(running: Stack, name: str) -> int:
    pid: int = running.children[name].process.pid
    return pid
