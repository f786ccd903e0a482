"""What the scenarios share: several workers and beats, and waiting for what they do."""

import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.process import BaseProcess

from tests.faults.parts import Part
from tests.faults.workers import beat, work
from tests.faults.world import World

QUEUE = "usual"
PATIENCE = 120  # seconds until a scenario is given up
HURRIED = {  # every second what production asks for once or four times a minute
    "billing": {"task": "billing.tasks.tick", "schedule": 1.0},
    "xero-sweep": {"task": "xero_sync.tasks.sweep", "schedule": 1.0},
}


def start_crowd(world: World, *, workers: int = 3, beats: int = 1) -> list[BaseProcess]:
    started = [world.start(work, QUEUE) for _ in range(workers)]
    settings = {"beat_schedule": HURRIED, "beat_max_loop_interval": 1}
    return started + [world.start(beat, QUEUE, settings=settings) for _ in range(beats)]


def seconds_until(fact: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> float:
    """How long it took; raises TimeoutError when it does not come to pass."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"{what} did not come to pass in {patience:.0f} seconds")
        time.sleep(0.2)
    return time.monotonic() - began


def told(name: str, words: str, complaints: Iterable[str], *, kills: int = 0) -> Part:
    """The scenario's part: what was done, and every complaint under it."""
    found: Sequence[str] = [f"{name}: {complaint}" for complaint in complaints]
    return Part(name, schedules=1, violations=len(found), kills=kills, lines=(f"{name}: {words}", *found))
