"""Approve, reopen, post now: each says first what will happen, with numbers and dates, then does it once."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.forms import ReopenForm
from billing.models import InvoiceTemplate
from billing.operations import holds, plans
from billing.reports.approval import forecast
from billing.views.pieces import dialog, done, refused
from billing.views.plan_state import PlanState, plan_or_404
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_approval(request: PracticeRequest, month: date) -> HttpResponse:
    """What approving will do; a POST approves the version that was looked at, never another."""
    at = timezone.now()
    state = plan_or_404(request.practice, month, at)
    url = _plan_url(request, month)
    if request.method != "POST":
        return _dialog(request, "approval", {"state": state, "forecast": _forecast(state), **_safe_mode(state)})
    try:
        version = int(request.POST.get("version", ""))
        plan = plans.approve(plan=state.plan, version=version, by=request.user, at=at)
    except ValueError:
        return refused(request, "Say which version of the plan is approved: open it and approve it there.", url)
    except (plans.NotDraft, plans.PlanChanged) as reason:
        return refused(request, reason, url)
    said = "Its invoices are on their way to Xero." if plan.is_raised else "It is frozen as you saw it."
    return done(request, f"The plan for {month:%B %Y} is approved. {said}", url)


@practice_page(Action.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_reopening(request: PracticeRequest, month: date) -> HttpResponse:
    """Take an approval back while no invoice was raised."""
    at = timezone.now()
    state = plan_or_404(request.practice, month, at)
    form = ReopenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _dialog(request, "reopening", {"state": state, "form": form})
    try:
        plans.reopen(plan=state.plan, reason=form.cleaned_data["reason"], by=request.user, at=at)
    except plans.NotFinalised as reason:
        return refused(request, reason, _plan_url(request, month))
    return done(request, f"The plan for {month:%B %Y} is a draft again.", _plan_url(request, month))


@practice_page(Action.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_posting(request: PracticeRequest, month: date) -> HttpResponse:
    """Post a plan that was approved too late to post by itself."""
    at = timezone.now()
    state = plan_or_404(request.practice, month, at)
    url = _plan_url(request, month)
    if request.method != "POST":
        return _dialog(request, "posting", {"state": state, "forecast": _forecast(state), **_safe_mode(state)})
    try:
        plans.post_now(plan=state.plan, by=request.user, at=at)
    except (plans.NotYetDue, plans.NotFinalised, plans.PlanAltered) as reason:
        return refused(request, reason, url)
    return done(request, f"The invoices for {month:%B %Y} are on their way to Xero.", url)


def _forecast(state: PlanState) -> Any:
    from_settings: QuerySet[InvoiceTemplate] = state.settings.always_draft_templates.all()
    return forecast(
        state.entries,
        state.invoice_counts,
        state.settings,
        {template.pk for template in from_settings},
        posts=state.posts,
        today=state.today,
    )


def _safe_mode(state: PlanState) -> dict[str, Any]:
    return {"holds": holds.open_reasons(state.practice)}


def _dialog(request: PracticeRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    state: PlanState = context["state"]
    url = _plan_url(request, state.plan.month)
    context |= {"plan": state.plan, "plan_url": url, "dialog_name": name}
    title = f"{state.plan.month:%B %Y}"
    return dialog(request, f"billing/_plan_{name}.html", title=title, back_url=url, **context)


def _plan_url(request: PracticeRequest, month: date) -> str:
    return reverse("billing:plan_month", kwargs={"practice": request.practice.slug, "month": month})
