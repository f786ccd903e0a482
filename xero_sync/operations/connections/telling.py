"""Telling every user of the practice how the connection stands, and what waits because of it."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from billing.models import BillingPlan, Invoice
from clients.models import Practice
from notifications import outbox
from xero_sync.models import Connection


def tell_team(*, connection: Connection, slug: str, cause: str, at: datetime) -> None:
    """One letter to each, once per cause."""
    practice = connection.practice
    outbox.write(
        practice=practice,
        slug=slug,
        cause=cause,
        recipients=outbox.to_team(practice),
        context={"connection": connection, "since": _since(connection), **what_waits(practice)},
        audience="user",
        at=at,
        url=f"/p/{practice.slug}/settings/integrations/",
    )


def what_waits(practice: Practice) -> dict[str, Any]:
    """Invoices that wait, and approved plans that have not raised theirs yet."""
    waiting = Invoice.objects.for_practice(practice).waiting().aggregate(count=Count("pk"), total=Sum("total"))
    plans = BillingPlan.objects.for_practice(practice).filter(status=BillingPlan.Status.FINALISED, raised_at=None)
    return {"waiting": waiting, "plans": list(plans.order_by("posts_on"))}


def _since(connection: Connection) -> str:
    """18:02 on 31 October, by the practice's clock."""
    if connection.lost_at is None:
        return ""
    local = connection.lost_at.astimezone(connection.practice.zone)
    return f"{local:%H:%M} on {local.day} {local:%B}"
