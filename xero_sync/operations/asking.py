"""Asking for a reading of Xero's lists."""

from datetime import datetime

from django.db import transaction

from clients.models import User
from xero_sync.models import Connection, SyncRun
from xero_sync.operations import bells


def request_sync(*, connection: Connection, by: User | None, at: datetime, is_nightly: bool = False) -> SyncRun:
    """The sync that is open for this connection, or a new one. At most one is open at a time."""
    with transaction.atomic():
        run, is_new = (
            SyncRun.objects.for_practice(connection.practice_id)
            .filter(status__in=[SyncRun.Status.WAITING, SyncRun.Status.RUNNING])
            .get_or_create(
                connection=connection,
                defaults={
                    "practice_id": connection.practice_id,
                    "asked_by": by,
                    "asked_at": at,
                    "not_before": at,
                    "is_nightly": is_nightly,
                },
            )
        )
        if is_new or run.status == SyncRun.Status.WAITING:
            bells.ring_sync(run.pk)
    return run
