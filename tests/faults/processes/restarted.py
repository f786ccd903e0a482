"""PostgreSQL restarted at once, as after a loss of power, in mid-run. Read inside a World with a server of its own."""

from random import Random

from django.db import connection

from tests.faults.books import (
    LEDGER,
    OWN,
    Books,
    complaints,
    is_at_rest,
    open_books,
    open_remote,
    pass_time,
    posted,
    want_invoices,
)
from tests.faults.parts import Part
from tests.faults.processes.crowd import seconds_until, start_crowd, told
from tests.faults.world import World

EACH = 170
RESUMED = 60
DEAD_FOR = 95
QUARANTINE = 16 * 60


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    lanes = [open_books(remote, numbering=numbering) for numbering in (OWN, LEDGER, OWN)]
    remote.do("settings", latency=0.4)
    wanted = [want_invoices(books, EACH, chance=chance) for books in lanes]
    start_crowd(world)
    seconds_until(lambda: any(0 < posted(books) < EACH for books in lanes), "The middle of the run")
    before = restart(world, lanes)
    took = seconds_until(lambda: sum(map(posted, lanes)) > before, "The resumption", patience=RESUMED)
    for seconds in (DEAD_FOR, QUARANTINE - DEAD_FOR):
        settle(lanes)
        if not all_at_rest(lanes):
            pass_time(remote, seconds)
    seconds_until(lambda: all_at_rest(lanes), "The rest of all lanes")
    found = [one for books, invoices in zip(lanes, wanted, strict=True) for one in complaints(books, invoices, remote)]
    words = f"PostgreSQL gone at {before} of {3 * EACH} invoices in Xero, resumed {took:.0f} s after its return"
    return told(world.name, words, found)


def restart(world: World, lanes: list[Books]) -> int:
    """How many invoices were posted as soon as it answers again."""
    connection.close()
    assert world.server
    world.server.restart()
    return sum(map(posted, lanes))


def settle(lanes: list[Books], *, seconds: float = 20) -> None:
    """Gives the workers time for what can be done without a wait."""
    try:
        seconds_until(lambda: all_at_rest(lanes), "The rest of all lanes", patience=seconds)
    except TimeoutError:
        return


def all_at_rest(lanes: list[Books]) -> bool:
    return all(is_at_rest(books) for books in lanes)
