"""What several pages of proposals show."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from billing import calendar
from billing.operations import settings
from clients.access import Action, PracticeRequest
from proposals import drafting, operations
from proposals.models import Proposal, ProposalDocument
from proposals.records import LineTerms

EVENTS = {
    "created": ("Drafted", ""),
    "sent": ("Sent", ""),
    "shared": ("A signing link was made", ""),
    "reminded": ("Reminded", ""),
    "viewed": ("Viewed", ""),
    "reverted": ("Taken back to a draft", "warn"),
    "signed": ("Signed", "good"),
    "accepted_on_behalf": ("Accepted on the client's behalf", "good"),
    "declined": ("Declined", "bad"),
    "lost": ("Marked as lost", "bad"),
    "expired": ("Expired", "warn"),
    "start_confirmed": ("Start confirmed", ""),
    "activated": ("Active", "good"),
    "superseded": ("Superseded", ""),
    "ended": ("Ended", ""),
}


def proposal_of(request: PracticeRequest, proposal_id: int) -> Proposal:
    """The proposal of this practice, or 404."""
    related = ("client", "practice", "engagement", "created_by", "sent_by", "replaces__engagement")
    return get_object_or_404(request.practice.proposals.select_related(*related), pk=proposal_id)


def url_of(name: str, proposal: Proposal) -> str:
    return reverse(f"proposals:{name}", kwargs={"practice": proposal.practice.slug, "proposal_id": proposal.pk})


def this_month(request: PracticeRequest) -> date:
    """The month it is where the practice is."""
    return calendar.month_in(request.practice.zone, timezone.now())


def attempt(request: PracticeRequest, act: Callable[[], Any], said: str, back: str, refused: str = "") -> HttpResponse:
    """Do it, say so and go on; or say why not and go where it can be put right."""
    try:
        act()
    except operations.REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(refused or back)
    messages.success(request, said)
    return redirect(back)


def totals(proposal: Proposal, lines: list[LineTerms]) -> dict[str, Any]:
    """The running total and the first invoices of these lines, saved or not."""
    months = operations.alignment_months(proposal.client, proposal.planned_start, proposal.has_alignment)
    billing = settings.settings_of(proposal.practice)
    return {
        "total": drafting.running_total(lines, months),
        "invoices": drafting.first_invoices(lines, months, proposal.planned_start, billing),
    }


def page_context(request: PracticeRequest, proposal: Proposal) -> dict[str, Any]:
    """The page of one proposal: what is offered, how it stands, what may be done, what has happened."""
    offer = operations.offer_of(proposal)
    signatures = list(proposal.signatures.select_related("by", "link__made_by"))
    return {
        "proposal": proposal,
        "offer": offer,
        "groups": drafting.fee_groups(offer),
        "introduction": drafting.letter_blocks(offer.introduction),
        "letter": drafting.letter_blocks(offer.letter),
        "events": [_event(event) for event in proposal.events.select_related("by").order_by("-at", "-pk")],
        "signatures": signatures,
        "documents": list(proposal.documents.defer("content")),
        "signed_kind": ProposalDocument.Kind.SIGNED,
        "follower": proposal.replaced_by.exclude(status__in=[Proposal.Status.LOST, Proposal.Status.EXPIRED]).first(),
        "may_send": request.may(Action.SEND_PROPOSALS),
        "may_accept": request.may(Action.ACCEPT_ON_BEHALF),
        **_start_facts(proposal),
    }


def _start_facts(proposal: Proposal) -> dict[str, Any]:
    engagement = proposal.engagement
    starts_on = engagement.starts_on if engagement else None
    return {"starts_on": starts_on, "needs_start": proposal.is_won and starts_on is None}


def _event(event: Any) -> dict[str, Any]:
    label, tone = EVENTS.get(event.what, (event.what, ""))
    text = f"{label} by {event.by.name}" if event.by else label
    return {"text": f"{text}. {event.note}" if event.note else text, "at": event.at, "tone": tone}
