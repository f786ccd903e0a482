"""Claiming and completing in plain SQL: what PostgreSQL could do with our tables if nothing else took time (L16).

As in the reference's own experiment: a slot is claimed, 50 pushes chosen and frozen into a batch, the batch marked, and
the batch, its pushes and invoices completed, in three transactions. The statements are not those of our turns, which
ask more: they are prepared once, and what follows without a decision of ours between them is one statement. The tables,
keys, checks and indexes are ours.
"""

import os
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle
from uuid import uuid4

from django.db import connection, connections, transaction
from django.utils import timezone

BODY = os.urandom(6_600)  # of 50 invoices with four lines: 41 kB, packed
PREPARED = """
PREPARE choose (bigint, bigint, timestamptz, timestamptz) AS
  WITH taken AS (
    UPDATE xero_sync_slot SET fence = fence + 1, lease_until = $4
    WHERE id = $1 AND (lease_until IS NULL OR lease_until < $3) RETURNING id)
  SELECT push.invoice_id FROM xero_sync_push push JOIN billing_invoice invoice ON invoice.id = push.invoice_id
  WHERE push.practice_id = $2 AND push.status = 'ready' AND push.not_before <= $3
    AND invoice.is_released AND invoice.status = 'raised' AND EXISTS (SELECT FROM taken)
  ORDER BY push.queued_at, push.invoice_id LIMIT 50;
PREPARE claim (uuid, bytea, text, timestamptz, bigint, bigint, bigint[]) AS
  WITH frozen AS (
    INSERT INTO xero_sync_batch (uid, tenant_id, kind, status, body, body_sha256, idempotency_key, item_count, slot,
      fence, attempts, next_size, created_at, correlation_id, problem, practice_id, connection_id)
    VALUES ($1, 'tenant', 'invoices', 'prepared', $2, '', $3, 50, 0, 1, 0, 50, $4, '', '', $5, $6) RETURNING id),
  claimed AS (
    UPDATE xero_sync_push SET status = 'claimed', batch_id = frozen.id FROM frozen
    WHERE status = 'ready' AND invoice_id = ANY ($7))
  SELECT id FROM frozen;
PREPARE mark (bigint, timestamptz, timestamptz) AS
  UPDATE xero_sync_batch SET status = 'sending', sent_at = $2, deadline_at = $3 WHERE id = $1 AND fence = 1;
PREPARE complete (bigint, bigint, bigint, timestamptz) AS
  WITH finished AS (
    UPDATE xero_sync_batch SET status = 'done', finished_at = $4 WHERE id = $3 AND fence = 1 RETURNING id),
  released AS (UPDATE xero_sync_slot SET lease_until = NULL WHERE id = $1),
  posted AS (
    UPDATE xero_sync_push SET status = 'posted'
    WHERE practice_id = $2 AND status = 'claimed' AND batch_id = (SELECT id FROM finished) RETURNING invoice_id)
  UPDATE billing_invoice SET status = 'posted', posted_at = $4, ledger_reference = 'bare-' || id
  WHERE id IN (SELECT invoice_id FROM posted);
"""
SLOTS = (
    "SELECT slot.id, slot.practice_id, link.id FROM xero_sync_slot slot"
    " JOIN xero_sync_connection link ON link.practice_id = slot.practice_id WHERE slot.practice_id = %s AND number = 0"
)


def bare_cycles(practice_ids: Sequence[int], taken: list[float], ends: float) -> None:
    """Cycles of these practices in turn until then, by the monotonic clock; how long each took is added to `taken`."""
    slots = [_rows(SLOTS, [practice_id])[0] for practice_id in practice_ids]
    _write(PREPARED, [])
    for slot, practice, ours in cycle(slots):
        started = time.monotonic()
        if started >= ends:
            break
        posted = _cycle(slot, practice, ours)
        assert posted, "Nothing is left to claim."
        taken.append(time.monotonic() - started)
    connections.close_all()


def _cycle(slot: int, practice: int, ours: int) -> int:
    """How many invoices were posted."""
    now = timezone.now()
    later = now + timedelta(seconds=90)
    with transaction.atomic():
        chosen = [row[0] for row in _rows("EXECUTE choose (%s, %s, %s, %s)", [slot, practice, now, later])]
        key = uuid4()
        frozen = [key, connection.Database.Binary(BODY), key.hex, now, practice, ours, chosen]
        ((batch,),) = _rows("EXECUTE claim (%s, %s, %s, %s, %s, %s, %s)", frozen)
    _write("EXECUTE mark (%s, %s, %s)", [batch, now, later])
    return _write("EXECUTE complete (%s, %s, %s, %s)", [slot, practice, batch, now])


def _rows(sql: str, params: Sequence[object]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _write(sql: str, params: Sequence[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
