"""Writing down what will be sent, before the first byte leaves."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from xero_sync.models import Batch, Connection
from xero_sync.operations.lanes import Lease
from xero_sync.translation.elements import body_of, idempotency_key, sha256

MOST = 50
MOST_BYTES = 3_000_000
NAMES = {Batch.Kind.INVOICES: "Invoices", Batch.Kind.CONTACTS: "Contacts"}


def prepared(
    lease: Lease,
    connection: Connection,
    kind: Batch.Kind,
    elements: Sequence[bytes],
    *,
    at: datetime,
    repeats: Batch | None = None,
) -> Batch:
    """The batch row: exact bytes, their hash, the key and the fence (write-ahead)."""
    uid, body = uuid.uuid4(), body_of(NAMES[kind], elements)
    body_sha256 = sha256(body)
    return Batch.objects.create(
        practice=lease.practice,
        uid=uid,
        connection=connection,
        tenant_id=connection.tenant_id,
        kind=kind,
        body=body,
        body_sha256=body_sha256,
        idempotency_key=idempotency_key(connection.tenant_id, str(uid), body_sha256),
        item_count=len(elements),
        next_size=len(elements),
        slot=lease.slot,
        fence=lease.fence,
        attempts=repeats.attempts if repeats else 0,
        repeats=repeats,
        created_at=at,
    )


def fitting(elements: Sequence[bytes]) -> int:
    """How many of the elements, from the first, fit into one request; at least one."""
    size = 0
    for count, element in enumerate(elements):
        size += len(element) + 1
        if count and size > MOST_BYTES:
            return count
    return len(elements)
