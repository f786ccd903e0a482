"""A database, a broker and a sandbox of our own, and processes that work there and may be killed."""

import contextlib
import multiprocessing
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import redis
from django.core.management import call_command

from scripts.child import Child, wait_until
from scripts.stack import ROOT, answers, free_port, responds, valkey_command
from socketapp.embedded import valkey_socket
from tests.faults.databases import Server, database_of_our_own

QUEUE = "celery"
FORKED = multiprocessing.get_context("forkserver")


class World:
    """As a context manager, and once in a process: inside it Django is set up on a database that is ours alone."""

    def __init__(self, name: str, *, database_url: str | None = None, broker: str = "given") -> None:
        """A broker "given" is the one REDIS_URL names, if any; one that is "forgetful" is ours and keeps nothing."""
        self.name = name
        self.keys = f"faults-{name.lower().replace(' ', '-')}-{secrets.token_hex(4)}"
        self.has_own_broker = broker != "given" or not os.environ.get("REDIS_URL")
        self.keeps_messages = broker != "forgetful"
        self.database_url = os.environ.get("DATABASE_URL", "") if database_url is None else database_url
        self.sandbox_url = f"http://127.0.0.1:{free_port()}"
        self.server: Server | None = None
        self.processes: list[BaseProcess] = []
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> "World":
        with contextlib.ExitStack() as closing:
            self.folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
            self.database_url = closing.enter_context(database_of_our_own(self.database_url, self.keys))
            os.environ.update(self.environment())
            self.sandbox = closing.enter_context(self._sandbox())
            self.valkey = closing.enter_context(self._valkey()) if self.has_own_broker else None
            self.broker = self._broker()
            closing.callback(self._forget)
            closing.callback(self._keep_logs)
            closing.callback(self.kill_all)
            self._set_up()
            self._closing = closing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": "" if self.has_own_broker else os.environ["REDIS_URL"],
            "FAULTS_KEYS": self.keys,
            "XERO_AUTHORIZE_URL": f"{self.sandbox_url}/identity/connect/authorize",
            "XERO_IDENTITY_URL": self.sandbox_url,
            "XERO_API_URL": self.sandbox_url,
            "XERO_CLIENT_ID": "socket-demo",
            "XERO_CLIENT_SECRET": "socket-demo-secret",
            "LOG_LEVEL": "CRITICAL",
        }

    def _set_up(self) -> None:
        django.setup()  # the settings are read here, and not before the environment names them
        call_command("migrate", verbosity=0)
        FORKED.set_forkserver_preload(["tests.faults.workers"])

    @contextlib.contextmanager
    def _sandbox(self) -> Iterator[Child]:
        command = [sys.executable, "-m", "sandbox.xero", "--port", self.sandbox_url.rpartition(":")[2]]
        with self._child("sandbox", command) as child:
            wait_until(lambda: responds(self.sandbox_url), child.is_running, "The sandbox")
            yield child

    @contextlib.contextmanager
    def _valkey(self) -> Iterator[Child]:
        path = valkey_socket(self.folder)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = valkey_command(path, self.folder)
        if not self.keeps_messages:
            command += ["--appendonly", "no"]
        with self._child("valkey", command) as child:
            wait_until(lambda: answers(path), child.is_running, "The embedded Valkey")
            yield child

    @contextlib.contextmanager
    def _child(self, name: str, command: list[str]) -> Iterator[Child]:
        child = Child(name, command, folder=ROOT, environment=os.environ, log=self.folder / f"{name}.log")
        try:
            yield child
        finally:
            child.stop()

    def _broker(self) -> "redis.Redis":
        if self.has_own_broker:
            return redis.Redis(unix_socket_path=str(valkey_socket(self.folder)))
        return redis.Redis.from_url(os.environ["REDIS_URL"])

    def _keep_logs(self) -> None:
        """What the processes said, for whoever wants to know why something went wrong."""
        kept = ROOT / "var" / "faults" / self.name
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for log in self.folder.glob("*.log"):
            shutil.copy(log, kept)

    # ── Processes ───────────────────────────────────────────────────────────────────────────────────

    def start(self, target: Callable[..., None], queue: str, **how: Any) -> BaseProcess:
        """A worker or a beat for the queue of this name; its lines are kept in the folder."""
        log = self.folder / f"{target.__name__}-{len(self.processes)}.log"
        process = FORKED.Process(target=target, args=(self.keys_of(queue), log), kwargs=how, daemon=True)
        process.start()
        self.processes.append(process)
        return process

    def kill_all(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()
        self.processes.clear()

    # ── The broker ──────────────────────────────────────────────────────────────────────────────────

    def keys_of(self, queue: str) -> str:
        return f"{self.keys}-{queue}-"

    def waiting(self, queue: str) -> int:
        """Messages that nobody has taken, and those that a worker has not yet answered for."""
        keys = self.keys_of(queue)
        return int(self.broker.llen(f"{keys}{QUEUE}")) + int(self.broker.hlen(f"{keys}unacked"))

    def silence(self, queue: str) -> None:
        self.broker.delete(f"{self.keys_of(queue)}{QUEUE}")

    def wait_until_idle(self, queue: str, *, seconds: float = 60) -> None:
        """Until the queue was empty twice in a row: between its queue and its worker's hands a message is nowhere."""
        deadline, quiet = time.monotonic() + seconds, 0
        while quiet < 2:
            quiet = 0 if self.waiting(queue) else quiet + 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"The queue {queue} did not become empty in {seconds:.0f} seconds.")
            time.sleep(0.02)

    def _forget(self) -> None:
        if self.has_own_broker:
            return
        server = urlsplit(os.environ["REDIS_URL"])
        for database in (server.path, f"/{int(server.path.strip('/') or 0) + 1}"):
            shared = redis.Redis.from_url(server._replace(path=database).geturl())
            for key in shared.scan_iter(f"*{self.keys}*"):
                shared.delete(key)
