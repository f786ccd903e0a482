"""The broker killed twice, with everything it held, while lanes work. Read inside a World with a broker of its own."""

import logging
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from celery import current_app

from scripts.stack import answers
from socketapp.embedded import valkey_socket
from tests.faults.books import Books, complaints, is_at_rest, open_books, open_remote, posted, want_invoices
from tests.faults.parts import Part
from tests.faults.processes.crowd import QUEUE, seconds_until, start_crowd, told
from tests.faults.workers import work
from tests.faults.world import World

LANES = 4
EACH = 120
WAKE_UPS = 3000
LATE = 7  # invoices raised while no broker answers
WORKERS = 3


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    lanes = [open_books(remote) for _ in range(LANES)]
    remote.do("settings", latency=0.4)
    wanted = [want_invoices(books, EACH, chance=chance) for books in lanes]
    ring(lanes)
    crew = start_crowd(world, workers=WORKERS)[:WORKERS]
    seconds_until(lambda: any(posted(books) for books in lanes), "The first answer")
    lost = world.waiting(QUEUE)
    kill_broker(world)
    logging.disable(logging.ERROR)  # each bell that nobody hears would be told at length
    wanted[0] += want_invoices(lanes[0], LATE, chance=chance)
    logging.disable(logging.NOTSET)
    await_broker(world)
    took = seconds_until(lambda: kept_alive(world, crew) and all_at_rest(lanes), "The rest of all lanes")
    kill_broker(world)
    await_broker(world)
    alive = seconds_until(lambda: all_listen(world, crew), "A sign of life of every worker")
    found = [one for books, invoices in zip(lanes, wanted, strict=True) for one in complaints(books, invoices, remote)]
    words = (
        f"{lost} messages lost, {LANES} lanes finished {took:.0f} s after the broker's return; after a second wipe "
        f"all {WORKERS} workers listened within {alive:.0f} s, {len(world.processes) - WORKERS - 1} started anew"
    )
    return told(world.name, words, found, kills=2)


def ring(lanes: list[Books]) -> None:
    """More wake-ups than anybody can answer before the broker is gone."""
    with current_app.connection_for_write() as broker:
        for number in range(WAKE_UPS):
            practice_id = lanes[number % len(lanes)].practice.pk
            current_app.send_task("xero_sync.tasks.post_lane", args=(practice_id,), connection=broker)


def kill_broker(world: World) -> None:
    assert world.valkey
    process = world.valkey.process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def await_broker(world: World) -> None:
    """It is started again as a supervisor would."""
    seconds_until(lambda: answers(valkey_socket(world.folder)), "The broker's return")


def kept_alive(world: World, crew: list[BaseProcess]) -> bool:
    """What a supervisor does: a worker that ended is started again. One that lives but is deaf stays so."""
    for place, worker in enumerate(crew):
        if not worker.is_alive():
            crew[place] = world.start(work, QUEUE)
    return True


def all_at_rest(lanes: list[Books]) -> bool:
    return all(is_at_rest(books) for books in lanes)


def all_listen(world: World, crew: list[BaseProcess]) -> bool:
    """Whether each of the workers takes messages; one might stop doing so when its broker comes back."""
    kept_alive(world, crew)
    signs = Path(world.folder) / "signs"
    signs.mkdir(exist_ok=True)
    for _ in range(WORKERS * 20):
        current_app.send_task("faults.say_who", args=(str(signs),))
    world.wait_until_idle(QUEUE)
    return all((signs / str(worker.pid)).exists() for worker in crew)
