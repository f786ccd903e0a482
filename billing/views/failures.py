"""Invoices to fix: each under its cause, so that one fix releases all of them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from billing.operations import invoices
from billing.ports import get_ledger
from billing.reports import refusals, results
from billing.views.pieces import done
from billing.views.refusals import acts, repairs
from clients.access import Action, PracticeRequest, practice_page

FIXED_LATELY = 5


@practice_page(Action.BILLING)
@require_safe
def failures(request: PracticeRequest) -> HttpResponse:
    """Invoices to fix: each under its cause, so that one fix releases all of them."""
    every = Invoice.objects.for_practice(request.practice).select_related("client", "plan", "engagement")
    wanted = list(every.filter(results.to_fix()).order_by("refused_at", "pk"))
    clients = [each.client_id for each in wanted if each.refusal_code in refusals.CONTACT]
    standings = get_ledger("xero").standings(request.practice, clients) if clients else {}
    causes = [
        {
            "cause": cause,
            "fixes": repairs(request, cause.code, cause.client_id, standings.get(cause.client_id or 0)),
            "rows": [(each, acts(request, each)) for each in cause.invoices],
        }
        for cause in refusals.causes(wanted)
    ]
    context = {
        "causes": causes,
        "count": len(wanted),
        "amount": sum((each.total for each in wanted), results.NOTHING),
        "can_retry_all": sum(1 for each in wanted if each.is_refused and each.kind != Invoice.Kind.ACCEPTANCE) > 1,
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
