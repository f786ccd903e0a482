"""The billing plan: a draft to review, or what became of its invoices."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from billing import calendar
from billing.models import BillingPlan, BillingSettings, Invoice, PlanRow
from billing.operations import holds, plans
from billing.ports import Finding, Tone
from billing.reports import plan_page, results
from billing.views.pieces import Chip, chip, page_of, wants_fragment
from billing.views.plan_state import PlanState, month_to_work_on, plan_in, wanted_from
from billing.views.refusals import refusal_of
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.BILLING)
@require_GET
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
        return render(request, "billing/plan_missing.html", {"month": month, **_neighbours(month)})
    state = PlanState(request.practice, found, at)
    return _results(request, state) if found.is_raised else _rows(request, state)


@practice_page(Action.BILLING)
@require_GET
def plan_checks(request: PracticeRequest, month: date) -> HttpResponse:
    """Before you approve: asked for by the page once it stands, since the checks read more than the rows."""
    at = timezone.now()
    found = plan_in(request.practice, month, at)
    checks = PlanState(request.practice, found, at).checks if found else []
    return render(request, "billing/_plan_checks.html", _checks(checks))


@practice_page(Action.BILLING)
@require_GET
def plan_progress(request: PracticeRequest, month: date) -> HttpResponse:
    """How far the posting has come; when the state has changed the whole page is asked for again."""
    at = timezone.now()
    found = plan_in(request.practice, month, at)
    if found is None or found.status != request.GET.get("was"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "billing/_plan_progress.html", _progress(request, PlanState(request.practice, found, at)))


def _rows(request: PracticeRequest, state: PlanState) -> HttpResponse:
    """A draft or finalised plan: what will be billed, and what has changed."""
    wanted = wanted_from(request)
    shown = plan_page.shown(state.entries, wanted)
    context = {
        **_head(request, state),
        "wanted": wanted,
        "page": page_of(request, shown),
        "total": plan_page.totals(shown),
        "chips": _chips(request, state),
        "warnings": sum(1 for entry in state.entries if entry.has_warning),
        "owners": _owners(state),
        "themes": _themes(state),
    }
    if wants_fragment(request, "rows"):
        return render(request, "billing/_plan_rows.html", context)
    context |= {
        "sums": plan_page.totals(state.entries),
        "months": plan_page.twelve_months(state.practice, state.plan.month),
        "drifted": [entry for entry in state.entries if entry.drift],
        "held": [entry for entry in state.entries if entry.is_held],
    }
    return render(request, "billing/plan.html", context)


def _results(request: PracticeRequest, state: PlanState) -> HttpResponse:
    """A plan whose invoices were raised: each with what became of it."""
    every = Invoice.objects.for_practice(state.practice).filter(plan=state.plan)
    text = request.GET.get("client", "").strip()
    found = every.filter(client__name__icontains=text) if text else every
    invoices = results.worst_first(results.with_result(found, request.GET.get("result", "")))
    page = page_of(request, invoices.select_related("client"))
    hold = next((each.sentence for each in holds.open_reasons(state.practice)), "")
    context = {
        **_head(request, state),
        **_progress(request, state),
        "page": page,
        "text": text,
        "rows": _result_rows(request, state, list(page.object_list), hold),
        "result_chips": _result_chips(request, results.progress_of(state.plan)),
    }
    if wants_fragment(request, "rows"):
        return render(request, "billing/_plan_results.html", context)
    if state.plan.status == BillingPlan.Status.POSTED:
        rows = plan_page.entries(state.plan, state.settings)
        context |= {
            "sums": plan_page.totals(rows),
            "months": plan_page.twelve_months(state.practice, state.plan.month),
        }
    return render(request, "billing/plan_results.html", context)


def _result_rows(
    request: PracticeRequest, state: PlanState, invoices: list[Invoice], hold: str
) -> list[dict[str, Any]]:
    """Each invoice of the page with its state in words, its change and, where it was refused, why and the fix."""
    clients = [invoice.client_id for invoice in invoices]
    kept = PlanRow.objects.for_practice(state.practice).filter(plan=state.plan, client_id__in=clients)
    rows = {row.client_id: row for row in kept}
    refused = [invoice.client_id for invoice in invoices if invoice.is_refused]
    standings = state.ledger.standings(state.practice, refused) if refused else {}
    return [
        {
            "invoice": invoice,
            "row": rows.get(invoice.client_id),
            "state": results.state_of(invoice, hold),
            "refusal": refusal_of(request, invoice, standings.get(invoice.client_id)) if invoice.is_refused else None,
        }
        for invoice in invoices
    ]


def _head(request: PracticeRequest, state: PlanState) -> dict[str, Any]:
    return {
        "plan": state.plan,
        "state": "attention" if state.plan.status == BillingPlan.Status.NEEDS_ATTENTION else state.plan.status,
        "timing": "in advance" if state.settings.timing == BillingSettings.Timing.ADVANCE else "in arrears",
        "today": state.today,
        "last_month": calendar.add_months(state.plan.month, -1),
        "may_approve": request.may(Action.APPROVE),
        "is_overdue": state.plan.posts_on <= state.today,
        **_neighbours(state.plan.month),
    }


def _neighbours(month: date) -> dict[str, date]:
    return {"previous": calendar.add_months(month, -1), "next": calendar.add_months(month, 1)}


def _progress(request: PracticeRequest, state: PlanState) -> dict[str, Any]:
    return {
        "plan": state.plan,
        "progress": results.progress_of(state.plan),
        "holds": holds.open_reasons(state.practice),
        "is_moving": state.plan.status in (BillingPlan.Status.POSTING, BillingPlan.Status.BLOCKED),
        "pace": "2s" if state.plan.status == BillingPlan.Status.POSTING else "15s",
    }


def _checks(checks: list[Finding]) -> dict[str, Any]:
    return {
        "held": [check for check in checks if check.tone == Tone.RED],
        "look": [check for check in checks if check.tone == Tone.AMBER],
        "passed": [check for check in checks if check.tone == Tone.GREEN],
    }


def _chips(request: PracticeRequest, state: PlanState) -> list[Chip]:
    counts = plan_page.change_counts(state.entries)
    chips = [chip(request, "All", len(state.entries), "change", "")]
    chips += [
        chip(request, PlanRow.Change(change).label, counts[change], "change", change)
        for change in plan_page.CHANGE_ORDER
        if counts[change]
    ]
    warnings = sum(1 for entry in state.entries if entry.has_warning)
    return [*chips, chip(request, "Contact warnings", warnings, "warnings", "1", tone="warn")] if warnings else chips


def _result_chips(request: PracticeRequest, progress: results.Counts) -> list[Chip]:
    chips = [chip(request, "All", progress.total, "result", "")]
    if progress.to_fix:
        chips.append(chip(request, "To fix", progress.to_fix, "result", results.TO_FIX, tone="warn"))
    chips.append(chip(request, "In Xero", progress.posted, "result", results.IN_XERO))
    if progress.waiting:
        chips.append(chip(request, "Waiting", progress.waiting, "result", results.WAITING))
    if progress.by_hand:
        chips.append(chip(request, "Handled by hand", progress.by_hand, "result", results.BY_HAND))
    return chips


def _owners(state: PlanState) -> list[tuple[str, str]]:
    named = {(str(entry.owner_id), entry.owner or "") for entry in state.entries if entry.owner_id}
    nobody = [("none", "Nobody")] if any(entry.owner_id is None for entry in state.entries) else []
    return [*sorted(named, key=lambda owner: owner[1].casefold()), *nobody]


def _themes(state: PlanState) -> list[tuple[str, str]]:
    """Only where a client has a theme of its own is there something to choose from."""
    named = {(str(entry.template_id), entry.template or "") for entry in state.entries if entry.template_id}
    return [*sorted(named, key=lambda theme: theme[1].casefold()), ("none", "Xero’s default")] if named else []
