"""F15, when the practice moves to other books while a worker is about to send to the former."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_connection
from tests.faults.named.world import World, invoices_for, moment
from tests.xero_world import linked_clients
from xero_sync.models import Batch, Connection, Push

pytestmark = pytest.mark.django_db


def leave_the_books(practice: Practice) -> None:
    """As far as a worker sees it that has just claimed: another connection is the practice's now, and rests itself."""
    Connection.objects.for_practice(practice).update(status=Connection.Status.DISCONNECTED)
    make_connection(practice)
    Connection.objects.for_practice(practice).current().update(status=Connection.Status.LOST, lost_at=moment())


def come_back(practice: Practice) -> None:
    connections = Connection.objects.for_practice(practice)
    connections.current().update(status=Connection.Status.DISCONNECTED)
    connections.filter(pk=connections.order_by("pk")[0].pk).update(status=Connection.Status.CONNECTED)


def test_f15_what_was_written_for_the_former_books_never_leaves_and_is_written_anew(
    connected: Practice, world: World
) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.ambush("after_t1", lambda: leave_the_books(connected))

    world.work()

    assert world.puts() == []
    push = Push.objects.for_practice(connected).get()
    assert (push.status, push.batch_id, push.element_sha256) == (Push.Status.READY, None, "")
    come_back(connected)
    world.rests(connected, within=timedelta(minutes=3))
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.POSTED
    assert len(world.drafts()) == 1


def test_f15_a_repeat_for_the_former_books_is_refused_aloud(connected: Practice, world: World) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    world.ambush("after_t1", lambda: leave_the_books(connected), passes=1)

    world.until(lambda: not Invoice.objects.for_practice(connected).waiting().exists(), within=timedelta(minutes=5))

    invoice.refresh_from_db()
    assert (invoice.status, invoice.refusal_code) == (Invoice.Status.REFUSED, "OTHER_ORGANISATION")
    assert len(world.puts()) == 1
    assert not Batch.objects.for_practice(connected).filter(status__in=Batch.OPEN).exists()
