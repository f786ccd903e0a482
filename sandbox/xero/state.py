"""Everything the sandbox knows, in memory, behind one lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.xero import seeds
from sandbox.xero.clock import Clock
from sandbox.xero.faults import Faults
from sandbox.xero.idempotency import Keys
from sandbox.xero.limits import Limits
from sandbox.xero.recorder import Recorder
from sandbox.xero.records import Connection, Organisation, User, stable_id
from sandbox.xero.settings import Settings
from sandbox.xero.tokens import Vault


@dataclass
class Pending:
    """A call that was accepted and will be carried out later, although its caller has long given up."""

    due_at: datetime
    perform: Callable[[], None]


class State:
    def __init__(self, seed: dict[str, Any] | None = None, settings: dict[str, Any] | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.limits = Limits()
        self.keys = Keys()
        self.faults = Faults()
        self.recorder = Recorder()
        self.client_id = os.environ.get("SANDBOX_CLIENT_ID", "socket-demo")
        self.client_secret = os.environ.get("SANDBOX_CLIENT_SECRET", "socket-demo-secret")
        self.redirect_uris = [
            uri.strip() for uri in os.environ.get("SANDBOX_REDIRECT_URIS", "").split(",") if uri.strip()
        ]
        self.public_url = ""
        self._first_seed = seed or {}
        self._first_settings = settings or {}
        self.reset()

    def reset(self) -> None:
        """Back to the first minute: the seed, the settings and the clock as they were at the start."""
        with self.lock:
            self.clock.reset()
            self.settings = Settings()
            self.settings.change(self._first_settings)
            self.vault = Vault()
            self.connections: list[Connection] = []
            self.pending: list[Pending] = []
            self.organisations: dict[str, Organisation] = {}
            self.users: dict[str, User] = {}
            seeds.plant_defaults(self.organisations, self.users)
            self.plant(self._first_seed)
            for part in (self.limits, self.keys, self.faults, self.recorder):
                part.clear()

    def plant(self, seed: dict[str, Any]) -> dict[str, int]:
        with self.lock:
            return seeds.plant(seed, self.organisations, self.users, self.clock.now())

    def settle(self) -> None:
        """Carry out what was accepted earlier and has become due."""
        with self.lock:
            at = self.clock.now()
            due = sorted((p for p in self.pending if p.due_at <= at), key=lambda p: p.due_at)
            self.pending = [p for p in self.pending if p.due_at > at]
            for pending in due:
                pending.perform()

    def organisation_for(self, words: str) -> Organisation | None:
        """By tenant id or by name."""
        if words in self.organisations:
            return self.organisations[words]
        return next((o for o in self.organisations.values() if o.name.lower() == words.lower()), None)

    def live_connections(self, user_id: str) -> list[Connection]:
        return [c for c in self.connections if c.is_live and c.user_id == user_id]

    def connect(self, user_id: str, tenant_id: str, event_id: str) -> None:
        """A tenant connected before keeps the day it was first connected."""
        at = self.clock.now()
        for connection in self.connections:
            if (connection.user_id, connection.tenant_id) == (user_id, tenant_id):
                connection.is_live, connection.event_id, connection.updated_at = True, event_id, at
                return
        ident = stable_id("connection", user_id, tenant_id)
        self.connections.append(Connection(ident, user_id, tenant_id, event_id, at, at))

    def disconnect(self, tenant_id: str | None = None, user_id: str | None = None) -> int:
        """As when somebody removes the app in Xero. Tokens are left alone."""
        gone = [
            c
            for c in self.connections
            if c.is_live and tenant_id in (None, c.tenant_id) and user_id in (None, c.user_id)
        ]
        for connection in gone:
            connection.is_live = False
        return len(gone)
