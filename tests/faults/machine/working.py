"""One process of the machine: python -m tests.faults.machine.working <chunks as JSON>; its last line is its result."""

import gc
import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine.opening import World, opened  # first: it sets Django up
from tests.faults.machine.running import Chunk
from tests.faults.machine.schedules import Schedule

STEPS = 16
LONGEST_STORY = 6000


def main() -> None:
    chunks = [Chunk(**one) for one in json.loads(sys.argv[1])]
    with opened() as world:
        gc.collect()
        gc.freeze()  # what every schedule begins with need not be searched for rubbish ten thousand times
        print(json.dumps(work(world, chunks)))


def work(world: World, chunks: Sequence[Chunk]) -> dict[str, Any]:
    problems = []
    for chunk in chunks:
        if problem := trouble(world, chunk):
            problems.append(problem)
            print(f"{problem['again']}\n{problem['words']}", file=sys.stderr, flush=True)
    return {**vars(world.figures), "problems": problems}


def trouble(world: World, chunk: Chunk) -> dict[str, str] | None:
    """None where every schedule of the chunk held; else the shortest story of what happened, and how to repeat it."""
    setting = {"world": world, "numbering": chunk.numbering, "memory": chunk.memory}
    machine = type("OneSetting", (Schedule,), setting)
    machine._hypothesis_internal_use_seed = chunk.seed  # what hypothesis.seed() sets on a function
    try:
        run_state_machine_as_test(machine, settings=how_many(chunk.schedules))
    except Exception as error:
        story = [*traceback.format_exception_only(error), *getattr(error, "__notes__", [])]
        return {"again": chunk.words, "words": "\n".join(line.rstrip() for line in story)[:LONGEST_STORY]}
    return None


def how_many(schedules: int) -> settings:
    """Chance alone decides: nothing is remembered from run to run, and the seed says everything."""
    return settings(
        max_examples=schedules,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,  # a schedule takes as long as it takes
        derandomize=False,
        print_blob=False,
        verbosity=Verbosity.normal,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),  # schedules are long and slow on purpose, and begin as they were left
    )


if __name__ == "__main__":
    main()
