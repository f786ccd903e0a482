"""Ending a connection on purpose."""

from datetime import datetime

from django.db import transaction

from billing.models import PostingHold
from billing.operations import holds
from clients.models import User
from clients.operations import audit
from xero_sync import oauth
from xero_sync.errors import ConnectionLost, XeroFailure
from xero_sync.models import Connection, Grant
from xero_sync.operations import tokens


class CannotDisconnect(Exception):
    """Xero did not answer, so the connection stands."""

    def __init__(self) -> None:
        super().__init__("Xero did not answer, so the connection still stands. Try again in a minute.")


def disconnect(*, connection: Connection, by: User, at: datetime) -> None:
    """Remove the connection in Xero, then forget its tokens. Links and copies stay for a later return.

    The consent is revoked only if it reaches no other connection of ours: revoking cuts them all.
    """
    _leave_xero(connection, at=at)
    with transaction.atomic():
        rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
        ended = rows.exclude(status=Connection.Status.DISCONNECTED).update(
            status=Connection.Status.DISCONNECTED, disconnected_at=at, disconnected_by=by, grant=None, lost_at=None
        )
        if ended:
            practice = connection.practice_id
            audit.record(practice=practice, action="connection.ended", by=by, at=at, subject=connection)
        holds.place(practice=connection.practice, reason=PostingHold.Reason.CONNECTION_LOST, at=at)
        if connection.grant_id and not _has_others(connection):
            Grant.objects.filter(pk=connection.grant_id).delete()


def _leave_xero(connection: Connection, *, at: datetime) -> None:
    """Best effort where the consent is dead anyway; otherwise Xero has to answer."""
    if connection.grant is None or connection.grant.is_dead:
        return
    try:
        access = tokens.access(grant_id=connection.grant.pk, at=at)
        oauth.remove(access.token, connection.external_id)
        if not _has_others(connection):
            connection.grant.refresh_from_db()
            oauth.revoke(tokens.refresh_token(connection.grant))
    except ConnectionLost:
        return
    except XeroFailure as failure:
        raise CannotDisconnect from failure


def _has_others(connection: Connection) -> bool:
    """Whether the same consent serves another connection, perhaps of another practice."""
    others = Connection.objects.across_practices().current().filter(grant=connection.grant)
    return others.exclude(pk=connection.pk).exists()
