"""How proposals went lately: panels for Home, in as many queries however many there are."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.db.models import F

from billing.models import BillingMethod
from clients.access import Action, may
from clients.models import Membership, Practice
from proposals.models import Proposal, ProposalEvent, ProposalLine
from proposals.records import PENCE

WINDOW = timedelta(days=90)
LATELY = timedelta(days=14)
MOST_EVENTS = 6
Status = Proposal.Status
TOLD = {  # what happened, and how it is seen
    "signed": ("{client} signed proposal {number}", "good"),
    "accepted_on_behalf": ("{by} accepted proposal {number} for {client}", "good"),
    "declined": ("{client} declined proposal {number}", "bad"),
    "expired": ("Proposal {number} for {client} expired", "warn"),
}


def overview(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """What was sent in the last 90 days and what became of it; nothing before the first was sent."""
    if not may(membership, Action.PROPOSALS):
        return []
    found = Proposal.objects.for_practice(membership.practice).filter(sent_at__gt=at - WINDOW, sent_at__lte=at)
    offered = found.exclude(status__in=[Status.DRAFT, Status.IN_REVIEW])
    sent = list(offered.values("pk", "status", "sent_at", "accepted_at"))
    if not sent:
        return []
    monthly = _monthly(membership.practice, at)
    won = [each for each in sent if each["status"] in Proposal.ACCEPTED]
    waiting = [each for each in sent if each["status"] == Status.PENDING]
    rows = [("Sent", len(sent)), ("Won", _worth(won, monthly)), ("Waiting", _worth(waiting, monthly))]
    rows.append(("Lost or expired", len(sent) - len(won) - len(waiting)))
    return [{"title": "Proposals, last 90 days", "rows": [*rows, *_time_to_sign(won)]}]


def _monthly(practice: Practice, at: datetime) -> dict[int, Decimal]:
    """By proposal, what its monthly services come to."""
    lines = ProposalLine.objects.for_practice(practice).filter(billing_method=BillingMethod.MONTHLY)
    found: dict[int, Decimal] = {}
    lately = lines.filter(proposal__sent_at__gt=at - WINDOW)
    for proposal_id, price, quantity in lately.values_list("proposal_id", "price", "quantity"):
        amount = (price * quantity).quantize(PENCE, ROUND_HALF_UP)
        found[proposal_id] = found.get(proposal_id, Decimal("0.00")) + amount
    return found


def _worth(proposals: Iterable[Mapping[str, Any]], monthly: Mapping[int, Decimal]) -> str:
    """22, £3,140.00 a month."""
    keys = [each["pk"] for each in proposals]
    amount = sum((monthly.get(key, Decimal("0.00")) for key in keys), Decimal("0.00"))
    return f"{len(keys)}, £{amount:,.2f} a month" if amount else str(len(keys))


def _time_to_sign(won: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    days = [(each["accepted_at"] - each["sent_at"]).days for each in won]
    if not days:
        return []
    usual = round(median(days))
    words = "The same day" if usual <= 0 else "1 day" if usual == 1 else f"{usual} days"
    return [("Usual time to sign", words)]


def recently(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Who signed, who declined."""
    if not may(membership, Action.PROPOSALS):
        return []
    events = ProposalEvent.objects.for_practice(membership.practice).filter(what__in=TOLD, at__gt=at - LATELY)
    named = events.annotate(client=F("proposal__client__name"), number=F("proposal__number"), by_name=F("by__name"))
    rows = named.order_by("-at", "-pk").values_list("what", "client", "number", "by_name", "at")[:MOST_EVENTS]
    return [{"title": "Recently", "events": [_told(*row) for row in rows]}] if rows else []


def _told(what: str, client: str, number: int, by: str | None, at: datetime) -> dict[str, Any]:
    text, tone = TOLD[what]
    return {"text": text.format(client=client, number=number, by=by or "Somebody"), "tone": tone, "at": at}
