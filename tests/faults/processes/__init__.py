"""Many real processes on one database, and what may be taken from under them while they work.

Each scenario is a module that offers play(world, *, seed) -> Part and is read in a process and a World of its own.
"""

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context

from tests.faults.databases import NoPrograms, postgres_of_our_own
from tests.faults.parts import Part
from tests.faults.world import World


@contextlib.contextmanager
def on_a_server_of_our_own() -> Iterator[World]:
    """A PostgreSQL that may be restarted."""
    with postgres_of_our_own() as server, World("restarted", database_url=server.url) as world:
        world.server = server
        yield world


WORLDS: dict[str, Callable[[], contextlib.AbstractContextManager[World]]] = {
    "beats": partial(World, "beats"),
    "clocks": partial(World, "clocks"),
    "wiped": partial(World, "wiped", broker="forgetful"),
    "killed": partial(World, "killed"),
    "restored": partial(World, "restored"),
    "restarted": on_a_server_of_our_own,
}


SHORT = ("beats", "wiped", "restored", "restarted")
AT_ONCE = 2


def run(*, is_short: bool, seed: int, only: Iterable[str] = ()) -> Part:
    wanted = only or (SHORT if is_short else WORLDS)
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        found = [pool.submit(carried_out, name, seed) for name in wanted]
        return together([future.result() for future in found])


def carried_out(name: str, seed: int) -> Part:
    """One scenario; one that does not come to its end counts as a violation."""
    try:
        with WORLDS[name]() as world:
            part: Part = import_module(f"tests.faults.processes.{name}").play(world, seed=seed)
    except NoPrograms as reason:
        return Part(name, lines=(f"{name}: skipped. {reason}",))
    except Exception as error:
        traceback.print_exc()
        return Part(name, schedules=1, violations=1, lines=(f"{name}: did not come to its end: {error!r}",))
    return part


def together(found: Iterable[Part]) -> Part:
    parts = list(found)
    return Part(
        name="processes",
        schedules=sum(part.schedules for part in parts),
        violations=sum(part.violations for part in parts),
        kills=sum(part.kills for part in parts),
        lines=tuple(line for part in parts for line in part.lines),
    )
