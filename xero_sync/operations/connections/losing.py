"""When a connection stops working, and when it works again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from billing.models import PostingHold
from billing.operations import holds
from clients.models import Practice
from clients.operations import audit
from xero_sync import oauth
from xero_sync.errors import Cause, ConnectionLost, Scope, TryLater, XeroFailure
from xero_sync.models import Connection, Grant
from xero_sync.operations import bells, tokens
from xero_sync.operations.connections.telling import tell_team
from xero_sync.ports import Gateway, open_gateway

FRESH = timedelta(seconds=60)
SECOND_LOOK = timedelta(seconds=10)  # until every server of Xero's knows a token that was just made
Status = Connection.Status


def connection_of(practice: Practice | int) -> Connection | None:
    """The practice's connection, whatever its state, unless it was ended."""
    current = Connection.objects.for_practice(practice).current()
    return current.select_related("practice", "grant").first()


def is_current(connection: Connection) -> bool:
    """Whether the practice has not moved on to another one meanwhile. In the caller's transaction, until the end of
    which it cannot: else what is about to leave could be written anew for the other one."""
    mine = Connection.objects.for_practice(connection.practice_id).current().filter(pk=connection.pk)
    return mine.select_for_update(no_key=True).values_list("pk").first() is not None


def gateway_of(connection: Connection, *, at: datetime) -> Gateway:
    """A gateway with a token that will live for the call. May renew it, so never inside a transaction."""
    if connection.grant_id is None:
        raise ConnectionLost(Cause.GRANT, "There is no consent any more.")
    access = tokens.access(grant_id=connection.grant_id, at=at)
    return open_gateway(connection.tenant_id, access.token)


def mark_lost(*, connection: Connection, problem: str, at: datetime, status: str = Status.LOST) -> bool:
    """Stop: hold what is to be posted and write to every user, once per loss. False where it was known already."""
    with transaction.atomic():
        rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
        if not rows.filter(status=Status.CONNECTED).update(status=status, lost_at=at, problem=problem[:500]):
            _worsen(connection, status=status, problem=problem)
            return False
        connection.refresh_from_db()
        practice, facts = connection.practice_id, {"problem": problem}
        audit.record(practice=practice, action="connection.lost", by=None, at=at, subject=connection, facts=facts)
        holds.place(practice=connection.practice, reason=PostingHold.Reason.CONNECTION_LOST, at=at)
        tell_team(
            connection=connection,
            slug="connection_lost",
            cause=f"connection_lost:{connection.pk}:{at.isoformat()}",
            at=at,
        )
    return True


def _worsen(connection: Connection, *, status: str, problem: str) -> None:
    """What needed attention turns out to be gone: everybody knows already that nothing is sent."""
    if status == Status.LOST:
        rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
        rows.filter(status=Status.NEEDS_ATTENTION).update(status=status, problem=problem[:500])


def restored(*, connection: Connection, at: datetime) -> bool:
    """It works again by itself: lift the hold, tell everybody, ring the lane. False where it was not lost."""
    with transaction.atomic():
        rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
        broken = rows.filter(status__in=[Status.LOST, Status.NEEDS_ATTENTION])
        if not broken.update(status=Status.CONNECTED, lost_at=None, problem=""):
            return False
        connection.refresh_from_db()
        practice = connection.practice_id
        audit.record(practice=practice, action="connection.restored", by=None, at=at, subject=connection)
        holds.lift(practice=connection.practice, reason=PostingHold.Reason.CONNECTION_LOST, by=None, at=at)
        tell_team(
            connection=connection,
            slug="connection_restored",
            cause=f"connection_restored:{connection.pk}:{at.isoformat()}",
            at=at,
        )
        bells.ring_lane(connection.practice_id)
    return True


def remind(*, connection: Connection, cause: str, at: datetime) -> None:
    """Say again, the day before invoices are due, that the connection is lost."""
    tell_team(connection=connection, slug="connection_reminder", cause=cause, at=at)


def let_in(connection: Connection) -> None:
    """Xero answers again: it was not the connection that it refused."""
    if connection.doubted_at is not None:
        Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk).update(doubted_at=None)


def investigate(*, connection: Connection, lost: ConnectionLost, at: datetime) -> TryLater | None:
    """Xero did not let us in: find out whether that is for good, and say so if it is (reference/xero.md §1.5).

    Answers after how long another try will tell more; None where it would not.
    """
    if lost.cause is Cause.GRANT:
        mark_lost(connection=connection, problem=str(lost), at=at)
    elif lost.cause is Cause.RIGHTS:
        mark_lost(connection=connection, problem=str(lost), at=at, status=Status.NEEDS_ATTENTION)
    else:
        once_more = _once_more(connection, at=at) if lost.cause is Cause.EXPIRED else None
        return once_more or _ask_xero(connection, at=at)
    return None


def _once_more(connection: Connection, *, at: datetime) -> TryLater | None:
    """A refused token is renewed at the next turn; one that was refused although it was new is tried once more a
    little later. None where that was done: then it is not the token."""
    connection.refresh_from_db(fields=["doubted_at"])
    renewed_at = Grant.objects.filter(connections=connection).values_list("refreshed_at", flat=True).first()
    if renewed_at is None:
        return None
    doubted_at = connection.doubted_at
    if at - renewed_at >= FRESH and (doubted_at is None or doubted_at < renewed_at):
        Grant.objects.filter(connections=connection, refreshed_at=renewed_at).update(expires_at=at)
        return _later(timedelta())
    if doubted_at is None or doubted_at < renewed_at:
        rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
        rows.filter(Q(doubted_at=None) | Q(doubted_at__lt=renewed_at)).update(doubted_at=at)
        return _later(SECOND_LOOK)
    rest = doubted_at + SECOND_LOOK - at
    return _later(rest) if rest > timedelta() else None  # what was under way beside it was refused too


def _later(rest: timedelta) -> TryLater:
    return TryLater(rest.total_seconds(), Scope.REFRESHING, "Xero did not accept our access token.")


def _ask_xero(connection: Connection, *, at: datetime) -> TryLater | None:
    """Is our organisation still among those the token reaches? Without an answer nothing is concluded."""
    try:
        if reaches(connection, at=at):
            problem = "Xero lists the organisation, but does not let us in. Ask a Xero adviser of it to reconnect."
            mark_lost(connection=connection, problem=problem, at=at, status=Status.NEEDS_ATTENTION)
        else:
            mark_lost(connection=connection, problem="Socket was disconnected in Xero.", at=at)
    except ConnectionLost as lost:
        once_more = _once_more(connection, at=at) if lost.cause is Cause.EXPIRED else None
        if once_more is None:
            mark_lost(connection=connection, problem=str(lost), at=at)
        return once_more
    except XeroFailure:
        pass
    return None


def reaches(connection: Connection, *, at: datetime) -> bool:
    """Whether Xero still lists the organisation among those that our consent reaches."""
    if connection.grant_id is None:
        return False
    access = tokens.access(grant_id=connection.grant_id, at=at)
    return any(tenant.tenant_id == connection.tenant_id for tenant in oauth.tenants(access.token))
