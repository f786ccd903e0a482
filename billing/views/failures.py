"""Invoices to fix: each under its cause, so that one fix releases all of them."""

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from billing.operations import invoices
from billing.ports import get_ledger
from billing.reports import refusals, results
from billing.views.pieces import done, page_of
from billing.views.refusals import acts, repairs
from clients.access import Action, PracticeRequest, practice_page

FIXED_LATELY = 5


@practice_page(Action.BILLING)
@require_safe
def failures(request: PracticeRequest) -> HttpResponse:
    """Invoices to fix: each under its cause, so that one fix releases all of them."""
    every = Invoice.objects.for_practice(request.practice).select_related("client", "plan", "engagement")
    wanted = every.filter(results.to_fix())
    page = page_of(request, wanted.order_by("-status", "refusal_code", "refusal_reason", "refused_at", "pk"))
    shown = list(page.object_list)
    clients = [each.client_id for each in shown if each.refusal_code in refusals.CONTACT]
    standings = get_ledger("xero").standings(request.practice, clients) if clients else {}
    causes = [
        {
            "cause": cause,
            "fixes": repairs(request, cause.code, cause.client_id, standings.get(cause.client_id or 0)),
            "rows": [(each, acts(request, each)) for each in cause.invoices],
        }
        for cause in refusals.causes(shown)
    ]
    context = {
        "causes": causes,
        "page": page,
        "count": page.paginator.count,
        "amount": wanted.aggregate(amount=Sum("total", default=results.NOTHING))["amount"],
        "can_retry_all": every.refused().exclude(kind=Invoice.Kind.ACCEPTANCE).count() > 1,
        "lately": every.filter(is_handled_by_hand=True).order_by("-cancelled_at")[:FIXED_LATELY],
        "counts": results.counts(Invoice.objects.for_practice(request.practice)),
        "may_act": request.may(Action.APPROVE),
    }
    return render(request, "billing/failures.html", context)


@practice_page(Action.APPROVE)
@require_POST
def failures_attempt(request: PracticeRequest) -> HttpResponse:
    """Retry every refused invoice; acceptance ones wait for a person each."""
    queued = invoices.retry_all(practice=request.practice, by=request.user, at=timezone.now())
    count = len(queued)
    said = f"{count} {'invoice is' if count == 1 else 'invoices are'} on the way again."
    return done(request, said, reverse("billing:failures", kwargs={"practice": request.practice.slug}))
