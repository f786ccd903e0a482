"""The database put back to what it was before invoices were posted. Read inside a World."""

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
    want_again,
    want_invoices,
)
from tests.faults.databases import keep_copy, put_back
from tests.faults.parts import Part
from tests.faults.processes.crowd import seconds_until, start_crowd, told
from tests.faults.world import World

EACH = 60
OLD_BY = 10 * 60


def play(world: World, *, is_short: bool, seed: int) -> Part:
    """Some invoices are only queued at the time of the copy, others are not even raised; all are posted after it."""
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    both = [open_books(remote, numbering=numbering) for numbering in (OWN, LEDGER)]
    queued = [want_invoices(books, EACH, chance=chance) for books in both]
    copy = keep_copy(world.database_url, world.folder)
    later = [want_invoices(books, EACH, chance=chance) for books in both]
    rest(world, both)
    posted = len(remote.get("invoices?all=1")["invoices"])
    pass_time(remote, OLD_BY)
    put_back(copy, world.database_url)
    raised = [want_again(books, invoices) for books, invoices in zip(both, later, strict=True)]
    rest(world, both)
    wanted = [[*first, *second] for first, second in zip(queued, raised, strict=True)]
    found = [one for books, invoices in zip(both, wanted, strict=True) for one in complaints(books, invoices, remote)]
    words = f"a copy {OLD_BY // 60} minutes old that knew nothing of {posted} posted invoices, found again"
    return told(world.name, words, found)


def rest(world: World, both: list[Books]) -> None:
    """A crowd comes, works until nothing is left to do, and goes."""
    start_crowd(world)
    seconds_until(lambda: all(is_at_rest(books) for books in both), "The rest of both practices")
    world.kill_all()
