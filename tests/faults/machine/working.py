"""One process of the machine: python -m tests.faults.machine.working <chunks as JSON>; its last line is its result."""

import json
import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # only now do models exist
from django.test.utils import setup_test_environment  # noqa: E402
from hypothesis import HealthCheck, Phase, Verbosity, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402

from tests.faults.machine.running import Chunk  # noqa: E402
from tests.faults.machine.schedules import Schedule  # noqa: E402
from tests.faults.machine.world import World, open_world  # noqa: E402

STEPS = 16
LONGEST_STORY = 6000


def main() -> None:
    chunks = [Chunk(**one) for one in json.loads(sys.argv[1])]
    logging.disable(logging.CRITICAL)  # thousands of lost connections are told here every minute
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with transaction.atomic():
            print(json.dumps(work(open_world(), chunks)))
            transaction.set_rollback(True)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def work(world: World, chunks: Sequence[Chunk]) -> dict[str, Any]:
    problems = [problem for chunk in chunks if (problem := trouble(world, chunk))]
    world.end()
    world.running.close()
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
