"""What every test can ask for. By Python's clock every run begins at the same moment; the database keeps its own.

client        pytest-django's HTTP client; clients of a practice have names (city_limo).
sandbox       a real sandbox server over HTTP, as it is in its first minute; the settings name it as Xero.
run_bell      plays the worker. Nothing runs by itself in a test: what an operation enqueues on commit waits, and
              run_bell() lets the transaction "commit", runs every waiting task, and those they enqueue, and returns
              their names. Where a test must see that something happens on commit and not before, use
              django_capture_on_commit_callbacks(execute=True) instead.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from queue import Empty

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from kombu import Connection
from pytest_django import DjangoDbBlocker, Settings

from sandbox.xero.server import Running, serve
from socketapp.celery import app as celery_app

hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")  # no test asserts a time, and a busy machine is no fault

END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
BEGINNING = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _one_day_for_every_run() -> Iterator[None]:
    """The clock goes on from there: what tests say of days to come holds on every day on which they are run."""
    with time_machine.travel(BEGINNING, tick=True):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops no database in use. While Playwright's loop runs, Django keeps other connections for this thread
    than before and after, and a request that a browser gave up leaves one behind: nobody can close those any more."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(END_OTHERS)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Running]:
    with serve() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: Running, settings: Settings) -> Running:
    sandbox_server.reset()
    sandbox_server.state.redirect_uris = [f"{settings.SITE_URL}/xero/callback"]
    settings.XERO_AUTHORIZE_URL = f"{sandbox_server.url}/identity/connect/authorize"
    settings.XERO_IDENTITY_URL = sandbox_server.url
    settings.XERO_API_URL = sandbox_server.url
    settings.XERO_CLIENT_ID = sandbox_server.state.client_id
    settings.XERO_CLIENT_SECRET = sandbox_server.state.client_secret
    return sandbox_server


@pytest.fixture
def run_bell(db: None) -> Iterator[Callable[[], list[str]]]:
    celery_app.loader.import_default_modules()  # as a worker does: tasks that are rung by name are known
    with celery_app.connection_for_read() as broker:
        bell = Bell(broker)
        bell.silence()
        yield bell.ring
        bell.silence()


class Bell:
    """A worker that works only when it is told to, in the test's own thread and transaction."""

    def __init__(self, broker: Connection) -> None:
        self.queue = broker.SimpleQueue(celery_app.conf.task_default_queue)
        celery_app.loader.import_default_modules()

    def ring(self) -> list[str]:
        """Raises what a task raises."""
        names = []
        commit()
        while message := self.next_message():
            name = message.headers["task"]
            arguments, named, _ = message.payload
            celery_app.tasks[name].apply(arguments, named, throw=True)
            names.append(name)
            commit()
        return names

    def next_message(self):  # type: ignore[no-untyped-def]  # kombu has no types
        try:
            message = self.queue.get_nowait()
        except Empty:
            return None
        message.ack()
        return message

    def silence(self) -> None:
        self.queue.clear()


def commit() -> None:
    """Runs what waits for the commit of the transaction around the test, which itself is always rolled back."""
    while connection.run_on_commit:
        _, callback, _ = connection.run_on_commit.pop(0)
        callback()
