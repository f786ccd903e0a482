"""The protocols that others use, against the sandbox's own books and keys: the very code that answers over HTTP.

A batch is one element here: Xero carries a batch out as a whole, so that batches and invoices come out alike.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from sandbox.xero import accounting
from sandbox.xero.call import Call, Query
from sandbox.xero.idempotency import fingerprint
from sandbox.xero.seeds import NORTH_AND_VALE
from sandbox.xero.state import Pending, State
from tests.faults.comparison.script import Script

BEGINNING = datetime(2026, 10, 3, 9, tzinfo=UTC)
WAITS = {"limited": 37.0, "unavailable": 30.0, "request_lost": 75.0, "late": 75.0, "answer_lost": 75.0}
ARRIVING = frozenset({"", "answer_lost", "crash_after", "delivered_twice"})
OVER = timedelta(hours=3)


@dataclass(frozen=True)
class Rival:
    """A way to send a batch again when it is not known what became of it."""

    name: str
    keeps_key: bool = False  # the same idempotency key at every attempt
    has_lease: bool = False  # of two workers with the same message one does nothing
    reads_back: bool = False  # asks what is there before it sends again


RIVALS = (
    Rival("naive retry, a new key each time"),
    Rival("stable key only", keeps_key=True),
    Rival("+ lease and fence", keeps_key=True, has_lease=True),
    Rival("+ read-back before re-send", keeps_key=True, has_lease=True, reads_back=True),
)


@dataclass
class Score:
    """What a protocol made of all its batches."""

    batches: int = 0
    invoices: int = 0
    duplicates: int = 0
    losses: int = 0
    calls: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))


class Books:
    """One organisation of the sandbox on a clock of its own."""

    def __init__(self, key_memory: int) -> None:
        self.state = State(None, {"key_memory": key_memory, "limits": False})
        self.state.clock.freeze()
        self.organisation = self.state.organisations[NORTH_AND_VALE]
        self.contact = next(one.contact_id for one in self.organisation.contacts.values() if one.is_active)
        self.calls = 0

    def at(self, moment: datetime) -> None:
        """Time goes on; what falls due on the way is carried out when it does."""
        for due in sorted(one.due_at for one in self.state.pending if one.due_at < moment):
            self.state.clock.move_to(due)
            self.state.settle()
        self.state.clock.move_to(moment)
        self.state.settle()

    def count(self) -> int:
        return len(self.organisation.invoices)

    def forget(self) -> None:
        self.organisation.invoices.clear()
        self.organisation.numbers.clear()

    def send(self, marker: str, key: str, *, late: float = 0.0) -> None:
        """The PUT, carried out now or so much later."""
        call = self._call(marker)
        print_of = fingerprint(call.method, "/invoices", "", self.organisation.tenant_id, call.body)
        if late:
            due = call.at + timedelta(seconds=late)
            self.state.pending.append(Pending(due, lambda: accounting.late(call, key, print_of)))
        else:
            accounting.remembered(call, key, print_of, lambda: accounting.carried_out(call))

    def _call(self, marker: str) -> Call:
        line = {"Description": "Bookkeeping", "Quantity": 1, "UnitAmount": 120.0, "AccountCode": "200"}
        element = {"Type": "ACCREC", "Contact": {"ContactID": self.contact}, "LineItems": [line], "Reference": marker}
        body = json.dumps({"Invoices": [element]}).encode()
        query = Query([("summarizeErrors", "false")])
        now = self.state.clock.now()
        return Call(self.state, self.organisation, "socket-demo", "PUT", ["Invoices"], query, body, None, now)


class Sending:
    """One batch on its way with one protocol."""

    def __init__(self, rival: Rival, script: Script, books: Books, marker: str, at: datetime) -> None:
        self.rival, self.script, self.books, self.marker = rival, script, books, marker
        self.deliveries = [at]
        self.attempts = 0
        self.is_done = self.is_doubtful = False

    def carry_out(self) -> None:
        """Every delivery until the worker has written down that it is done."""
        while self.deliveries:
            at = heappop(self.deliveries)
            self.books.at(at)
            if not self.is_done:
                self._attempt(at)

    def _attempt(self, at: datetime) -> None:
        if self.rival.reads_back and self.is_doubtful:
            self.books.calls += 1
            if self.books.count():
                self.is_done = True
                return
        fate = self.script.fate()
        self.books.calls += fate != "crash_before"
        if fate in ARRIVING:
            self.books.send(self.marker, self._key())
        elif fate == "late":
            self.books.send(self.marker, self._key(), late=self.script.lateness())
        if fate == "delivered_twice" and not self.rival.has_lease:
            self.books.calls += 1
            self.books.send(self.marker, self._key())
        self.is_done = fate in ("", "delivered_twice")
        self.is_doubtful |= fate != "limited"
        if not self.is_done:
            wait = self.script.redelivery() if fate.startswith("crash") else WAITS[fate]
            heappush(self.deliveries, at + timedelta(seconds=wait))

    def _key(self) -> str:
        self.attempts += 1
        return self.marker if self.rival.keeps_key else f"{self.marker}/{self.attempts}"


def measured(rival: Rival, key_memory: int, batches: int, seed: int) -> Score:
    """So many batches with this protocol, one after the other."""
    books, score = Books(key_memory), Score()
    for number, at in zip(range(batches), _hours(), strict=False):
        Sending(rival, Script(seed, number), books, f"batch {number}", at).carry_out()
        books.at(at + OVER)
        there = books.count()
        score += Score(1, 1, max(0, there - 1), int(there == 0), 0)
        books.forget()
    score.calls = books.calls
    return score


def _hours() -> Iterator[datetime]:
    at = BEGINNING
    while True:
        yield at
        at += 2 * OVER
