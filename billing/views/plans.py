"""The billing plan: a draft to review, or what became of its invoices."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.models import PlanRow
from billing.operations import plans
from billing.ports import Finding, Tone
from billing.reports import plan_page, plan_sums
from billing.views.pieces import Chip, chip, page_of, wants_fragment
from billing.views.plan_head import head, neighbours
from billing.views.plan_results import results_page
from billing.views.plan_state import PlanState, month_to_work_on, plan_in, wanted_from
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.BILLING)
@require_safe
def plan(request: PracticeRequest) -> HttpResponse:
    """To the month to work on."""
    month = month_to_work_on(request.practice, timezone.now())
    return redirect("billing:plan_month", practice=request.practice.slug, month=month)


@practice_page(Action.BILLING)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_month(request: PracticeRequest, month: date) -> HttpResponse:
    """One month's plan. A POST draws the plan of a month that nobody has opened yet."""
    at = timezone.now()
    if request.method == "POST":
        plans.draft(practice=request.practice, month=month, at=at)
        return redirect(request.path)
    found = plan_in(request.practice, month, at)
    if found is None:
        return render(request, "billing/plan_missing.html", {"month": month, **neighbours(month)})
    state = PlanState(request.practice, found, at)
    return results_page(request, state) if found.is_raised else _rows(request, state)


@practice_page(Action.BILLING)
@require_safe
def plan_checks(request: PracticeRequest, month: date) -> HttpResponse:
    """Before you approve: asked for by the page once it stands, since the checks read more than the rows."""
    at = timezone.now()
    found = plan_in(request.practice, month, at)
    checks = PlanState(request.practice, found, at).checks if found else []
    return render(request, "billing/_plan_checks.html", _checks(checks))


def _rows(request: PracticeRequest, state: PlanState) -> HttpResponse:
    """A draft or finalised plan: what will be billed, and what has changed."""
    wanted = wanted_from(request)
    shown = plan_page.shown(state.entries, wanted)
    context = {
        **head(request, state),
        "wanted": wanted,
        "page": page_of(request, shown),
        "total": plan_sums.totals(shown),
        "chips": _chips(request, state),
        "warnings": sum(1 for entry in state.entries if entry.has_warning),
        "owners": _owners(state),
        "themes": _themes(state),
    }
    if wants_fragment(request, "rows"):
        return render(request, "billing/_plan_rows.html", context)
    context |= {
        "sums": plan_sums.totals(state.entries),
        "months": plan_sums.twelve_months(state.practice, state.plan.month),
        "drifted": [entry for entry in state.entries if entry.drift],
        "held": [entry for entry in state.entries if entry.is_held],
    }
    return render(request, "billing/plan.html", context)


def _checks(checks: list[Finding]) -> dict[str, Any]:
    return {
        "held": [check for check in checks if check.tone == Tone.RED],
        "look": [check for check in checks if check.tone == Tone.AMBER],
        "passed": [check for check in checks if check.tone == Tone.GREEN],
    }


def _chips(request: PracticeRequest, state: PlanState) -> list[Chip]:
    counts = plan_sums.change_counts(state.entries)
    chips = [chip(request, "All", len(state.entries), "change", "")]
    chips += [
        chip(request, PlanRow.Change(change).label, counts[change], "change", change)
        for change in plan_page.CHANGE_ORDER
        if counts[change]
    ]
    warnings = sum(1 for entry in state.entries if entry.has_warning)
    return [*chips, chip(request, "Contact warnings", warnings, "warnings", "1", tone="warn")] if warnings else chips


def _owners(state: PlanState) -> list[tuple[str, str]]:
    named = {(str(entry.owner_id), entry.owner or "") for entry in state.entries if entry.owner_id}
    nobody = [("none", "Nobody")] if any(entry.owner_id is None for entry in state.entries) else []
    return [*sorted(named, key=lambda owner: owner[1].casefold()), *nobody]


def _themes(state: PlanState) -> list[tuple[str, str]]:
    """Only where a client has a theme of its own is there something to choose from."""
    named = {(str(entry.template_id), entry.template or "") for entry in state.entries if entry.template_id}
    return [*sorted(named, key=lambda theme: theme[1].casefold()), ("none", "Xero’s default")] if named else []
