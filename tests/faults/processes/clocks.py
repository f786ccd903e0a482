"""One worker's own clock is five minutes fast, another's five minutes slow. Read inside a World."""

from random import Random

from tests.faults.books import LEDGER, OWN, complaints, is_at_rest, open_books, open_remote, want_invoices
from tests.faults.parts import Part
from tests.faults.processes.crowd import QUEUE, seconds_until, start_crowd, told
from tests.faults.workers import work
from tests.faults.world import World

EACH = 120
MINUTES = 5


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    both = [open_books(remote, numbering=numbering) for numbering in (OWN, LEDGER)]
    remote.do("settings", latency=0.4)
    wanted = [want_invoices(books, EACH, chance=chance) for books in both]
    for fast_by in (60 * MINUTES, -60 * MINUTES):
        world.start(work, QUEUE, fast_by=fast_by)
    start_crowd(world, workers=0)
    took = seconds_until(lambda: all(is_at_rest(books) for books in both), "The rest of both practices")
    found = [one for books, invoices in zip(both, wanted, strict=True) for one in complaints(books, invoices, remote)]
    unsure = [row for row in remote.requests("PUT", "Invoices") if row["status"] != 200]
    found += [f"a batch was sent again: {row['status']}" for row in unsure]
    words = f"{2 * EACH} invoices by workers {MINUTES} minutes fast and slow in {took:.0f} s"
    return told(world.name, words, found)
