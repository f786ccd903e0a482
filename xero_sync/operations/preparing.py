"""Before it matters: making sure that our copy of Xero's lists is fresh, and that a person's look is written down."""

from datetime import datetime, timedelta

from billing.models import Invoice
from clients.models import Practice, User
from xero_sync.models import Difference, SyncRun
from xero_sync.operations.asking import request_sync
from xero_sync.operations.connections import connection_of

FRESH = timedelta(minutes=30)


def prepare(practice: Practice, *, at: datetime) -> bool:
    """True when a sync ended well within the last half hour, or none can be made; else one is asked for.

    A sync renews the token as well. One that has stopped half-way lately counts too: another would not fare better.
    """
    connection = connection_of(practice)
    if connection is None or not connection.is_connected:
        return True
    ended = [SyncRun.Status.DONE, SyncRun.Status.FAILED]
    runs = SyncRun.objects.for_practice(practice).filter(connection=connection, status__in=ended)
    if runs.filter(finished_at__gt=at - FRESH).exists():
        return True
    request_sync(connection=connection, by=None, at=at)
    return False


def note_seen(invoice: Invoice, *, by: User, at: datetime) -> bool:
    """A person has seen how this invoice differs in Xero: it is not brought up again until it differs otherwise."""
    rows = Difference.objects.for_practice(invoice.practice_id).filter(invoice=invoice, resolved_at=None, seen_at=None)
    return bool(rows.update(seen_at=at, seen_by=by))
