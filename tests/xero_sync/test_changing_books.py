"""The practice moves to another organisation while a batch is about to leave: it must not arrive in both books."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

import pytest
from django.db import connection as database
from django.db import transaction
from pytest_django import Settings

from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import Remote, connection_of, linked_clients
from xero_sync.models import Connection, Push
from xero_sync.operations import pushes
from xero_sync.operations.abandoning import abandon

pytestmark = pytest.mark.django_db(transaction=True)
WRITTEN, MOVING = threading.Event(), threading.Event()
A_MOMENT = 0.5  # seconds for a turn that does not wait for us, to be seen to do so


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here."""
    if point == "after_t1":
        WRITTEN.set()
        MOVING.wait(timeout=10)


@pytest.fixture(autouse=True)
def _listening(settings: Settings) -> Iterator[None]:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_changing_books.checkpoint"
    yield
    WRITTEN.clear()
    MOVING.clear()


def one_turn(practice: Practice, at: datetime) -> None:
    try:
        pushes.post_batch(practice_id=practice.pk, at=at)
    finally:
        database.close()


def test_what_is_about_to_leave_waits_for_the_end_of_the_move(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    before = connection_of(connected)

    with ThreadPoolExecutor(1) as pool:
        turn = pool.submit(one_turn, connected, now)
        assert WRITTEN.wait(timeout=10)
        with transaction.atomic():
            gone = {"status": Connection.Status.DISCONNECTED, "disconnected_at": now, "grant": None}
            Connection.objects.for_practice(connected).filter(pk=before.pk).update(**gone)
            MOVING.set()
            wait([turn], timeout=A_MOMENT)
            abandon(before, at=now)
    turn.result()

    assert not remote.invoices()
    push = Push.objects.for_practice(connected).get()
    assert (push.status, push.batch_id, push.element_sha256) == (Push.Status.READY, None, "")
