"""Every process killed in mid-run, and all started anew. Read inside a World."""

from random import Random

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
DEAD_FOR = 95
QUARANTINE = 16 * 60


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    both = [open_books(remote, numbering=numbering) for numbering in (OWN, LEDGER)]
    remote.do("settings", latency=0.4)
    wanted = [want_invoices(books, EACH, chance=chance) for books in both]
    killed = len(start_crowd(world))
    seconds_until(lambda: any(0 < posted(books) < EACH for books in both), "The middle of the run")
    world.kill_all()
    before = sum(posted(books) for books in both)
    pass_time(remote, DEAD_FOR)
    start_crowd(world)
    seconds_until(lambda: is_at_rest(both[0]), "The rest of the practice with numbers of its own")
    if not is_at_rest(both[1]):
        pass_time(remote, QUARANTINE - DEAD_FOR)
    seconds_until(lambda: all_at_rest(both), "The rest of both practices")
    found = [one for books, invoices in zip(both, wanted, strict=True) for one in complaints(books, invoices, remote)]
    words = f"{killed} processes killed at {before} of {2 * EACH} invoices in Xero, the others followed once"
    return told(world.name, words, found, kills=killed)


def all_at_rest(both: list[Books]) -> bool:
    return all(is_at_rest(books) for books in both)
