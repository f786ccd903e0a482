"""Which work is to be done: one open item for every on-completion service, and ad-hoc work beside them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from billing.calendar import PERIODS, add_months, month_in, work_label
from billing.models import ON_COMPLETION, EngagedService, Engagement, WorkItem
from clients.models import Client, Practice, User
from clients.operations import audit

Status = WorkItem.Status


def open_due(*, practice: Practice, at: datetime) -> list[WorkItem]:
    """Open the first item of every on-completion service that has started and has none."""
    month = month_in(practice.zone, at)
    items = WorkItem.objects.for_practice(practice).filter(engaged_service=OuterRef("pk"))
    services = EngagedService.objects.for_practice(practice).billable_in(month).select_related("entity", "continues")
    due = services.filter(~Exists(items), billing_method__in=ON_COMPLETION).order_by("pk")
    first = {service.pk: _first_period(practice, service) for service in due}
    return _open(practice, [(service, start) for service in due if (start := first[service.pk]) is not None], at=at)


def open_next(practice: Practice, items: Iterable[WorkItem], *, at: datetime) -> list[WorkItem]:
    """After completion: the next period's item at once, while the service still bills in it."""
    wanted = []
    for item in items:
        service = item.engaged_service
        months = PERIODS.get(service.billing_method) if service else None
        if service and months:
            start = add_months(item.period_start, months)
            if service.ended_on is None or start <= service.ended_on:
                wanted.append((service, start))
    return _open(practice, wanted, at=at)


def carry_on(engagement: Engagement, *, at: datetime) -> None:
    """An engagement took over: open work of what it carries on becomes its own, at the price agreed now."""
    services = engagement.services.filter(billing_method__in=ON_COMPLETION, continues__isnull=False)
    for service in services.select_related("continues", "entity"):
        before = service.continues
        if before is not None and before.billing_method == service.billing_method:
            items = WorkItem.objects.for_practice(engagement.practice_id).open().filter(engaged_service=before)
            items.update(
                engaged_service=service,
                engagement=engagement,
                client_id=service.client_id,
                name=_name(service),
                amount=service.amount,
            )


@transaction.atomic
def add_ad_hoc(*, practice: Practice, client: Client, name: str, amount: Decimal, by: User, at: datetime) -> WorkItem:
    """Work without a proposal line, to be billed when it is done. Raises ValidationError on what does not fit."""
    month = month_in(practice.zone, at)
    label = work_label("", month)
    item = WorkItem(practice=practice, client=client, name=name, amount=amount, period_start=month, period_label=label)
    item.created_at = at
    item.full_clean()
    if not amount:
        raise ValidationError({"amount": "Work is billed at an amount of at least a penny."})
    item.save()
    facts = {"client": str(client), "amount": amount}
    audit.record(practice=practice, action="work.added", by=by, at=at, subject=item, facts=facts)
    return item


def propose(*, practice: Practice, item_ids: Collection[int], by: User, at: datetime) -> int:
    """Say that open work is done, for an admin to complete. How many are proposed now that were not before."""
    items = WorkItem.objects.for_practice(practice).open().filter(pk__in=item_ids, proposed_at=None)
    return items.update(proposed_by=by, proposed_at=at)


def _first_period(practice: Practice, service: EngagedService) -> date | None:
    """Where the work of a service begins: its start, or after what was done already of the service it carries on."""
    assert service.starts_on is not None  # noqa: S101  # billable services have started
    before = service.continues
    if before is None or before.billing_method != service.billing_method:
        return service.starts_on
    done = WorkItem.objects.for_practice(practice).filter(engaged_service=before).exclude(status=Status.CANCELLED)
    last = done.order_by("-period_start").first()
    if last is None:
        return service.starts_on
    months = PERIODS.get(service.billing_method)
    return add_months(last.period_start, months) if months else None


def _open(practice: Practice, wanted: Sequence[tuple[EngagedService, date]], *, at: datetime) -> list[WorkItem]:
    """Open these items; one that another worker opened at this moment stands as it is."""
    items = [_item(practice, service, start, at) for service, start in wanted]
    WorkItem.objects.bulk_create(items, ignore_conflicts=True)
    return items


def _item(practice: Practice, service: EngagedService, start: date, at: datetime) -> WorkItem:
    return WorkItem(
        practice=practice,
        client_id=service.client_id,
        engagement_id=service.engagement_id,
        engaged_service=service,
        name=_name(service),
        amount=service.amount,
        period_start=start,
        period_label=work_label(service.billing_method, start),
        created_at=at,
    )


def _name(service: EngagedService) -> str:
    is_elsewhere = service.entity is not None and service.entity_id != service.client_id
    return f"{service.name} ({service.entity})"[:200] if is_elsewhere else service.name
