"""The kills. Read inside a World, whose settings it needs."""

import math
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from celery import current_app

from tests.faults import clock
from tests.faults.books import (
    LEDGER,
    OWN,
    Books,
    complaints,
    is_at_rest,
    open_books,
    open_remote,
    pass_time,
    want_invoices,
)
from tests.faults.parts import Part
from tests.faults.workers import work
from tests.faults.world import World
from tests.xero_world import Remote

POINTS = ("after_t1", "after_t2", "before_send", "after_send", "before_t3", "after_t3", "before_ack")
MEMORIES = (0, 360, 86400)  # seconds for which the remote remembers an idempotency key
CONTACTS, INVOICES = 1, 2  # the first batch carries the contact that is new, the second the invoices
DEAD_FOR = 95  # seconds until a dead worker's lease and deadline are over
QUARANTINE = 16 * 60
SWEEP = 15
LONGEST = {OWN: timedelta(seconds=180), LEDGER: timedelta(minutes=18)}
COMMITTED = ("after_send", "before_t3")  # the remote has carried it out, and only reading back tells
OF_COMMITTED_INVOICES = 2  # F1: the worker that starts looks around, and one reading settles the batch
OF_COMMITTED_CONTACTS = 3  # it looks around; they are made again, refused by our numbers, and looked up
OF_OTHERS = 4  # halves go out, and what another slot sent meanwhile is read back apart
QUIET_RUNS = 2
SENDING = "PUT Invoices"
PATIENCE = 60


@dataclass(frozen=True)
class Kill:
    """Where the worker ends, at which of its batches, and how the remote is set."""

    point: str
    numbering: str
    memory: int
    visit: int

    def __str__(self) -> str:
        batch = "contacts" if self.visit == CONTACTS else "invoices"
        return f"{self.point} of {batch}, {self.numbering} numbers, keys kept {self.memory} s"


@dataclass(frozen=True)
class Outcome:
    kill: Kill
    was_killed: bool
    recovered_in: timedelta
    extra_calls: int
    complaints: tuple[str, ...]


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote, chance = open_remote(world.sandbox_url), Random(seed)
    world.start(work, "healthy")
    usual = {numbering: calls_of_quiet_runs(world, remote, numbering, chance) for numbering in (OWN, LEDGER)}
    outcomes = [carried_out(world, remote, kill, usual[kill.numbering], chance) for kill in kills(is_short=is_short)]
    failed = [one for one in outcomes if one.complaints]
    return Part(
        name="kills",
        schedules=len(outcomes),
        violations=sum(len(one.complaints) for one in failed),
        kills=sum(one.was_killed for one in outcomes),
        lines=(
            *(f"{world.name}: {words}" for words in summary(outcomes)),
            *(f"{world.name}: {one.kill}: {words}" for one in failed for words in one.complaints),
        ),
    )


def kills(*, is_short: bool) -> Iterator[Kill]:
    """The 42 at the batch of invoices, and once more each point at the batch of contacts; 14 in the short run."""
    for numbering in (OWN, LEDGER):
        for memory in (360,) if is_short else MEMORIES:
            yield from (Kill(point, numbering, memory, INVOICES) for point in POINTS)
    if not is_short:
        yield from (Kill(point, OWN, 360, CONTACTS) for point in POINTS)


def calls_of_quiet_runs(world: World, remote: Remote, numbering: str, chance: Random) -> int:
    """The most calls that the same takes when a worker starts and nobody dies.

    Slots share the work as it comes: the newcomer's invoices go with the others' or, once the contact is there, alone.
    """
    runs = [calls_of_a_quiet_run(world, remote, numbering, chance) for _ in range(QUIET_RUNS)]
    return max(len(made) + (sum(SENDING in call for call in made) == 1) for made in runs)


def calls_of_a_quiet_run(world: World, remote: Remote, numbering: str, chance: Random) -> list[str]:
    books = open_books(remote, numbering=numbering)
    world.silence("usual")
    since = latest(remote)
    want_invoices(books, invoices_of(chance), chance=chance)
    worker = world.start(work, "usual")
    recovered(world, remote, books, queue="usual")
    worker.kill()
    worker.join()
    return calls(remote, books, since)


