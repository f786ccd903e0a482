"""What a client's engagements make of it: prospect, active or ad-hoc."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.calendar import month_in
from billing.models import RECURRING, EngagedService, Engagement
from clients import operations as clients
from clients.models import Client, Practice

Standing = Client.Standing


def record_standing(client_ids: Iterable[int], practice: Practice, *, at: datetime) -> None:
    """Active with recurring work whose last month has not passed, ad-hoc with any accepted offer, else a prospect."""
    month = month_in(practice.zone, at)
    for client in Client.objects.for_practice(practice).filter(pk__in=set(client_ids)):
        clients.record_standing(client=client, standing=_standing(client, month), at=at)


def settle_standings(*, practice: Practice, at: datetime) -> None:
    """Clients whose recurring work ended with a month that has passed are active no longer."""
    active = Client.objects.for_practice(practice).filter(standing=Standing.ACTIVE)
    over = active.filter(~Exists(_recurring(practice, month_in(practice.zone, at)).filter(client=OuterRef("pk"))))
    record_standing(over.values_list("pk", flat=True), practice, at=at)


def _recurring(practice: Practice, month: date) -> QuerySet[EngagedService]:
    services = EngagedService.objects.for_practice(practice).filter(billing_method__in=RECURRING)
    return services.filter(Q(ended_on=None) | Q(ended_on__gte=month))


def _standing(client: Client, month: date) -> str:
    if _recurring(client.practice, month).filter(client=client).exists():
        return Standing.ACTIVE
    services = EngagedService.objects.for_practice(client.practice_id).filter(client=client)
    engaged = Engagement.objects.for_practice(client.practice_id).filter(client=client)
    return Standing.AD_HOC if services.exists() or engaged.exists() else Standing.PROSPECT
