"""Stacks with a real worker, broker and sandbox, each in a folder of its own; what is done inside them."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from scripts.stack import ROOT, Stack

SETTINGS = {"LOG_LEVEL": "WARNING", "DATABASE_URL": "", "REDIS_URL": ""}
AS_INSTALLED = Path(__file__).parent / "as_installed"
A_REQUIREMENT = re.compile(r"^([\w.-]+)(?:\[.*\])?==", re.MULTILINE)


@contextmanager
def running_stack(name: str, **environment: str) -> Iterator[Stack]:
    """On SQLite and the embedded broker, whatever the shell names, and without the packages of development: some
    libraries load them where they find them."""
    folder = ROOT / "var" / f"benchmarks-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    lean = {"PYTHONPATH": str(AS_INSTALLED), "PACKAGES_OF_DEVELOPMENT": " ".join(sorted(packages_of_development()))}
    with Stack(sandbox=True, port=0, folder=folder, quiet=True, environment=SETTINGS | lean | environment) as running:
        yield running


def packages_of_development() -> set[str]:
    """What can be imported here and not where Socket is installed."""
    here, installed = (_required(name) for name in ("dev", "runtime"))
    return {
        package
        for package, distributions in packages_distributions().items()
        if package.isidentifier() and {_normal(one) for one in distributions} <= here - installed
    }


def _required(name: str) -> set[str]:
    return {_normal(one) for one in A_REQUIREMENT.findall((ROOT / "requirements" / f"{name}.txt").read_text())}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def inside(running: Stack, act: str, **arguments: Any) -> Any:
    """What `tests.benchmarks.inside` found when it did this beside the stack's worker."""
    command = [sys.executable, "-m", "tests.benchmarks.inside", act, running.sandbox_url, json.dumps(arguments)]
    environment = running.environment | {"PYTHONPATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def pid_of(running: Stack, name: str) -> int:
    pid: int = running.children[name].process.pid
    return pid
