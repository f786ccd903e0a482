"""The address that every invoice carries into the ledger, and where it leads."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from billing.models import Invoice
from clients.access import Action, may
from clients.models import Membership, User


@require_safe
@login_required
def marker(request: HttpRequest, uid: UUID) -> HttpResponse:
    """From the link on an invoice in the ledger to its page, for whoever may see it; 404 for anybody else."""
    rows = Membership.objects.across_practices().with_login().filter(user=cast(User, request.user))
    teams = {membership.practice_id: membership for membership in rows}
    invoice = Invoice.objects.filter(practice__in=teams, uid=uid).select_related("practice").first()
    if invoice is None or not may(teams[invoice.practice_id], Action.BILLING):
        raise Http404("There is no such invoice in your practices.")
    return redirect("billing:invoice", practice=invoice.practice.slug, invoice_id=invoice.pk)
