"""python -m tests.faults.machine [--schedules N] [--seed S] [--numbering own|ledger] [--memory SECONDS]"""

import argparse
import random
import sys

from tests.faults.machine.running import MEMORIES, NUMBERINGS, SHORT, run_schedules


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.machine", description=__doc__)
    parser.add_argument("--schedules", type=int, default=SHORT)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))  # nothing secret
    parser.add_argument("--numbering", choices=NUMBERINGS, default="")
    parser.add_argument("--memory", type=int, choices=MEMORIES)
    asked = parser.parse_args()
    part = run_schedules(asked.schedules, seed=asked.seed, numbering=asked.numbering, memory=asked.memory)
    print("\n".join(part.lines))
    print(f"{part.violations} violations in {part.schedules} schedules")
    return 0 if part.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
