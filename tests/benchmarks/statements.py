"""Claiming and completing in plain SQL: what the database could do with our tables if nothing else took time (L16).

As in the reference's own experiment: a slot is claimed, 50 pushes chosen and frozen into a batch, the batch marked, and
the batch, its pushes and invoices completed, in three transactions. The statements are not those of our turns, which
ask more; the tables, keys, checks and indexes are.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle
from uuid import uuid4

from django.db import connection, connections, transaction
from django.utils import timezone

BODY = b"x" * 45_000  # of 50 invoices with four lines
TAKE = (
    "UPDATE xero_sync_slot SET fence = fence + 1, lease_until = %s"
    " WHERE id = %s AND (lease_until IS NULL OR lease_until < %s)"
)
CHOOSE = (
    "SELECT push.id FROM xero_sync_push push JOIN billing_invoice invoice ON invoice.id = push.invoice_id"
    " WHERE push.practice_id = %s AND push.status = 'ready' AND push.not_before <= %s"
    " AND invoice.is_released AND invoice.status = 'raised' ORDER BY push.queued_at, push.id LIMIT 50"
)
FREEZE = (
    "INSERT INTO xero_sync_batch (uid, tenant_id, kind, status, body, body_sha256, idempotency_key, item_count, slot,"
    " fence, attempts, next_size, created_at, correlation_id, problem, practice_id, connection_id)"
    " VALUES (%s, 'tenant', 'invoices', 'prepared', %s, '', %s, 50, 0, 1, 0, 50, %s, '', '', %s, %s) RETURNING id"
)
CLAIM = "UPDATE xero_sync_push SET status = 'claimed', batch_id = %s WHERE status = 'ready' AND id IN ({})"
MARK = "UPDATE xero_sync_batch SET status = 'sending', sent_at = %s, deadline_at = %s WHERE id = %s AND fence = 1"
FINISH = "UPDATE xero_sync_batch SET status = 'done', finished_at = %s WHERE id = %s AND fence = 1"
POST = "UPDATE xero_sync_push SET status = 'posted' WHERE batch_id = %s AND status = 'claimed'"
RECORD = (
    "UPDATE billing_invoice SET status = 'posted', ledger_reference = 'bare-' || id, posted_at = %s"
    " WHERE id IN (SELECT invoice_id FROM xero_sync_push WHERE batch_id = %s)"
)
RELEASE = "UPDATE xero_sync_slot SET lease_until = NULL WHERE id = %s"
SLOTS = (
    "SELECT slot.id, slot.practice_id, link.id FROM xero_sync_slot slot"
    " JOIN xero_sync_connection link ON link.practice_id = slot.practice_id WHERE slot.practice_id = %s AND number = 0"
)


def bare_cycles(practice_ids: Sequence[int], taken: list[float], ends: float) -> None:
    """Cycles of these practices in turn until then, by the monotonic clock; how long each took is added to `taken`."""
    slots = [_rows(SLOTS, [practice_id])[0] for practice_id in practice_ids]
    for slot, practice, ours in cycle(slots):
        started = time.monotonic()
        if started >= ends:
            break
        posted = _cycle(slot, practice, ours)
        assert posted, "Nothing is left to claim."
        taken.append(time.monotonic() - started)
    connections.close_all()


def _cycle(slot: int, practice: int, ours: int) -> int:
    """How many pushes were posted."""
    now = timezone.now()
    later = now + timedelta(seconds=90)
    with transaction.atomic():
        _write(TAKE, [later, slot, now])
        chosen = [row[0] for row in _rows(CHOOSE, [practice, now])]
        uid = uuid4()
        key = uid.hex if connection.vendor == "sqlite" else uid
        ((batch,),) = _rows(FREEZE, [key, connection.Database.Binary(BODY), uid.hex, now, practice, ours])
        _write(CLAIM.format(", ".join(map(str, chosen))), [batch])
    with transaction.atomic():
        _write(MARK, [now, later, batch])
    with transaction.atomic():
        _write(FINISH, [now, batch])
        posted = _write(POST, [batch])
        _write(RECORD, [now, batch])
        _write(RELEASE, [slot])
    return posted


def _rows(sql: str, params: Sequence[object]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _write(sql: str, params: Sequence[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
