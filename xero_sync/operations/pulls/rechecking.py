"""Looking again at the contacts that hold invoices up, so that a repair made in Xero needs no click here.

Every minute in the hour after a refusal, when somebody is likely to be at it; every quarter of an hour after that.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from billing.models import Invoice
from clients.models import PracticeQuerySet
from xero_sync.errors import ConnectionLost, XeroFailure
from xero_sync.models import Connection, Lane
from xero_sync.operations import bells, budgets, connections, lanes
from xero_sync.operations.contacts import CONTACT_CODES
from xero_sync.operations.pulls.healing import heal
from xero_sync.operations.reading import keep_contacts

OFTEN = timedelta(seconds=60)
LATELY = timedelta(hours=1)
SELDOM = timedelta(minutes=15)
IDS_PER_CALL = 50


def ring_for_rechecks(*, at: datetime) -> int:
    """Ask workers to look again wherever that is due; how many connections."""
    found = due(at=at)
    for connection_id in found:
        bells.ring_recheck(connection_id)
    return len(found)


def due(*, at: datetime) -> list[int]:
    """Connections whose practice has invoices held up by a contact, and whose contacts were not looked at lately."""
    held_up = _held_up(Invoice.objects.across_practices())
    fresh = held_up.filter(refused_at__gte=at - LATELY)
    asked = Q(practice__in=fresh.order_by().values("practice"), practice__lane__rechecked_at__lte=at - OFTEN)
    asked |= Q(practice__in=held_up.order_by().values("practice"), practice__lane__rechecked_at__lte=at - SELDOM)
    return list(Connection.objects.across_practices().working().filter(asked).values_list("pk", flat=True))


def recheck(*, connection_id: int, at: datetime) -> int:
    """Read the contacts that hold invoices up, one call, and send what is repaired; how many invoices."""
    connection = Connection.objects.across_practices().select_related("practice", "grant").get(pk=connection_id)
    lane = lanes.lane_of(connection.practice)
    if not connection.is_connected or lane.rechecked_at > at - OFTEN or not _claimed(lane, at=at):
        return 0
    held_up = _held_up(Invoice.objects.for_practice(connection.practice)).exclude(push__refused_contact_id="")
    ids = list(dict.fromkeys(held_up.order_by("-refused_at").values_list("push__refused_contact_id", flat=True)))
    if not ids:
        return 0
    try:
        budgets.spend(connection.practice, at=at)
        gateway = connections.gateway_of(connection, at=at)
        keep_contacts(connection, gateway.contacts_by_id(ids[:IDS_PER_CALL]), at=at)
        connections.let_in(connection)
    except ConnectionLost as lost:
        connections.investigate(connection=connection, lost=lost, at=at)
        return 0
    except XeroFailure:
        return 0  # the next time asks again
    return heal(connection=connection, at=at)


def _held_up(invoices: PracticeQuerySet[Invoice]) -> PracticeQuerySet[Invoice]:
    return invoices.filter(status=Invoice.Status.REFUSED, posted_at=None, refusal_code__in=CONTACT_CODES)


def _claimed(lane: Lane, *, at: datetime) -> bool:
    """Two bells at once: one looks."""
    rows = Lane.objects.for_practice(lane.practice_id).filter(rechecked_at=lane.rechecked_at)
    return bool(rows.update(rechecked_at=at))
