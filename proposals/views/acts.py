"""What is done to a proposal: each a POST to a noun."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clients.access import Action, PracticeRequest, practice_page
from proposals import operations
from proposals.views.shared import attempt, proposal_of, url_of


@require_POST
@practice_page(Action.SEND_PROPOSALS)
def sending(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Send it to the client."""
    found = proposal_of(request, proposal_id)
    said = f"Sent to {found.signatory_name}"
    if request.practice.is_safe_mode:
        said = "Ready. Safe Mode holds the letter in the preview outbox"
    return attempt(
        request,
        lambda: operations.send(proposal=found, by=request.user, at=timezone.now()),
        said,
        url_of("proposal", found),
        url_of("review", found),
    )


@require_POST
@practice_page(Action.SEND_PROPOSALS)
def reminder(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Write to the signatory again."""
    found = proposal_of(request, proposal_id)
    at = timezone.now()
    said = f"Reminded {found.signatory_name}"
    return attempt(
        request, lambda: operations.remind(proposal=found, by=request.user, at=at), said, url_of("proposal", found)
    )


@require_POST
@practice_page(Action.SEND_PROPOSALS)
def reversion(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Take a pending proposal back to a draft."""
    found = proposal_of(request, proposal_id)
    return attempt(
        request,
        lambda: operations.revert(proposal=found, by=request.user, at=timezone.now()),
        "A draft again. The links that were sent no longer work",
        url_of("general", found),
        url_of("proposal", found),
    )


@require_POST
@practice_page(Action.PROPOSALS)
def adjustment(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """A draft that changes it."""
    return _follow(request, proposal_id, operations.adjust)


@require_POST
@practice_page(Action.PROPOSALS)
def renewal(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """A draft that replaces it as a whole."""
    return _follow(request, proposal_id, operations.renew)


@require_POST
@practice_page(Action.PROPOSALS)
def duplication(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """A draft like it."""
    return _follow(request, proposal_id, operations.duplicate)


def _follow(request: PracticeRequest, proposal_id: int, act: Any) -> HttpResponse:
    found = proposal_of(request, proposal_id)
    try:
        draft = act(proposal=found, by=request.user, at=timezone.now())
    except operations.REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(url_of("proposal", found))
    return redirect(url_of("services" if draft.replaces_id else "general", draft))
