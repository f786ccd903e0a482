"""What is due is found by the queue's own index, whatever else lies in the table."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.operations.inbox import open_invoices
from billing.reports import results
from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import linked_clients
from xero_sync.models import Batch, Push
from xero_sync.operations import pushes
from xero_sync.operations.lanes import trust

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are")


def plans(queries: CaptureQueriesContext, of: str, which: str = "") -> list[str]:
    """How the database carries out each of these that selects from the table and matches the pattern."""
    selecting = [one["sql"] for one in queries if one["sql"].startswith("SELECT") and f'FROM "{of}"' in one["sql"]]
    asked = [sql for sql in selecting if re.search(which, sql)]
    with connection.cursor() as cursor:
        return [plan_of(cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()) for sql in asked]


def plan_of(rows: list[tuple[object, ...]]) -> str:
    return "\n".join(str(row[-1]) for row in rows)


def test_whether_anything_is_due_is_asked_in_the_queues_order(connected: Practice, now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        Push.objects.for_practice(connected).has_due(now)

    assert 'ORDER BY "xero_sync_push"."queued_at" ASC' in queries[0]["sql"]


@on_sqlite
def test_a_turn_finds_and_orders_what_is_due_by_the_queues_index(connected: Practice, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)
    trust(connected)

    with CaptureQueriesContext(connection) as queries:
        pushes.post_batch(practice_id=connected.pk, at=now)

    found = plans(queries, of="xero_sync_push", which='"queued_at" ASC.* LIMIT (1|50)$')
    # Whether anything is due: at the start, before a choice, for others and at the end; what goes first, and after it.
    assert len(found) == 6
    for plan in found:
        assert "INDEX push_queue (status=? AND practice_id=?" in plan
        assert "FOR ORDER BY" not in plan


@on_sqlite
def test_whether_another_practice_waits_is_looked_up_without_sorting(connected: Practice, now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        Push.objects.across_practices().has_due_elsewhere(connected, now)

    found = plans(queries, of="xero_sync_push")
    for plan, side in zip(found, "<>", strict=True):
        assert f"INDEX push_queue (status=? AND practice_id{side}?" in plan
        assert "FOR ORDER BY" not in plan


@on_sqlite
def test_the_sweep_looks_up_what_is_open_and_reads_no_table_of_pushes_whole(connected: Practice, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client)

    with CaptureQueriesContext(connection) as queries:
        pushes.sweep(at=now)

    (plan,) = plans(queries, of="xero_sync_lane")
    assert "INDEX push_queue (status=?" in plan
    assert "SCAN xero_sync_push" not in plan


@on_sqlite
def test_where_nothing_is_open_the_sweep_finds_that_out_without_reading_a_table(
    connected: Practice, now: datetime
) -> None:
    with CaptureQueriesContext(connection) as queries:
        pushes.sweep(at=now)

    assert not plans(queries, of="xero_sync_lane")
    asked = plans(queries, of="xero_sync_push") + plans(queries, of="xero_sync_batch")
    assert len(asked) == 3
    assert not [plan for plan in asked if "FOR ORDER BY" in plan]
    assert not [plan for plan in asked if "INDEX push_queue (status=?" not in plan and "INDEX batch_open" not in plan]


@on_sqlite
@pytest.mark.parametrize("which", ["waiting", "refused"])
def test_what_is_outside_the_ledger_is_found_by_the_index_of_that_alone(connected: Practice, which: str) -> None:
    found = getattr(Invoice.objects.for_practice(connected), which)()

    assert "INDEX invoice_outside (practice_id=? AND status=?)" in found.explain()


@on_sqlite
@pytest.mark.parametrize("result", [results.TO_FIX, results.WAITING, results.BY_HAND])
def test_a_list_of_what_is_outside_the_ledger_reads_nothing_else(connected: Practice, result: str) -> None:
    found = results.with_result(Invoice.objects.for_practice(connected), result)

    assert "INDEX invoice_outside (practice_id=?" in found.explain()


@on_sqlite
def test_what_is_to_be_fixed_is_looked_up_among_what_is_outside(connected: Practice, now: datetime) -> None:
    assert "INDEX invoice_outside (practice_id=?" in open_invoices(connected, at=now).explain()


@on_sqlite
def test_whether_a_batch_is_open_is_asked_of_its_index(connected: Practice) -> None:
    found = Batch.objects.for_practice(connected).filter(status__in=Batch.OPEN)

    assert "INDEX batch_open (status=? AND practice_id=?)" in found.explain()
