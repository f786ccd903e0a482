"""Where Xero numbers, a request carried out very late makes a second invoice: found, told, removed if untouched."""

from datetime import datetime, timedelta

import pytest

from clients.models import AuditEvent, Practice
from tests.factories import make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, recover
from xero_sync.models import Difference
from xero_sync.operations import reconciliation
from xero_sync.operations.connections import gateway_of

pytestmark = pytest.mark.django_db
HOURS = 65 * 60


@pytest.fixture
def twice(connected: Practice, remote: Remote, now: datetime) -> Practice:
    """One invoice, numbered by Xero, that stands there twice: the first request was carried out after an hour."""
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client, number=None)
    remote.fault("late_commit", path="Invoices", method="PUT", delay=3600)
    recover(connected, at=now)
    remote.do("clock", advance=HOURS)
    assert len(remote.invoices()) == 2
    return connected


def night(practice: Practice, at: datetime) -> None:
    connection = connection_of(practice)
    reconciliation.watch(connection=connection, gateway=gateway_of(connection, at=at), at=at)


def live(remote: Remote) -> list[dict[str, str]]:
    return [one for one in remote.invoices() if one["status"] != "DELETED"]


def late_one(practice: Practice, remote: Remote) -> dict[str, str]:
    known = practice.invoices.get().ledger_reference
    return next(one for one in remote.invoices() if one["id"] != known)


def test_an_untouched_draft_twin_is_deleted_and_told(twice: Practice, remote: Remote, now: datetime) -> None:
    """F4."""
    night(twice, now + timedelta(hours=2))

    (left,) = live(remote)
    assert left["id"] == twice.invoices.get().ledger_reference
    told = Difference.objects.for_practice(twice).get()
    assert (told.kind, told.resolved_at is not None) == (Difference.Kind.DUPLICATE, True)
    assert AuditEvent.objects.for_practice(twice).filter(action="invoice.twin_deleted").count() == 1


def test_a_twin_that_somebody_touched_is_left_to_people(twice: Practice, remote: Remote, now: datetime) -> None:
    twin = late_one(twice, remote)
    remote.do(f"invoices/{twin['id']}/reprice", amount="99.00")

    night(twice, now + timedelta(hours=2))
    night(twice, now + timedelta(hours=26))

    assert len(remote.invoices()) == 2
    told = Difference.objects.for_practice(twice).get()
    assert (told.kind, told.resolved_at) == (Difference.Kind.DUPLICATE, None)


def test_the_twin_stays_where_the_one_we_know_was_deleted(twice: Practice, remote: Remote, now: datetime) -> None:
    remote.do(f"invoices/{twice.invoices.get().ledger_reference}/delete")

    night(twice, now + timedelta(hours=2))

    assert len(live(remote)) == 1
