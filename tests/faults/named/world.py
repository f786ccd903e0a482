"""A world of its own time: ours and Xero's clock move together, beat and the workers live in it, and may die."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.models import BillingSettings, Invoice
from billing.operations.terms import settings_of
from billing.ports import get_ledger
from clients.models import Client, Practice
from tests.factories import make_invoice, make_member, make_practice
from tests.xero_world import NORTH_AND_VALE, Remote, connect_by_operations, linked_clients
from xero_sync.models import Push

MODES = ["A", "B"]
CITY_LIMO = "City Limousines"
FEES = {"Code": "200", "Name": "Fees"}
SWEEP, MINUTE, FIVE_MINUTES, TEN_MINUTES, SIX_HOURS = 15, 60, 300, 600, 21600
BEAT = {  # as socketapp.settings has it
    "xero_sync.tasks.sweep": SWEEP,
    "xero_sync.tasks.ring_for_rechecks": 2 * SWEEP,
    "billing.tasks.tick": MINUTE,
    "clients.tasks.seal_audit": MINUTE,
    "xero_sync.tasks.nightly": FIVE_MINUTES,
    "xero_sync.tasks.check_connections": TEN_MINUTES,
    "xero_sync.tasks.refresh_tokens": SIX_HOURS,
}


class Killed(BaseException):
    """Stands in for kill -9: nothing catches it, nothing is tidied up."""


@dataclass
class Ambush:
    """What happens when a worker comes to a point, and how often still."""

    point: str
    act: Callable[[], None]
    times: int
    passes: int


AMBUSHES: list[Ambush] = []
OFFSET: list[timedelta] = [timedelta()]


def moment() -> datetime:
    """What settings.CLOCK names here."""
    return datetime.now(UTC) + OFFSET[0]


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here."""
    for ambush in [one for one in AMBUSHES if one.point == point]:
        if ambush.passes:
            ambush.passes -= 1
            continue
        ambush.times -= 1
        if ambush.times <= 0:
            AMBUSHES.remove(ambush)
        ambush.act()


def kill() -> None:
    raise Killed


class World:
    """One sandbox, one database, one time."""

    def __init__(self, remote: Remote, ring: Callable[[], list[str]], starts: datetime, xero_is_off: timedelta) -> None:
        self.remote = remote
        self.ring = ring
        self.xero_is_off = xero_is_off
        self.deaths = 0
        self.go_to(starts)

    @property
    def at(self) -> datetime:
        return moment()

    def go_to(self, at: datetime) -> None:
        OFFSET[0] = at - datetime.now(UTC)
        self.remote.do("clock", now=(at + self.xero_is_off).isoformat())

    def wait(self, **time: float) -> None:
        """Time passes and nobody does anything."""
        span = timedelta(**time)
        OFFSET[0] += span
        self.remote.do("clock", advance=span.total_seconds())

    # ── Workers ──

    def ambush(self, point: str, act: Callable[[], None] = kill, *, times: int = 1, passes: int = 0) -> None:
        """At that point of a worker's turn, after it was passed so often, this happens (kill -9, by itself)."""
        AMBUSHES.append(Ambush(point, act, times, passes))

    def work(self) -> None:
        """Workers take every bell until none is left. One that dies takes its bell with it."""
        while True:
            try:
                self.ring()
            except Killed:
                self.deaths += 1
            else:
                return

    def beat(self, *tasks: str) -> None:
        """These tasks are rung, and what they ring."""
        from socketapp.celery import app  # noqa: PLC0415  # Django has to be ready

        for task in tasks:
            app.signature(task).apply_async()
        self.work()

    def live(self, *, step: int = SWEEP, **time: float) -> None:
        """Beat and workers live on for so long; beat looks every `step` seconds."""
        ends = self.at + timedelta(**time)
        while self.at < ends:
            self._one_step(step)

    def until(self, is_done: Callable[[], bool], *, within: timedelta, step: int = SWEEP) -> timedelta:
        """Beat and workers live on until it is so; how long that took. Fails where it takes longer than `within`."""
        began = self.at
        self.work()
        while not is_done():
            assert self.at - began <= within, "It did not happen in time."
            self._one_step(step)
        return self.at - began

    def rests(self, practice: Practice, *, within: timedelta, step: int = SWEEP) -> timedelta:
        """Until nothing of the practice is on its way any more; how long that took."""
        return self.until(lambda: is_at_rest(practice), within=within, step=step)

    def _one_step(self, step: int) -> None:
        before = self.at
        self.wait(seconds=step)
        self.beat(*(task for task, every in BEAT.items() if _ticks(before, self.at, every)))

    # ── Xero ──

    def mark(self) -> int:
        """A point in Xero's log, to count calls from."""
        return int(self.remote.get("stats")["requests"])

    def calls(self, since: int = 0, *, method: str = "", path: str = "api.xro", tenant: str = "") -> list[Any]:
        rows = self.remote.get(f"requests?since={since}")["requests"]
        wanted = [row for row in rows if path.lower() in row["path"].lower() and method in ("", row["method"])]
        return [row for row in wanted if tenant in ("", row["tenant_id"])]

    def puts(self, since: int = 0, **where: str) -> list[Any]:
        return self.calls(since, method="PUT", path="Invoices", **where)

    def drafts(self, tenant: str = NORTH_AND_VALE) -> list[dict[str, Any]]:
        """The invoices of our app that live in Xero."""
        rows = self.remote.get(f"invoices?tenant={tenant}")["invoices"]
        return [row for row in rows if row["by_app"] and row["status"] not in ("DELETED", "VOIDED")]

    def assert_each_once(self, wanted: Sequence[Invoice], tenant: str = NORTH_AND_VALE) -> None:
        """I1 to I4: in Xero are these invoices and no others of ours, each once, to the penny."""
        ours = Invoice.objects.for_practice(wanted[0].practice_id).filter(pk__in=[one.pk for one in wanted])
        assert {one.status for one in ours} == {Invoice.Status.POSTED}
        there = sorted((row["id"], Decimal(row["sub_total"])) for row in self.drafts(tenant))
        assert there == sorted((one.ledger_reference, one.total) for one in ours)
        numbers = {row["id"]: row["number"] for row in self.drafts(tenant)}
        assert {one.ledger_reference: one.ledger_number for one in ours} == numbers
        assert {one.number for one in ours} <= {None, *numbers.values()}


