"""A ledger took many invoices at once: recorded together, and one by one where that cannot be."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.operations.recording import Posting, record_all_posted
from clients.models import AuditEvent, Client
from tests.factories import make_client, make_invoice, make_member, make_practice

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)


@pytest.fixture
def larkspur() -> Client:
    return make_client(make_practice())


def postings(client: Client, count: int) -> list[Posting]:
    invoices = [make_invoice(client) for _ in range(count)]
    return [Posting(one, f"there-{one.pk}", str(one.number), "") for one in invoices]


def statuses(client: Client) -> list[str]:
    return list(Invoice.objects.for_practice(client.practice_id).order_by("pk").values_list("status", flat=True))


def test_fifty_cost_as_many_queries_as_two(larkspur: Client) -> None:
    counts = []
    for count in (2, 50):
        wanted = postings(larkspur, count)
        with CaptureQueriesContext(connection) as asked:
            record_all_posted(postings=wanted, at=AT)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert set(statuses(larkspur)) == {"posted"}
    told = AuditEvent.objects.for_practice(larkspur.practice_id).filter(action="invoice.posted")
    assert told.count() == 52


def test_one_that_was_cancelled_meanwhile_does_not_hold_back_the_others(larkspur: Client) -> None:
    wanted = postings(larkspur, 3)
    owner = make_member(larkspur.practice).user
    assert owner
    wanted[1].invoice.cancel(reason="Billed by hand", by=owner, at=AT)

    record_all_posted(postings=wanted, at=AT)

    assert statuses(larkspur) == ["posted", "cancelled", "posted"]


def test_one_whose_reference_belongs_to_another_is_refused_and_the_others_are_recorded(larkspur: Client) -> None:
    (known,) = postings(larkspur, 1)
    record_all_posted(postings=[known], at=AT)
    one, other = postings(larkspur, 2)

    record_all_posted(postings=[one, Posting(other.invoice, known.reference, "", "")], at=AT)

    assert statuses(larkspur) == ["posted", "posted", "refused"]
    other.invoice.refresh_from_db()
    assert other.invoice.refusal_code == "REFERENCE_TAKEN"
