"""Scenes with real processes: each is played in a process and a World of its own, some on another database too."""

import contextlib
import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context

from tests.faults.databases import NoPrograms, postgres_of_our_own
from tests.faults.parts import Part
from tests.faults.world import World

AT_ONCE = 2
Worlds = Callable[[], contextlib.AbstractContextManager[World]]


@dataclass(frozen=True)
class Scene:
    """A module that offers play(world, *, is_short, seed) -> Part, and where it is played."""

    name: str
    module: str
    world: Worlds


def usual(name: str, module: str, *, broker: str = "given") -> Scene:
    """On what DATABASE_URL and REDIS_URL name, else on SQLite and the embedded broker."""
    return Scene(name, module, partial(World, name, broker=broker))


def on_postgres(name: str, module: str) -> Scene:
    """On a server of our own, which may be restarted; skipped where its programs are missing."""
    return Scene(name, module, partial(_world_on_postgres, name))


@contextlib.contextmanager
def _world_on_postgres(name: str) -> Iterator[World]:
    with postgres_of_our_own() as server, World(name, database_url=server.url) as world:
        world.server = server
        yield world


def is_on_sqlite() -> bool:
    return not os.environ.get("DATABASE_URL")


def play_all(part: str, scenes: Iterable[Scene], *, is_short: bool, seed: int) -> Part:
    """Two at a time: most of their time is waiting."""
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        found = [pool.submit(played, scene, is_short=is_short, seed=seed) for scene in scenes]
        return together(part, [future.result() for future in found])


def played(scene: Scene, *, is_short: bool, seed: int) -> Part:
    """One that does not come to its end counts as a violation."""
    try:
        with scene.world() as world:
            part: Part = import_module(scene.module).play(world, is_short=is_short, seed=seed)
    except NoPrograms as reason:
        return Part(scene.name, lines=(f"{scene.name}: skipped. {reason}",))
    except Exception as error:
        traceback.print_exc()
        return Part(scene.name, schedules=1, violations=1, lines=(f"{scene.name}: did not come to its end: {error!r}",))
    return part


def together(name: str, found: Iterable[Part]) -> Part:
    parts = list(found)
    return Part(
        name=name,
        schedules=sum(part.schedules for part in parts),
        violations=sum(part.violations for part in parts),
        kills=sum(part.kills for part in parts),
        lines=tuple(line for part in parts for line in part.lines),
    )
