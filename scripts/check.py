"""The house rules in one command: imports, code, types, templates, migrations, deployment and tests/house."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PRODUCTION = {
    "SITE_URL": "https://socket.example",
    "ALLOWED_HOSTS": "socket.example",
    "SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "DEBUG": "0",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] | None = None


@dataclass(frozen=True)
class Outcome:
    name: str
    is_good: bool
    seconds: float
    output: str


def checks() -> list[Check]:
    """The longest first, since two run at a time."""
    manage = [PYTHON, "manage.py"]
    return [
        Check("types", [PYTHON, "-m", "mypy", "."]),
        Check("house", [PYTHON, "-m", "pytest", "tests/house", "--ignore=tests/house/test_doors.py", "--quiet"]),
        Check("imports", [str(Path(PYTHON).with_name("lint-imports"))]),
        Check("templates", [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("deployment", [*manage, "check", "--deploy", "--fail-level=WARNING"], PRODUCTION),
        Check("code", [PYTHON, "-m", "ruff", "check", "."]),
        Check("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    ]


def main() -> int:
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(carry_out, checks()))
    for outcome in outcomes:
        print(f"{'ok    ' if outcome.is_good else 'FAILED'}  {outcome.name:<11} {outcome.seconds:5.1f} s")
    failed = [outcome for outcome in outcomes if not outcome.is_good]
    for outcome in failed:
        print(f"\n── {outcome.name} ──\n{outcome.output.strip()}")
    summary = f"{len(failed)} of {len(outcomes)} checks failed" if failed else f"All {len(outcomes)} checks passed"
    print(f"{summary} in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def carry_out(check: Check) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **(check.environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(check.name, done.returncode == 0, time.monotonic() - started, done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main())
