"""python -m tests.faults.comparison [--short] [--seed S]"""

import argparse
import sys

from tests.faults.comparison.running import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.comparison", description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    part = run(is_short=asked.short, seed=asked.seed)
    print("\n".join(part.lines))
    return 0 if part.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