def carried_out(world: World, remote: Remote, kill: Kill, usual: int, chance: Random) -> Outcome:
    """One practice, one dead worker, and what the healthy one made of it."""
    remote.do("settings", key_memory=kill.memory)
    books = open_books(remote, numbering=kill.numbering)
    world.silence("usual")
    since = latest(remote)
    wanted = want_invoices(books, invoices_of(chance), chance=chance)
    doomed = world.start(work, "usual", die_at=kill.point, visit=kill.visit)
    doomed.join(PATIENCE)
    was_killed, died_at = doomed.exitcode == -signal.SIGKILL, clock.now()
    pass_time(remote, DEAD_FOR)
    if kill.numbering == LEDGER and not swept(world, books):
        pass_time(remote, QUARANTINE - DEAD_FOR)
    took = recovered(world, remote, books) - died_at
    made = calls(remote, books, since)
    extra = len(made) - usual
    found = () if was_killed else (f"the worker did not die there but ended with {doomed.exitcode}",)
    found += tuple(complaints(books, wanted, remote)) + late(kill, took, extra, made)
    return Outcome(kill, was_killed, took, extra, found)


def invoices_of(chance: Random) -> int:
    return chance.randrange(12, 49)


def swept(world: World, books: Books, *, queue: str = "healthy") -> bool:
    """One sweep by the worker of this queue and all that it rings for; whether nothing is left to do."""
    keys = {**current_app.conf.broker_transport_options, "global_keyprefix": world.keys_of(queue)}
    with current_app.connection_for_write(transport_options=keys) as broker:
        current_app.send_task("xero_sync.tasks.sweep", connection=broker)
    world.wait_until_idle(queue)
    return is_at_rest(books)


def recovered(world: World, remote: Remote, books: Books, *, queue: str = "healthy") -> datetime:
    """Sweeps as beat asks for them, until all is at rest or an hour has passed; that moment."""
    for _ in range(3600 // SWEEP):
        if swept(world, books, queue=queue):
            break
        pass_time(remote, SWEEP)
    return clock.now()


def latest(remote: Remote) -> int:
    return max((row["number"] for row in remote.get("requests?since=0")["requests"]), default=0)


def calls(remote: Remote, books: Books, since: int) -> list[str]:
    """What was asked of this organisation since then."""
    rows = remote.get(f"requests?since={since}")["requests"]
    return [
        f"{row['at'][11:19]} {row['method']} {row['path'].rpartition('/')[2]} {row['status']}"
        for row in rows
        if row["tenant_id"] == books.tenant_id
    ]


def late(kill: Kill, took: timedelta, extra: int, made: Sequence[str]) -> tuple[str, ...]:
    found = []
    if took > LONGEST[kill.numbering]:
        found.append(f"took {took.total_seconds():.0f} s to recover")
    if extra > most_extra_calls(kill):
        found.append(f"took {extra} extra calls: {', '.join(made)}")
    return tuple(found)


def most_extra_calls(kill: Kill) -> int:
    if kill.point not in COMMITTED:
        return OF_OTHERS
    return OF_COMMITTED_CONTACTS if kill.visit == CONTACTS else OF_COMMITTED_INVOICES


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for numbering, words in ((OWN, "own series"), (LEDGER, "Xero's numbering")):
        took = sorted(one.recovered_in.total_seconds() for one in outcomes if one.kill.numbering == numbering)
        p99 = took[math.ceil(0.99 * len(took)) - 1]
        most = max(one.extra_calls for one in outcomes if one.kill.numbering == numbering)
        limit = LONGEST[numbering].total_seconds()
        yield (
            f"{words}: {len(took)} kills, recovered after {p99:.0f} s of virtual time at the 99th percentile "
            f"(at most {limit:.0f}), at most {most} extra calls"
        )
