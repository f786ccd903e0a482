"""A database that is ours alone, on the server that is named; SQLite needs none, its file lies in the folder."""

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg2


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
    connection = psycopg2.connect(urlsplit(url)._replace(path="/postgres").geturl())
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()
