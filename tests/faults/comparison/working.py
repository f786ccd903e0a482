"""One process of the comparison: rivals or ours; its last line is its result as JSON.

python -m tests.faults.comparison.working rivals|ours <batches of each protocol and memory> <seed>
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any

from tests.faults.comparison.rivals import RIVALS, Score, measured
from tests.faults.comparison.running import MEMORIES, OURS

Row = tuple[str, int, dict[str, Any]]


def main() -> None:
    who, batches, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(of_rivals(batches, seed) if who == "rivals" else of_ours(batches, seed)))


def of_rivals(batches: int, seed: int) -> list[Row]:
    return [row(rival.name, memory, measured(rival, memory, batches, seed)) for rival in RIVALS for memory in MEMORIES]


def of_ours(batches: int, seed: int) -> list[Row]:
    """Sets Django up, with the settings of the machine."""
    opening = import_module("tests.faults.machine.opening")
    ours = import_module("tests.faults.comparison.ours")
    with opening.opened() as world:
        return [
            row(name, memory, ours.measured(world, numbering, memory, batches, seed))
            for name, numbering in OURS.items()
            for memory in MEMORIES
        ]


def row(name: str, memory: int, score: Score) -> Row:
    return name, memory, asdict(score)


if __name__ == "__main__":
    main()
