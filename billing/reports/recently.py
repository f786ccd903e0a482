"""What billing did lately: work that was completed, plans that were approved. For Home."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum

from billing.models import BillingPlan, WorkItem
from clients.access import Action, may
from clients.models import Membership, Practice

LATELY = timedelta(days=14)
MOST_EVENTS = 6


def recently(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """For those who may see money."""
    if not may(membership, Action.BILLING):
        return []
    events = _completed(membership.practice, at) + _approved(membership.practice, at)
    return [{"title": "Recently", "events": events}] if events else []


def _completed(practice: Practice, at: datetime) -> list[dict[str, Any]]:
    """One event for what one person completed for one client at one moment."""
    done = WorkItem.objects.for_practice(practice).filter(
        status=WorkItem.Status.COMPLETED, completed_at__gt=at - LATELY
    )
    together = done.order_by("-completed_at").values("completed_at", "client__name", "completed_by__name")
    rows = together.annotate(number=Count("pk"), amount=Sum("amount"))[:MOST_EVENTS]
    return [
        {
            "text": f"{row['completed_by__name'] or 'Somebody'} completed {_items(row['number'])} for "
            f"{row['client__name']}, £{row['amount']:,.2f}",
            "at": row["completed_at"],
        }
        for row in rows
    ]


def _approved(practice: Practice, at: datetime) -> list[dict[str, Any]]:
    plans = BillingPlan.objects.for_practice(practice).filter(approved_at__gt=at - LATELY).select_related("approved_by")
    return [
        {
            "text": f"{plan.approved_by.name if plan.approved_by else 'Socket'} approved the {plan.month:%B} plan, "
            f"£{plan.total:,.2f}",
            "at": plan.approved_at,
            "tone": "good",
        }
        for plan in plans.order_by("-approved_at")[:MOST_EVENTS]
    ]


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"
