"""A database that is ours alone, on the server that is named; SQLite needs none, its file lies in the folder."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from django.db import connection

from scripts.services import SUPERUSER, as_superuser, give_to_superuser, postgres_programs
from scripts.stack import free_port


@contextlib.contextmanager
def database_of_our_own(url: str, name: str) -> Iterator[str]:
    """Its address; it is gone afterwards. An empty address stays empty: that is SQLite."""
    if not url:
        yield ""
        return
    name = name.replace("-", "_")
    on_server(url, f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        on_server(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def on_server(url: str, *statements: str) -> None:
    """Carries out what cannot stand in a transaction."""
    with contextlib.closing(psycopg2.connect(urlsplit(url)._replace(path="/postgres").geturl())) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def keep_copy(url: str, folder: Path) -> str:
    """A copy of the database in which nobody works at this moment: a file, or another database of the server."""
    if url:
        connection.close()
        name = f"{database_name(url)}_copy"
        on_server(url, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{database_name(url)}"')
        return name
    connection.ensure_connection()
    copy = folder / "copy.sqlite3"
    with contextlib.closing(sqlite3.connect(copy)) as into:
        connection.connection.backup(into)
    return str(copy)


def put_back(copy: str, url: str) -> None:
    """The database is as it was when the copy was made; what came later is gone."""
    connection.close()
    if url:
        name = database_name(url)
        on_server(url, f'DROP DATABASE "{name}" WITH (FORCE)', f'ALTER DATABASE "{copy}" RENAME TO "{name}"')
        return
    file = Path(connection.settings_dict["NAME"])
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    shutil.copyfile(copy, file)


def database_name(url: str) -> str:
    return urlsplit(url).path.strip("/")


class NoPrograms(Exception):
    """PostgreSQL's programs are not on this machine."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own."""

    url: str
    control: tuple[str, ...]

    def restart(self) -> None:
        """As after a loss of power, and waits until it accepts connections again."""
        as_superuser([*self.control, "--mode=immediate", "restart"])


@contextlib.contextmanager
def postgres_of_our_own() -> Iterator[Server]:
    """A throwaway server; raises NoPrograms where there is none to start."""
    try:
        programs = postgres_programs()
    except SystemExit as missing:
        raise NoPrograms("PostgreSQL's programs are not on this machine.") from missing
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        give_to_superuser(Path(folder))
        data = f"--pgdata={folder}/data"
        as_superuser([str(programs / "initdb"), "--auth=trust", f"--username={SUPERUSER}", data])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        control = (str(programs / "pg_ctl"), data, "--wait", f"--options={options}", f"--log={folder}/log")
        as_superuser([*control, "start"])
        try:
            yield Server(f"postgres://{SUPERUSER}@127.0.0.1:{port}/postgres", control)
        finally:
            as_superuser([*control, "--mode=immediate", "stop"])
