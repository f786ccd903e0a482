"""What of the proposals needs somebody today: cards for Home."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from billing import calendar
from billing.models import EngagedService
from clients.access import Action, may
from clients.models import Membership, Practice
from proposals.models import Proposal

PENDING_TOO_LONG = timedelta(days=14)
MOST_ITEMS = 50


def attention(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Start dates to confirm, with the money that waits for them; proposals pending for over 14 days."""
    if not may(membership, Action.PROPOSALS):
        return []
    cards = [_starts(membership.practice, at), _stale(membership.practice, at)]
    return [card for card in cards if card]


def _starts(practice: Practice, at: datetime) -> dict[str, Any]:
    waiting = Proposal.objects.for_practice(practice).waiting_for_start()
    count = waiting.count()
    if not count:
        return {}
    first = list(waiting.select_related("client").order_by("accepted_at")[:MOST_ITEMS])
    items = _items(practice, first)
    return {
        "tone": "warn",
        "icon": "calendar-question",
        "title": "1 start date to confirm" if count == 1 else f"{count} start dates to confirm",
        "note": "Signed, and billed nothing until somebody says from which month.",
        "url": _list_url(practice, "start"),
        "action": "Confirm starts" if count > 1 else "Confirm the start",
        "count": count,
        "amount": sum((item["amount"] for item in items), Decimal("0.00")),
        "items": items,
    }


def _items(practice: Practice, proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    services = EngagedService.objects.for_practice(practice)
    money: dict[int, Decimal] = {}
    for service in services.filter(engagement_id__in=[proposal.engagement_id for proposal in proposals]):
        money[service.engagement_id] = money.get(service.engagement_id, Decimal("0.00")) + service.amount
    return [
        _item(practice, proposal, money.get(proposal.engagement_id or 0, Decimal("0.00"))) for proposal in proposals
    ]


def _item(practice: Practice, proposal: Proposal, amount: Decimal) -> dict[str, Any]:
    where = {"practice": practice.slug}
    return {
        "client": proposal.client.name,
        "client_url": reverse("proposals:client_proposals", kwargs={**where, "client_id": proposal.client_id}),
        "why": f"The start of proposal {proposal.number} is not confirmed",
        "since": _day(practice, proposal.accepted_at),
        "amount": amount,
        "action": "Confirm start",
        "url": reverse("proposals:proposal", kwargs={**where, "proposal_id": proposal.pk}),
    }


def _stale(practice: Practice, at: datetime) -> dict[str, Any]:
    stale = Proposal.objects.for_practice(practice).pending().filter(sent_at__lt=at - PENDING_TOO_LONG)
    count = stale.count()
    if not count:
        return {}
    return {
        "tone": "info",
        "icon": "send",
        "title": "1 proposal pending for over 14 days" if count == 1 else f"{count} proposals pending for over 14 days",
        "note": "Remind the client, or mark it as lost.",
        "url": _list_url(practice, "stale"),
        "action": "See proposals",
        "count": count,
    }


def _list_url(practice: Practice, waits_for: str) -> str:
    return reverse("proposals:list", kwargs={"practice": practice.slug}) + f"?state={waits_for}"


def _day(practice: Practice, at: datetime | None) -> date | None:
    return calendar.today_in(practice.zone, at) if at else None
