"""A plan whose invoices were raised: what became of each, and how far the posting has come."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import BillingPlan, Invoice, PlanRow
from billing.operations import holds
from billing.reports import plan_page, plan_sums, results
from billing.views.pieces import Chip, chip, page_of, wants_fragment, words_of
from billing.views.plan_head import head
from billing.views.plan_state import PlanState, plan_in
from billing.views.refusals import refusal_of
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.BILLING)
@require_safe
def plan_progress(request: PracticeRequest, month: date) -> HttpResponse:
    """How far the posting has come; when the state has changed the whole page is asked for again."""
    at = timezone.now()
    found = plan_in(request.practice, month, at)
    state = PlanState(request.practice, found, at) if found else None
    if state is None or state.standing.state != request.GET.get("was"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "billing/_plan_progress.html", _progress(request, state))


def results_page(request: PracticeRequest, state: PlanState) -> HttpResponse:
    """A plan whose invoices were raised: each with what became of it."""
    every = Invoice.objects.for_practice(state.practice).filter(plan=state.plan)
    text = words_of(request, "client")
    found = every.filter(client__name__icontains=text) if text else every
    invoices = results.worst_first(results.with_result(found, request.GET.get("result", "")))
    page = page_of(request, invoices.select_related("client"))
    hold = holds.why_nothing_leaves(state.practice, at=state.at)
    context = {
        **head(request, state),
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
            "sums": plan_sums.totals(rows),
            "months": plan_sums.twelve_months(state.practice, state.plan.month),
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


def _progress(request: PracticeRequest, state: PlanState) -> dict[str, Any]:
    return {
        "plan": state.plan,
        "standing": state.standing,
        "progress": results.progress_of(state.plan),
        "holds": holds.open_reasons(state.practice),
        "is_moving": state.plan.status in (BillingPlan.Status.POSTING, BillingPlan.Status.BLOCKED),
        "pace": "2s" if state.standing.state == BillingPlan.Status.POSTING else "15s",
    }


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
