"""Lists: all proposals of the practice, those of one client, and where a new one begins."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.models import BillingMethod
from clients.access import Action, PracticeRequest, practice_page, row_ids
from proposals import operations
from proposals.errors import ProposalRefusal
from proposals.models import Proposal
from proposals.operations.attention import PENDING_TOO_LONG
from proposals.views.shared import url_of

PAGE_SIZE = 50
FOUND = 20
WAITS = {"start": "Start to confirm", "stale": "Pending for over 14 days"}


@require_safe
@practice_page(Action.PROPOSALS)
def list_(request: PracticeRequest) -> HttpResponse:
    """All proposals: filtered by state and text, the newest first."""
    at = timezone.now()
    state, text = request.GET.get("state", ""), _words(request)
    found = Proposal.objects.for_practice(request.practice)
    found = found.matching(text) if text else found
    rows = _in_state(found, state, at).select_related("client", "engagement").prefetch_related("lines")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(proposal) for proposal in page],
        "chips": _chips(found, state, at, text),
        "q": text,
        "is_filtered": bool(state or text),
    }
    return render(request, "proposals/list.html", context)


@require_safe
@practice_page(Action.PROPOSALS)
def client_proposals(request: PracticeRequest, client_id: int) -> HttpResponse:
    """The Proposals tab of a client's record."""
    client = get_object_or_404(request.practice.clients.select_related("owner"), pk=client_id)
    rows = client.proposals.select_related("client", "engagement").prefetch_related("lines")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"client": client, "page": page, "rows": [_row(proposal) for proposal in page], "tab": "proposals"}
    return render(request, "proposals/client_proposals.html", context)


@require_safe
@practice_page(Action.PROPOSALS)
def new(request: PracticeRequest) -> HttpResponse:
    """For whom? A search over the open clients."""
    text = _words(request)
    clients = request.practice.clients.open()
    found = (clients.matching(text) if text else clients)[:FOUND]
    return render(request, "proposals/new.html", {"q": text, "clients": found})


@require_POST
@practice_page(Action.PROPOSALS)
def drafts(request: PracticeRequest) -> HttpResponse:
    """A new draft for the client that was chosen."""
    client = get_object_or_404(request.practice.clients, pk__in=row_ids([request.POST.get("client", "")]))
    try:
        proposal = operations.create(client=client, by=request.user, at=timezone.now())
    except ProposalRefusal as refusal:
        messages.error(request, str(refusal))
        return redirect("proposals:client_proposals", practice=request.practice.slug, client_id=client.pk)
    return redirect(url_of("general", proposal))


def _words(request: PracticeRequest) -> str:
    """What is searched for. PostgreSQL refuses a text with a NUL in it, SQLite does not."""
    return request.GET.get("q", "").replace("\0", "").strip()[:100]


def _in_state(found: Any, state: str, at: datetime) -> Any:
    if state == "start":
        return found.waiting_for_start()
    if state == "stale":
        return found.pending().filter(sent_at__lt=at - PENDING_TOO_LONG)
    return found.filter(status=state) if state in Proposal.Status.values else found


def _chips(found: Any, state: str, at: datetime, text: str) -> list[dict[str, Any]]:
    counts = dict(found.order_by().values_list("status").annotate(number=Count("pk")))
    chips: list[dict[str, Any]] = [_chip("All", "", sum(counts.values()), state, text)]
    for status in Proposal.Status:
        if counts.get(status) or state == status:
            chips.append(_chip(status.label, status.value, counts.get(status, 0), state, text))
    for key, label in WAITS.items():
        number = _in_state(found, key, at).count()
        if number or state == key:
            chips.append({**_chip(label, key, number, state, text), "tone": "warn", "icon": "alert-triangle"})
    return chips


def _chip(label: str, key: str, count: int, state: str, text: str) -> dict[str, Any]:
    query = "&".join(part for part in (f"state={key}" if key else "", f"q={text}" if text else "") if part)
    return {"label": label, "count": count, "url": f"?{query}", "is_current": state == key}


def _row(proposal: Proposal) -> dict[str, Any]:
    lines = list(proposal.lines.all())
    monthly = _sum(line.amount for line in lines if line.billing_method == BillingMethod.MONTHLY)
    start = proposal.engagement.starts_on if proposal.engagement else None
    return {
        "proposal": proposal,
        "monthly": monthly,
        "other": _sum(line.amount for line in lines) - monthly,
        "start": start,
        "needs_start": proposal.is_won and start is None,
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
