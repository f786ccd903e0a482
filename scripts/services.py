"""Runs a command on PostgreSQL and Redis: python -m scripts.services <command ...>

DATABASE_URL and REDIS_URL name them. Where one is unset and nothing answers at the usual local address, a throwaway
server is started for the time of the command.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.child import Child, wait_until
from scripts.stack import free_port, valkey_binary

USUAL_DATABASE = "postgres://postgres@127.0.0.1:5432/socket"
USUAL_BROKER = "redis://127.0.0.1:6379/0"
SUPERUSER = "postgres"  # PostgreSQL refuses to run as root; Debian's package makes this user


def main() -> int:
    with contextlib.ExitStack() as servers:
        database = os.environ.get("DATABASE_URL") or servers.enter_context(postgres())
        broker = os.environ.get("REDIS_URL") or servers.enter_context(redis())
        environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": broker}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


@contextlib.contextmanager
def redis() -> Iterator[str]:
    if answers(6379):
        yield USUAL_BROKER
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(valkey_binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = Child("valkey", command, folder=Path(folder), environment=os.environ, log=Path(folder) / "log")
        try:
            wait_until(lambda: answers(port), server.is_running, "The throwaway Valkey")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.stop()


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    if answers(5432):
        yield USUAL_DATABASE
        return
    programs = postgres_programs()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        give_to_superuser(Path(folder))
        as_superuser([str(programs / "initdb"), "--auth=trust", f"--username={SUPERUSER}", f"--pgdata={data}"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        control = [str(programs / "pg_ctl"), f"--pgdata={data}", "--wait"]
        as_superuser([*control, f"--options={options}", f"--log={folder}/log", "start"])
        try:
            yield f"postgres://{SUPERUSER}@127.0.0.1:{port}/postgres"
        finally:
            as_superuser([*control, "--mode=immediate", "stop"])


def postgres_programs() -> Path:
    """The newest server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if found:
        return found[-1]
    if on_path:
        return Path(on_path).parent
    sys.exit(
        "No PostgreSQL answers on 127.0.0.1:5432 and none is installed.\n"
        "Set DATABASE_URL, or run: sudo apt-get install --yes postgresql"
    )


def give_to_superuser(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, SUPERUSER)


def as_superuser(command: list[str]) -> None:
    user = pwd.getpwnam(SUPERUSER).pw_uid if os.geteuid() == 0 else None
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
