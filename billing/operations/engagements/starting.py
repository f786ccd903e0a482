"""When an engagement starts to bill, and how it takes over from the one it replaces: no gap, no overlap."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from billing.calendar import add_months, first_of, month_in
from billing.drafting import alignment_amount
from billing.models import EngagedService, Engagement
from billing.operations.engagements.standing import record_standing
from billing.operations.work import carry_on
from clients.models import Practice, User


class AlreadyActive(Exception):
    """The engagement bills already: its start month stands."""

    def __init__(self, engagement: Engagement) -> None:
        super().__init__(
            f"{engagement} is active since {engagement.starts_on:%B %Y}. Adjust it to change what it bills."
        )


class AlreadyEnded(Exception):
    """The engagement has ended."""

    def __init__(self, engagement: Engagement) -> None:
        super().__init__(f"{engagement} has ended. It bills nothing any more.")


@transaction.atomic
def confirm_start(
    *, engagement: Engagement, month: date, by: User, at: datetime, recompute_alignment: bool = False
) -> Engagement:
    """Bill from this month on. Active at once when the month has come, else on its 1st; until then it may be changed.

    The signed alignment amounts stay unless they are to be worked out again for this month.
    """
    month = first_of(month)
    if not _confirm(engagement, month, by=by, at=at):
        return engagement
    _start_services(engagement, month, at=at, recompute_alignment=recompute_alignment)
    _bind_replaced(engagement, month, at=at)
    if month <= month_in(engagement.practice.zone, at):
        _activate(engagement, at=at)
    return engagement


@transaction.atomic
def activate_due(*, practice: Practice, at: datetime) -> list[Engagement]:
    """Activate every confirmed engagement whose 1st has come; those that became active now."""
    month = month_in(practice.zone, at)
    waiting = Engagement.objects.for_practice(practice).filter(activated_at=None, ended_at=None, starts_on__lte=month)
    due = waiting.select_related("practice", "client", "replaces").order_by("starts_on", "pk")
    return [engagement for engagement in due if _activate(engagement, at=at)]


def _confirm(engagement: Engagement, month: date, *, by: User, at: datetime) -> bool:
    """Guarded: only while it is neither active nor ended. False when this month was confirmed before."""
    open_ones = Engagement.objects.for_practice(engagement.practice_id).filter(pk=engagement.pk, ended_at=None)
    changed = open_ones.filter(activated_at=None).filter(Q(starts_on=None) | ~Q(starts_on=month))
    moved = changed.update(starts_on=month, start_confirmed_at=at, start_confirmed_by=by, updated_at=at)
    engagement.refresh_from_db()
    if not moved and engagement.ended_at is not None:
        raise AlreadyEnded(engagement)
    if not moved and engagement.starts_on != month:
        raise AlreadyActive(engagement)
    return bool(moved)


def _start_services(engagement: Engagement, month: date, *, at: datetime, recompute_alignment: bool) -> None:
    services = list(engagement.services.select_related("continues", "entity", "client"))
    for service in services:
        service.starts_on = month
        service.anchor = _anchor(service, month)
        service.updated_at = at
        if recompute_alignment and service.alignment_amount and service.continues is None:
            year_end = (service.entity or service.client).year_end_month
            service.alignment_amount = alignment_amount(service.amount, month, year_end)
    fields = ["starts_on", "anchor", "updated_at", "alignment_amount"]
    EngagedService.objects.for_practice(engagement.practice_id).bulk_update(services, fields)


def _anchor(service: EngagedService, month: date) -> date:
    """The cycle of what is carried on goes on; a new service, or another billing method, begins a new cycle."""
    before = service.continues
    if before is None or before.anchor is None or before.billing_method != service.billing_method:
        return month
    return min(before.anchor, month)


def _bind_replaced(engagement: Engagement, month: date, *, at: datetime) -> None:
    """The engagement replaced bills until the month before, and no longer; one that ends sooner still does."""
    last_month = add_months(month, -1)
    rows = Engagement.objects.for_practice(engagement.practice_id).filter(replaced_by=engagement)
    longer = rows.filter(Q(ended_at=None) | Q(last_month__gt=last_month))
    longer.update(last_month=last_month, updated_at=at)


def _activate(engagement: Engagement, *, at: datetime) -> bool:
    rows = Engagement.objects.for_practice(engagement.practice_id)
    waiting = rows.filter(pk=engagement.pk, activated_at=None, ended_at=None, starts_on__isnull=False)
    if not waiting.update(activated_at=at, updated_at=at):
        return False
    engagement.activated_at = at
    if engagement.replaces_id:
        _supersede(engagement, at=at)
    carry_on(engagement, at=at)
    payers = engagement.services.values_list("client_id", flat=True).order_by().distinct()
    record_standing([engagement.client_id, *payers], engagement.practice, at=at)
    return True


def _supersede(engagement: Engagement, *, at: datetime) -> None:
    assert engagement.starts_on is not None  # noqa: S101  # guarded by the database
    last_month = add_months(engagement.starts_on, -1)
    rows = Engagement.objects.for_practice(engagement.practice_id).filter(replaced_by=engagement)
    rows.filter(ended_at=None).update(last_month=last_month, ended_at=at, updated_at=at)
    services = EngagedService.objects.for_practice(engagement.practice_id).filter(engagement__replaced_by=engagement)
    services.filter(Q(ended_on=None) | Q(ended_on__gt=last_month)).update(ended_on=last_month, updated_at=at)
