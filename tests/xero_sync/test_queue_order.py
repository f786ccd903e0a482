"""What is due is found by the queue's own index, whatever else lies in the table."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import linked_clients
from xero_sync.models import Push
from xero_sync.operations import pushes
from xero_sync.operations.lanes import trust

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are")


def plans(queries: CaptureQueriesContext, of: str) -> list[str]:
    """How the database carries out each of these that selects from the table."""
    asked = [one["sql"] for one in queries if one["sql"].startswith("SELECT") and f'FROM "{of}"' in one["sql"]]
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

    due = [plan for plan in plans(queries, of="xero_sync_push") if "INDEX push_queue" in plan]
    assert len(due) >= 3  # whether there is anything, what goes next, whether there is more
    assert [plan for plan in due if "FOR ORDER BY" in plan and "LIST SUBQUERY" not in plan] == []


@on_sqlite
def test_the_sweep_looks_up_what_is_open_and_reads_no_table_of_pushes_whole(connected: Practice, now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries:
        pushes.sweep(at=now)

    (plan,) = plans(queries, of="xero_sync_lane")
    assert "INDEX push_queue (status=?" in plan
    assert "SCAN xero_sync_push" not in plan
