"""Unfinished postings when the practice moves to another organisation."""

from datetime import datetime

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, post
from xero_sync.models import Batch, Push
from xero_sync.operations.abandoning import abandon

pytestmark = pytest.mark.django_db


def test_leaving_an_organisation_locks_batches_before_pushes_as_posting_does(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    invoice = make_invoice(client)
    remote.fault("lose_answer", path="Invoices", method="PUT")
    remote.fault("status", status=503, path="Invoices", method="GET", times=1000)
    post(connected, at=now)
    assert Batch.objects.for_practice(connected).get().status == Batch.Status.UNKNOWN

    with transaction.atomic(), CaptureQueriesContext(database) as asked:
        abandon(connection_of(connected), at=now)

    written = [query["sql"].split('"')[1] for query in asked if query["sql"].startswith("UPDATE")]
    assert written[0] == Batch._meta.db_table
    assert Push._meta.db_table in written[1:]
    invoice.refresh_from_db()
    assert invoice.refusal_code == "OTHER_ORGANISATION"
    assert Batch.objects.for_practice(connected).get().status == Batch.Status.SUPERSEDED
