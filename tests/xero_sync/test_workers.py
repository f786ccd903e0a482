"""Several workers at once, each with a database connection of its own."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import connection

from billing.models import Invoice
from clients.models import Practice
from tests.factories import make_client, make_invoice
from tests.xero_world import Remote, linked_clients
from xero_sync.operations import pushes

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_workers_post_each_invoice_once(connected: Practice, remote: Remote, now: datetime) -> None:
    """F17."""
    remote.do("settings", limits=False)
    (client,) = linked_clients(connected, ["City Limousines"])
    clients = [client, make_client(connected, "Halden Mill Ltd")]
    for number in range(120):
        make_invoice(clients[number % 2])

    def work() -> None:
        try:
            pushes.post_all(practice_id=connected.pk, at=datetime.now(UTC))
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    pushes.post_all(practice_id=connected.pk, at=datetime.now(UTC))

    assert len(remote.invoices()) == 120
    assert Invoice.objects.for_practice(connected).posted().count() == 120
    sent = [body["body"].count('"Type"') for body in remote.requests("PUT", "Invoices")]
    assert sum(sent) == 120, "no invoice was sent twice"
    assert len(remote.requests("PUT", "Contacts")) == 1
