"""The world of one schedule: two practices here, their books in the sandbox, and the time between."""

import contextlib
import pickle
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from flask import Flask

from billing.models import BillingSettings, Invoice
from billing.operations import plans
from clients.operations import current
from sandbox.xero.control_books import invoice_row
from sandbox.xero.http import Server
from sandbox.xero.records import Invoice as RemoteInvoice
from sandbox.xero.server import Running, create_app
from sandbox.xero.state import State
from tests.faults.machine import checkpoints, clock, practices, wire
from tests.faults.machine.bells import Bell, Bells
from tests.faults.machine.invariants import Local, Remote, always, at_rest
from tests.faults.machine.practices import Office
from xero_sync.operations import lanes, pushes

KEPT = ("organisations", "users", "vault", "connections")
MANY, FEW = 18, 4  # contacts of the first and of the second practice
A_TURN = 5.0
OLDEST_COPY = timedelta(minutes=10)


@dataclass
class Figures:
    """What was done in all schedules together."""

    schedules: int = 0
    steps: int = 0
    invoices: int = 0
    calls: int = 0


@dataclass
class World:
    """Made once per process; `begin` puts everything back to the first minute."""

    running: Running
    app: Flask
    offices: tuple[Office, Office]
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.state = self.running.state
        self.bells = Bells()
        self.bells.lose()
        self._books = pickle.dumps({name: getattr(self.state, name) for name in KEPT})
        self._start = ""
        self.owners = {office.tenant: office.xero_user for office in self.offices}

    def begin(self, *, numbering: str, memory: int) -> None:
        """The first minute again, with this numbering and Xero remembering keys so long."""
        self.end()
        self._start = transaction.savepoint()
        clock.begin()
        checkpoints.forget()
        self._restore_books()
        self.state.settings.key_memory = memory
        BillingSettings.objects.across_practices().update(numbering=numbering)
        self.left_by_people: dict[str, dict[str, Any]] = {}
        self.is_access_doubtful = self.is_restored = False
        self._backup: tuple[str, datetime] | None = None
        self.line = wire.Line(self.app, self.advance)
        wire.lay(self.line)

    def end(self) -> None:
        if self._start:
            transaction.savepoint_rollback(self._start)
            transaction.savepoint_commit(self._start)  # else it stays open, and each step costs more than the last
        self._start = ""
        connection.run_on_commit.clear()
        self.bells.lose()
        mail.outbox.clear()
        cache.clear()

    def _restore_books(self) -> None:
        state = self.state
        for name, value in pickle.loads(self._books).items():  # noqa: S301  # our own, of this very process
            setattr(state, name, value)
        state.settings = type(state.settings)()
        state.pending = []
        for part in (state.limits, state.keys, state.faults, state.recorder):
            part.clear()
        state.clock.reset()
        state.clock.freeze()
        state.clock.move_to(clock.now())

    # ── Time and bells ────────────────────────────────────────────────────────────────────────────────────────────

    def advance(self, seconds: float) -> None:
        """Both clocks go on; what Xero accepted earlier is carried out when it falls due."""
        clock.advance(seconds)
        state, until = self.state, self.state.clock.now() + timedelta(seconds=seconds)
        for due in sorted(one.due_at for one in state.pending if one.due_at < until):
            state.clock.move_to(due)
            state.settle()
        state.clock.move_to(until)
        state.settle()

    def deliver(self, bell: Bell) -> None:
        """One worker takes one message; a death there is its own affair. Some seconds pass: more than it took."""
        with contextlib.suppress(checkpoints.Died):
            bell.deliver()
        self.advance(A_TURN)
        self.bells.collect()

    def drain(self, *, most: int = 300) -> None:
        """Deliver until nothing waits."""
        self.bells.collect()
        while self.bells.waiting and most:
            self.deliver(self.bells.waiting.popleft())
            most -= 1

    def sweep(self) -> None:
        pushes.sweep(at=clock.now())
        self.drain()

    def tick(self) -> None:
        plans.tick(at=clock.now())
        self.drain()

    def restart_workers(self) -> None:
        """What every worker does first."""
        lanes.distrust_all()

    def back_up(self) -> None:
        self._backup = (transaction.savepoint(), clock.now())

    def restore(self) -> None:
        """The database is put back to its copy, if that is not too old; nothing else is."""
        if self._backup is None or clock.now() - self._backup[1] > OLDEST_COPY:
            return
        transaction.savepoint_rollback(self._backup[0])
        connection.run_on_commit.clear()
        self.bells.lose()
        self.is_restored = True
        self.restart_workers()

    # ── Xero's side ───────────────────────────────────────────────────────────────────────────────────────────────

    def remote(self) -> list[dict[str, Any]]:
        """Every invoice in every organisation, as the sandbox's control page tells it."""
        self.state.settle()
        return [invoice_row(one, found) for one in self.state.organisations.values() for found in one.invoices.values()]

    def truth(self) -> Remote:
        """What stands in Xero, for the invariants."""
        entries = [vars(entry) for entry in self.state.recorder.entries]
        return Remote(self.remote(), entries, dict(self.state.limits.refused), self.left_by_people)

    def problems_now(self) -> list[str]:
        return [*self.line.complaints, *always(Local.read(), self.truth(), self.owners)]

    def problems_at_rest(self) -> list[str]:
        return [
            *self.line.complaints,
            *at_rest(Local.read(), self.truth(), self.owners, at=clock.now(), is_restored=self.is_restored),
        ]

    def count(self) -> None:
        """One more schedule that held."""
        self.figures.schedules += 1
        self.figures.invoices += Invoice.objects.across_practices().count()
        self.figures.calls += self.state.recorder.count

    def invoices_in(self, office: Office) -> list[RemoteInvoice]:
        return list(self.state.organisations[office.tenant].invoices.values())

    def act_in_xero(self, path: str, office: Office, **fields: Any) -> bool:
        """What a person does there; False where Xero does not let her."""
        client = self.app.test_client()
        return client.post(f"/_sandbox/{path}", json={"tenant": office.tenant, **fields}).status_code == 200


def open_world() -> World:
    """In the caller's transaction: the practices are made, connected and read."""
    state = State(None, {"limits": True})
    state.redirect_uris = [f"{settings.SITE_URL}/xero/callback"]
    app = create_app(state)
    running = Running(state, Server(("127.0.0.1", 0), app), None)
    _point_at(running)
    clock.begin()
    assert current() == clock.now(), "Tasks have to live by the schedule's clock."
    state.clock.freeze()
    state.clock.move_to(clock.now())
    practices.plant(state, MANY, FEW)
    wire.lay(wire.Line(app, lambda _: None))
    offices = practices.open_offices(MANY, FEW, at=clock.now())
    return World(running, app, offices)


def _point_at(running: Running) -> None:
    settings.XERO_AUTHORIZE_URL = f"{running.url}/identity/connect/authorize"
    settings.XERO_IDENTITY_URL = settings.XERO_API_URL = running.url
    settings.XERO_CLIENT_ID = running.state.client_id
    settings.XERO_CLIENT_SECRET = running.state.client_secret
