"""What billing adds to a client's record: its work, how it is invoiced, its invoices, and why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import calendar
from billing.forms import ClientBillingForm
from billing.models import ClientBilling, Invoice, WorkItem
from billing.operations import holds, plans, settings
from billing.ports import get_ledger
from billing.reports import results
from billing.views.overrides import GROUPS, overrides
from billing.views.pieces import dialog, done, page_of
from billing.views.plan_state import plan_in
from billing.views.why import checks_of
from billing.views.work import rows_of
from clients.access import Action, PracticeRequest, practice_page
from clients.models import Client


@dataclass(frozen=True, slots=True)
class Next:
    """The next invoice of a client, as far as the plan to work on knows it."""

    plan: Any
    previews: list[Any]


@practice_page(Action.WORK)
@require_safe
def client_work(request: PracticeRequest, client_id: int) -> HttpResponse:
    """The client's work, open and done."""
    client = _client(request, client_id)
    every = WorkItem.objects.for_practice(request.practice).filter(client=client)
    related = ("client__owner", "engagement", "engaged_service", "invoice")
    found = (
        every.exclude(status=WorkItem.Status.CANCELLED).select_related(*related).order_by("-status", "-period_start")
    )
    page = page_of(request, found)
    context = {
        "client": client,
        "tab": "work",
        "page": page,
        "rows": rows_of(list(page.object_list), timezone.now()),
        "is_client": True,
        "may_complete": request.may(Action.BILLING),
        "next": request.path,
    }
    return render(request, "billing/client_work.html", context)


@practice_page(Action.CLIENTS)
@require_safe
def client_invoicing(request: PracticeRequest, client_id: int) -> HttpResponse:
    """How this client is invoiced, and from which level each value comes."""
    client = _client(request, client_id)
    may_change = request.may(Action.BILLING)
    edited = request.GET.get("edit", "") if may_change else ""
    form = _form(request, client, edited) if edited in GROUPS else None
    return _invoicing(request, client, form, edited)


@practice_page(Action.BILLING)
@require_POST
def client_terms(request: PracticeRequest, client_id: int) -> HttpResponse:
    """Set one value for this client, or let it follow the practice again."""
    client = _client(request, client_id)
    group = request.POST.get("group", "")
    if group not in GROUPS:
        return done(request, "Nothing was changed.", _invoicing_url(request, client))
    form = _form(request, client, group)
    if not form.is_valid():
        return _invoicing(request, client, form, group)
    values = {name: form.cleaned_data[name] for name in form.fields}
    settings.change_client_billing(client=client, values=values, by=request.user, at=timezone.now())
    return done(request, f"{GROUPS[group].label} is saved for {client.name}.", _invoicing_url(request, client))


def _invoicing(request: PracticeRequest, client: Client, form: ClientBillingForm | None, edited: str) -> HttpResponse:
    rows = overrides(request.practice, client)
    ledger = get_ledger(settings.settings_of(request.practice).destination)
    context = {
        "client": client,
        "tab": "invoicing",
        "rows": rows,
        "own": sum(1 for row in rows if row.is_own),
        "form": form,
        "edited": GROUPS.get(edited),
        "edited_key": edited,
        "may_change": request.may(Action.BILLING),
        "standing": ledger.standings(request.practice, [client.pk]).get(client.pk),
        "coming": _coming(request, client, timezone.now()) if request.may(Action.BILLING) else None,
    }
    return render(request, "billing/client_invoicing.html", context)


def _coming(request: PracticeRequest, client: Client, at: datetime) -> Next | None:
    timing = settings.settings_of(request.practice).timing
    month = calendar.open_month(calendar.today_in(request.practice.zone, at), timing)
    plan = plan_in(request.practice, month, at)
    return Next(plan, plans.preview(plan=plan, client=client, at=at)) if plan else None


def _form(request: PracticeRequest, client: Client, group: str) -> ClientBillingForm:
    kept = ClientBilling.objects.for_practice(request.practice).filter(client=client).first()
    instance = kept or ClientBilling(practice=request.practice, client=client)
    form = ClientBillingForm(request.POST or None, instance=instance, practice=request.practice)
    for name in [name for name in form.fields if name not in GROUPS[group].fields]:
        del form.fields[name]
    return form


@practice_page(Action.BILLING)
@require_safe
def client_invoices(request: PracticeRequest, client_id: int) -> HttpResponse:
    """What was billed, with its state in the ledger."""
    client = _client(request, client_id)
    found = Invoice.objects.for_practice(request.practice).filter(client=client)
    page = page_of(request, found.select_related("client", "plan", "engagement"))
    hold = holds.why_nothing_leaves(request.practice, at=timezone.now())
    context = {
        "client": client,
        "tab": "invoices",
        "page": page,
        "rows": [(invoice, results.state_of(invoice, hold)) for invoice in page.object_list],
        "is_client": True,
        "counts": results.counts(found),
    }
    return render(request, "billing/client_invoices.html", context)


@practice_page(Action.CLIENTS)
@require_safe
def client_why(request: PracticeRequest, client_id: int) -> HttpResponse:
    """Why no invoice? Five checks; the first that fails says what to do."""
    client = _client(request, client_id)
    found = checks_of(request, client, timezone.now())
    context = {"client": client, "checks": found, "dialog_name": "why"}
    url = reverse("clients:client", kwargs={"practice": request.practice.slug, "client_id": client.pk})
    return dialog(request, "billing/_why.html", title=client.name, back_url=url, **context)


def _client(request: PracticeRequest, client_id: int) -> Client:
    every = Client.objects.for_practice(request.practice).select_related("owner")
    return get_object_or_404(every, pk=client_id)


def _invoicing_url(request: PracticeRequest, client: Client) -> str:
    return reverse("billing:client_invoicing", kwargs={"practice": request.practice.slug, "client_id": client.pk})
