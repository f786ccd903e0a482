"""make faults: lose answers, kill workers, take guards away; the last line is the sum of it.

python -m tests.faults [--short] [--seed N] [--only kills,machine,…]

DATABASE_URL and REDIS_URL run the parts with real processes on PostgreSQL and Redis.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.parts import MODULES, Part, built

ROOT = Path(__file__).resolve().parents[2]
SEED_OF_THE_SHORT_RUN = 20261001  # the same every time: a change is to blame for what it breaks


def main() -> int:
    asked = arguments()
    names = [name for name in built() if name in asked.only]
    seed = chosen_seed(asked)
    print(f"seed {seed}; again with: python -m tests.faults{' --short' if asked.short else ''} --seed {seed}")
    started, outcomes = time.monotonic(), []
    for name in names:
        outcomes.append(carry_out(name, seed=seed, is_short=asked.short))
    failed = [name for name, part in zip(names, outcomes, strict=True) if part is None]
    parts = [part for part in outcomes if part is not None]
    print(f"\n{len(names)} parts in {time.monotonic() - started:.0f} s")
    for name in failed:
        print(f"The part {name} did not come to its end.")
    print(last_line(parts))
    return 0 if names and not failed and all(part.is_clean for part in parts) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Lose answers, kill workers.")
    parser.add_argument("--short", action="store_true", help="the few minutes that every change is given")
    parser.add_argument("--seed", type=int, help="repeat the run that printed it")
    parser.add_argument("--only", type=some_parts, default=list(MODULES), help=f"some of {','.join(MODULES)}")
    return parser.parse_args()


def some_parts(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no part {', '.join(unknown)}")
    return names


def chosen_seed(asked: argparse.Namespace) -> int:
    if asked.seed is not None:
        return int(asked.seed)
    return SEED_OF_THE_SHORT_RUN if asked.short else random.randrange(2**32)  # nothing secret


def carry_out(name: str, *, seed: int, is_short: bool) -> Part | None:
    """Runs one part in a process of its own and prints its block; None where it did not come to its end."""
    print(f"\n── {name} ──", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "part.json"
        command = [sys.executable, "-m", "tests.faults.alone", name, str(result), "--seed", str(seed)]
        done = subprocess.run([*command, *(["--short"] if is_short else [])], cwd=ROOT, env=os.environ, check=False)
        found = result.read_text(encoding="utf-8") if done.returncode == 0 and result.exists() else None
    part = Part.from_json(json.loads(found)) if found else None
    for line in part.lines if part else ("It did not come to its end: see above.",):
        print(f"  {line}")
    print(f"  {in_figures(part) if part else 'failed'}; {time.monotonic() - started:.0f} s", flush=True)
    return part


def in_figures(part: Part) -> str:
    figures = [f"{part.violations} violations in {part.schedules} schedules"]
    if part.kills:
        figures.append(f"{part.kills} real kills")
    if part.guards:
        figures.append(f"{part.proven} of {part.guards} guards proven")
    return ", ".join(figures)


def last_line(parts: Sequence[Part]) -> str:
    violations, schedules = sum(part.violations for part in parts), sum(part.schedules for part in parts)
    kills, guards = sum(part.kills for part in parts), sum(part.guards for part in parts)
    proven = sum(part.proven for part in parts)
    return (
        f"faults: {violations} violations in {schedules} schedules, {kills} real kills, "
        f"{proven} of {guards} guards proven"
    )


if __name__ == "__main__":
    sys.exit(main())
