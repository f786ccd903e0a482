"""Ending an engagement after a last month."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from billing.calendar import first_of
from billing.models import EngagedService, Engagement
from billing.operations.engagements.standing import record_standing
from clients.models import User


@transaction.atomic
def end(*, engagement: Engagement, last_month: date, by: User | None, at: datetime) -> Engagement:
    """It bills until `last_month` and no longer. A second time with the same month changes nothing.

    One that will never bill gives back to the engagement it was to replace.
    """
    last = first_of(last_month)
    rows = Engagement.objects.for_practice(engagement.practice_id).filter(pk=engagement.pk, ended_at=None)
    if rows.update(last_month=last, ended_at=at, updated_at=at):
        services = EngagedService.objects.for_practice(engagement.practice_id).filter(engagement=engagement)
        services.filter(Q(ended_on=None) | Q(ended_on__gt=last)).update(ended_on=last, updated_at=at)
        engagement.refresh_from_db()
        if engagement.starts_on is None or last < engagement.starts_on:
            _give_back(engagement, at=at)
        payers = services.values_list("client_id", flat=True).order_by().distinct()
        record_standing([engagement.client_id, *payers], engagement.practice, at=at)
    engagement.refresh_from_db()
    return engagement


def _give_back(engagement: Engagement, *, at: datetime) -> None:
    rows = Engagement.objects.for_practice(engagement.practice_id)
    rows.filter(replaced_by=engagement, ended_at=None).update(last_month=None, updated_at=at)
