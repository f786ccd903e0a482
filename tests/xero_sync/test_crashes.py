"""A worker that dies at any named point: after it is gone each invoice is in Xero once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_client, make_invoice
from tests.xero_world import Remote, linked_clients, post, recover
from xero_sync.models import Batch, Push
from xero_sync.operations import pushes

pytestmark = pytest.mark.django_db

POINTS = ["after_t1", "after_t2", "before_send", "after_send", "before_t3", "after_t3"]
KILLED_AT: list[str] = []
POISON: list[Invoice] = []


class Killed(BaseException):
    """Stands in for kill -9: nothing catches it, nothing is tidied up."""


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here: ends the worker at the chosen point, as often as it is chosen, and
    before whatever carries poison leaves."""
    if KILLED_AT and KILLED_AT[0] == point:
        KILLED_AT.pop(0)
        raise Killed(point)
    sending = Push.objects.across_practices().on_the_way().filter(batch__status=Batch.Status.SENDING)
    if point == "before_send" and sending.filter(invoice__in=POISON).exists():
        raise Killed(point)


@pytest.fixture(autouse=True)
def _listening(settings: Settings) -> Iterator[None]:
    settings.XERO_CHECKPOINT = "tests.xero_sync.test_crashes.checkpoint"
    yield
    KILLED_AT.clear()
    POISON.clear()


def die(practice: Practice, point: str, *, at: datetime) -> None:
    KILLED_AT.append(point)
    with pytest.raises(Killed):
        post(practice, at=at)


@pytest.mark.parametrize("memory", [0, 360])
@pytest.mark.parametrize("point", POINTS)
def test_after_a_worker_died_forty_invoices_are_forty(
    point: str, memory: int, connected: Practice, remote: Remote, now: datetime
) -> None:
    """Example 16."""
    remote.do("settings", key_memory=memory)
    (client,) = linked_clients(connected, ["City Limousines"])
    wanted = [make_invoice(client) for _ in range(40)]

    die(connected, point, at=now)
    remote.do("clock", advance=100)
    at = recover(connected, at=now)

    assert len(remote.invoices()) == 40
    assert Invoice.objects.for_practice(connected).posted().count() == len(wanted)
    assert at - now <= timedelta(seconds=180)
    assert len(remote.requests("PUT", "Invoices")) <= 2


@pytest.mark.parametrize("point", POINTS)
def test_contacts_are_created_once_too(point: str, connected: Practice, remote: Remote, now: datetime) -> None:
    client = make_client(connected, "Halden Mill Ltd")
    make_invoice(client)

    die(connected, point, at=now)
    recover(connected, at=now)

    assert [one["contact"] for one in remote.invoices()] == ["Halden Mill Ltd"]


def test_a_worker_that_comes_back_late_writes_nothing(connected: Practice, remote: Remote, now: datetime) -> None:
    """The fence: what it holds is stale."""
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    die(connected, "before_t3", at=now)
    batch = Batch.objects.for_practice(connected).get()

    recover(connected, at=now + timedelta(seconds=95))

    batch.refresh_from_db()
    assert batch.status == Batch.Status.DONE
    assert batch.attempts == 1
    assert len(remote.invoices()) == 1


def test_poison_is_found_by_halving_and_set_aside_and_the_rest_goes_out(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F25, with a batch that ends its worker before anything leaves as long as the poison is in it."""
    (client,) = linked_clients(connected, ["City Limousines"])
    invoices = [make_invoice(client) for _ in range(5)]
    poison = invoices[3]
    POISON.append(poison)
    at = now
    for _ in range(60):
        try:
            pushes.post_batch(practice_id=connected.pk, at=at)
        except Killed:
            at += timedelta(seconds=95)
        at += timedelta(seconds=15)

    poison.refresh_from_db()
    assert poison.refusal_code == "SET_ASIDE"
    assert sorted(one["number"] for one in remote.invoices()) == sorted(
        str(one.number) for one in invoices if one != poison
    )
