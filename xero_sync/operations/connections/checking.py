"""Looking whether connections still work, before the night's billing needs them."""

from datetime import datetime, timedelta

from billing.operations import settings as billing_settings
from clients.models import Practice
from xero_sync.errors import ConnectionLost, TryLater, XeroFailure
from xero_sync.models import Connection
from xero_sync.operations import budgets
from xero_sync.operations.connections.losing import (
    gateway_of,
    investigate,
    let_in,
    mark_lost,
    reaches,
    remind,
    restored,
)
from xero_sync.records import OrganisationRecord

EVE_HOUR = 9  # local time at which the day before billing is checked


def check_connection(*, connection: Connection, at: datetime) -> str:
    """Ask Xero whether we still reach the organisation, with a real call; the status after it.

    A token that renews proves nothing: the organisation has to be listed and to answer. Where only another try can
    tell, it counts as not checked.
    """
    last, wait = connection.checked_at, _asked(connection, at=at)
    if wait and not wait.seconds:
        wait = _asked(connection, at=at)  # with a token that is renewed first
    if wait:
        Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk, checked_at=at).update(
            checked_at=last
        )
    connection.refresh_from_db()
    return connection.status


def _asked(connection: Connection, *, at: datetime) -> TryLater | None:
    """One call or two; after how long to ask again, where that was no answer."""
    try:
        if not reaches(connection, at=at):
            mark_lost(connection=connection, problem="Socket was disconnected in Xero.", at=at)
        else:
            gateway = gateway_of(connection, at=at)
            remember(connection, gateway.organisation(), at=at)
            budgets.note_limits(connection.practice, gateway.limits, at=at)
            let_in(connection)
            restored(connection=connection, at=at)
    except ConnectionLost as lost:
        return investigate(connection=connection, lost=lost, at=at)
    except XeroFailure:
        pass  # passing: neither good nor lost; the next check asks again
    return None


def remember(connection: Connection, organisation: OrganisationRecord, *, at: datetime) -> None:
    """Keep what the organisation says of itself; its currency is that of the invoices from now on."""
    Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk).update(
        organisation_name=organisation.name or connection.organisation_name,
        short_code=organisation.short_code,
        base_currency=organisation.base_currency,
        country_code=organisation.country_code,
        period_lock_date=organisation.period_lock_date,
        year_end_lock_date=organisation.year_end_lock_date,
        checked_at=at,
    )
    billing_settings.change_currency(practice=connection.practice, currency=organisation.base_currency, at=at)


def check_all(*, at: datetime) -> int:
    """Check what is broken every day, and everything on the eve of a billing day; how many were checked."""
    checked = 0
    for connection in Connection.objects.across_practices().current().select_related("practice", "grant"):
        eve = eve_of_billing(connection.practice, at=at)
        if not _is_due(connection, eve, at=at) or not _claim_check(connection, at=at):
            continue
        checked += 1
        if check_connection(connection=connection, at=at) != Connection.Status.CONNECTED and eve:
            remind(connection=connection, cause=f"connection_reminder:{connection.pk}:{eve.date()}", at=at)
    return checked


def _is_due(connection: Connection, eve: datetime | None, *, at: datetime) -> bool:
    """Working connections are proved every night by the sync; broken ones are tried once a day."""
    last = connection.checked_at
    if eve:
        return last is None or last < eve
    return not connection.is_connected and (last is None or last < at - timedelta(days=1))


def _claim_check(connection: Connection, *, at: datetime) -> bool:
    """Two beats at once: one checks."""
    rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
    return bool(rows.filter(checked_at=connection.checked_at).update(checked_at=at))


def eve_of_billing(practice: Practice, *, at: datetime) -> datetime | None:
    """The hour from which today counts as the day before billing, in the practice's zone; None on other days."""
    local = at.astimezone(practice.zone)
    if (local + timedelta(days=1)).day != 1 or local.hour < EVE_HOUR:
        return None
    return local.replace(hour=EVE_HOUR, minute=0, second=0, microsecond=0)