def _ticks(before: datetime, after: datetime, every: int) -> bool:
    return int(after.timestamp()) // every > int(before.timestamp()) // every


def is_at_rest(practice: Practice) -> bool:
    rows = Push.objects.for_practice(practice)
    return not rows.unfinished().exists() and not rows.unread().exists()


# ── What is to be posted ─────────────────────────────────────────────────────────────────────────────────────────────


def choose_numbering(practice: Practice, mode: str) -> None:
    """A: our own series. B: Xero numbers."""
    own = BillingSettings.Numbering.OWN if mode == "A" else BillingSettings.Numbering.LEDGER
    settings_of(practice)
    BillingSettings.objects.for_practice(practice).update(numbering=own)


def invoices_for(clients: Sequence[Client], count: int, *, mode: str = "A", at: datetime) -> list[Invoice]:
    """Raised and queued as those of one plan, spread over these clients, each of another amount."""
    unnumbered = {} if mode == "A" else {"number": None}
    made = [
        make_invoice(
            clients[place % len(clients)], f"{100 + place}.{place % 100:02d}", at=at, is_queued=False, **unnumbered
        )
        for place in range(count)
    ]
    get_ledger("xero").enqueue_all(made, at=at)
    return made


@dataclass(frozen=True)
class Firm:
    """A practice beside others, with an organisation, one linked client and what it wants posted."""

    practice: Practice
    tenant: str
    client: Client


def firms(world: World, count: int) -> list[Firm]:
    """So many practices, each with an organisation of its own in Xero, all connected by one Xero user."""
    tenants = [f"71000000-0000-4000-8000-{place:012d}" for place in range(count)]
    seeded = [
        {"TenantID": tenant, "Name": f"Firm {place} Ltd", "Contacts": [{"Name": CITY_LIMO}], "Accounts": [FEES]}
        for place, tenant in enumerate(tenants)
    ]
    user = {"Name": "Olive North", "EmailAddress": "olive@northvale.example", "Tenants": tenants}
    world.remote.do("seed", Organisations=seeded, Users=[user])
    practices = [_connected(world, place, tenant) for place, tenant in enumerate(tenants)]
    world.work()  # their lists are read
    return [
        Firm(practice, tenant, *linked_clients(practice, [CITY_LIMO]))
        for practice, tenant in zip(practices, tenants, strict=True)
    ]


def _connected(world: World, place: int, tenant: str) -> Practice:
    practice = make_practice(f"Firm {place}")
    connect_by_operations(practice, make_member(practice), tenant=tenant, at=world.at)
    return practice


@contextmanager
def listening() -> Iterator[None]:
    try:
        yield
    finally:
        AMBUSHES.clear()
        OFFSET[0] = timedelta()
