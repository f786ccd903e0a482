"""One part in a process of its own: python -m tests.faults.alone <part> <file for its result> --seed N [--short]"""

import argparse
import json
from importlib import import_module
from pathlib import Path

from tests.faults.parts import MODULES, Part


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=MODULES)
    parser.add_argument("result", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args()
    part: Part = import_module(MODULES[asked.part]).run(is_short=asked.short, seed=asked.seed)
    asked.result.write_text(json.dumps(part.as_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
