"""Acts that ask something first: GET is their dialog, POST does it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.operations import settings
from clients.access import Action, PracticeRequest, practice_page
from proposals import drafting, forms, operations
from proposals.models import Proposal
from proposals.views.shared import attempt, proposal_of, this_month, url_of

with_dialog = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
@practice_page(Action.SEND_PROPOSALS)
def link(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Make a signing link to hand over oneself; it is shown this once."""
    found = proposal_of(request, proposal_id)
    try:
        address = operations.share(proposal=found, by=request.user, at=timezone.now())
    except operations.REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(url_of("proposal", found))
    return _dialog(request, found, "link", {"address": address})


@with_dialog
@practice_page(Action.SEND_PROPOSALS)
def loss(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Mark as lost, with the reason."""
    found = proposal_of(request, proposal_id)
    form = forms.ReasonForm(request.POST or None)
    if not form.is_valid():
        return _dialog(request, found, "loss", {"form": form})
    reason = form.cleaned_data["reason"]
    return attempt(
        request,
        lambda: operations.mark_lost(proposal=found, reason=reason, by=request.user, at=timezone.now()),
        "Marked as lost",
        url_of("proposal", found),
    )


@with_dialog
@practice_page(Action.ACCEPT_ON_BEHALF)
def acceptance(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Accept on the client's behalf, with the reason."""
    found = proposal_of(request, proposal_id)
    form = forms.ReasonForm(request.POST or None)
    if not form.is_valid():
        return _dialog(request, found, "acceptance", {"form": form})
    reason = form.cleaned_data["reason"]
    return attempt(
        request,
        lambda: operations.accept_on_behalf(proposal=found, reason=reason, by=request.user, at=timezone.now()),
        "Accepted on the client's behalf. Confirm the start next",
        url_of("proposal", found),
    )


@with_dialog
@practice_page(Action.SEND_PROPOSALS)
def start(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Confirm from which month it bills; the dialog says what that brings about."""
    found = proposal_of(request, proposal_id)
    initial = {"month": request.GET.get("month") or found.planned_start}
    month = this_month(request)
    form = forms.StartForm(request.POST or None, initial=initial, this_month=month, planned=found.planned_start)
    if not form.is_valid():
        return _dialog(request, found, "start", {"form": form, **_consequence(request, found)})
    chosen = form.cleaned_data
    return attempt(
        request,
        lambda: operations.confirm_start(
            proposal=found,
            month=chosen["month"],
            recompute_alignment=chosen["recompute_alignment"],
            by=request.user,
            at=timezone.now(),
        ),
        f"Starts in {chosen['month']:%B %Y}",
        url_of("proposal", found),
    )


@with_dialog
@practice_page(Action.SEND_PROPOSALS)
def ending(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """End a running proposal with its last month."""
    found = proposal_of(request, proposal_id)
    month = this_month(request)
    form = forms.EndForm(request.POST or None, initial={"last_month": month}, this_month=month)
    if not form.is_valid():
        return _dialog(request, found, "ending", {"form": form})
    last = form.cleaned_data["last_month"]
    return attempt(
        request,
        lambda: operations.end(proposal=found, last_month=last, by=request.user, at=timezone.now()),
        f"Ended. {last:%B %Y} is the last month that is billed",
        url_of("proposal", found),
    )


def _consequence(request: PracticeRequest, found: Proposal) -> dict[str, Any]:
    """What the chosen month means: when it becomes active, the first invoices, what ends."""
    month_form = forms.StartForm(
        request.POST or request.GET or {"month": f"{found.planned_start:%Y-%m}"},
        this_month=this_month(request),
        planned=found.planned_start,
    )
    month = month_form.cleaned_data.get("month") if month_form.is_valid() else None
    if month is None:
        return {}
    lines = [operations.terms_of(line) for line in found.lines.all()]
    months = operations.offer_of(found).alignment_months
    invoices = drafting.first_invoices(lines, months, month, settings.settings_of(request.practice))
    return {
        "month": month,
        "is_at_once": month <= this_month(request),
        "invoices": [invoice for invoice in invoices if invoice.posts_on],
        "differs": bool(months) and month != found.planned_start,
    }


def _dialog(request: PracticeRequest, found: Proposal, name: str, context: dict[str, Any]) -> HttpResponse:
    """The dialog alone where htmx asks for it, else a page of its own."""
    form = context.get("form")
    status = 422 if isinstance(form, Form) and form.is_bound else 200
    template = f"proposals/_{name}.html"
    more = {"proposal": found, "dialog_name": name, **context}
    if request.headers.get("HX-Request"):
        return render(request, template, more)
    page = {"title": f"Proposal {found.number}", "back_url": url_of("proposal", found), "fragment": template}
    return render(request, "dialog_page.html", more | page, status=status)
