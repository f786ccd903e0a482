"""Unfinished postings when the practice moves to another organisation."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
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


def in_doubt(practice: Practice, remote: Remote, now: datetime) -> Invoice:
    """Sent, and nobody could find out yet whether it arrived."""
    (client,) = linked_clients(practice, ["City Limousines"])
    invoice = make_invoice(client)
    remote.fault("fail_before", path="Invoices", method="PUT")
    remote.fault("status", status=503, path="Invoices", method="GET", times=1000)
    post(practice, at=now)
    return invoice


def test_what_is_under_way_is_refused_aloud(connected: Practice, remote: Remote, now: datetime) -> None:
    """Whether it arrived in the former books nobody can say any more."""
    invoice = in_doubt(connected, remote, now)
    Batch.objects.for_practice(connected).update(status=Batch.Status.SENDING)
    Push.objects.for_practice(connected).update(status=Push.Status.CLAIMED)

    with transaction.atomic():
        abandon(connection_of(connected), at=now)

    invoice.refresh_from_db()
    assert invoice.refusal_code == "OTHER_ORGANISATION"


def test_what_left_by_an_earlier_connection_is_never_written_anew(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    in_doubt(connected, remote, now)
    earlier = connection_of(connected)
    earlier.pk, earlier.status, earlier.grant_id = None, "disconnected", None
    earlier.save(force_insert=True)
    Batch.objects.for_practice(connected).update(status=Batch.Status.SENDING, connection=earlier)
    Push.objects.for_practice(connected).update(status=Push.Status.CLAIMED)

    with transaction.atomic():
        abandon(connection_of(connected), at=now)

    assert Push.objects.for_practice(connected).get().status == Push.Status.CLAIMED


@pytest.mark.parametrize("left", ["ready", "claimed"])
def test_what_waits_to_be_repeated_is_refused_aloud_and_never_sent_to_the_new_books(
    left: str, connected: Practice, remote: Remote, now: datetime
) -> None:
    """It may stand in the former ones."""
    invoice = in_doubt(connected, remote, now)
    push = Push.objects.for_practice(connected).get()
    assert push.element_sha256
    Push.objects.for_practice(connected).update(status=left)
    if left == "claimed":
        again = Batch.objects.for_practice(connected).get()
        again.pk, again.uid, again.idempotency_key, again.repeats_id = None, uuid4(), "another", push.batch_id
        again.status, again.sent_at = Batch.Status.PREPARED, None
        again.save(force_insert=True)
        Push.objects.for_practice(connected).update(batch=again)

    with transaction.atomic():
        abandon(connection_of(connected), at=now)

    invoice.refresh_from_db()
    assert invoice.refusal_code == "OTHER_ORGANISATION"


def test_what_never_left_is_written_anew_for_the_new_books(connected: Practice, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    invoice = make_invoice(client)

    with transaction.atomic():
        abandon(connection_of(connected), at=now)

    invoice.refresh_from_db()
    assert invoice.is_waiting
    assert Push.objects.for_practice(connected).get().status == Push.Status.READY
