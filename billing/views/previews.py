"""The magnifying glass: what a client's invoices of a plan will look like, and why each line is there."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.operations import plans
from billing.reports import plan_page
from billing.views.paper import papers_of
from billing.views.pieces import is_htmx
from billing.views.plan_state import plan_or_404, wanted_from
from clients.access import Action, PracticeRequest, practice_page
from clients.models import Client


@practice_page(Action.BILLING)
@require_safe
def plan_preview(request: PracticeRequest, month: date, client_id: int) -> HttpResponse:
    """Paper left, reasons right; as a drawer over the plan, or as a page of its own."""
    at = timezone.now()
    client = get_object_or_404(Client.objects.for_practice(request.practice), pk=client_id)
    state = plan_or_404(request.practice, month, at)
    found = plan_page.shown(plan_page.entries(state.plan, state.settings), wanted_from(request))
    before, after = plan_page.neighbours(found, client.pk)
    previews = plans.preview(plan=state.plan, client=client, at=at)
    standing = state.ledger.standings(request.practice, [client.pk]).get(client.pk)
    context = {
        "plan": state.plan,
        "client": client,
        "entry": next((entry for entry in found if entry.client_id == client.pk), None),
        "papers": papers_of(request.practice, client, previews, standing),
        "standing": standing,
        "before": before,
        "after": after,
        "dialog_name": "preview",
    }
    return render(request, "billing/_preview.html" if is_htmx(request) else "billing/preview.html", context)
