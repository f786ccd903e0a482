"""What a person does about work: propose it as done, mark it as completed, take that back, add some."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing import calendar
from billing.forms import AdHocForm
from billing.models import EngagedService, WorkItem
from billing.operations import holds, settings, work
from billing.views.invoices import attempt, invoice_or_404
from billing.views.pieces import dialog, done, refused
from clients.access import Action, PracticeRequest, practice_page, row_ids


@practice_page(Action.BILLING)
@require_http_methods(["GET", "HEAD", "POST"])
def work_completion(request: PracticeRequest) -> HttpResponse:
    """Mark as Completed: first what will be raised, then, by a POST, raise it."""
    at = timezone.now()
    chosen = request.POST if request.method == "POST" else request.GET
    ids = row_ids(chosen.getlist("items"))
    if request.method != "POST":
        return _completion_dialog(request, ids, at)
    try:
        raised = work.complete(practice=request.practice, item_ids=ids, by=request.user, at=at)
    except work.NothingOpen as reason:
        return refused(request, reason, _work_url(request))
    keys = ",".join(str(invoice.pk) for invoice in raised)
    undo = reverse("billing:work_undo", kwargs={"practice": request.practice.slug}) + f"?invoices={keys}"
    count = len(raised)
    said = f"Completed: {count} {'invoice is' if count == 1 else 'invoices are'} raised."
    return done(
        request,
        said if raised else "Completed. There was nothing to bill.",
        _back(request),
        undo=undo if raised else "",
    )


def _completion_dialog(request: PracticeRequest, ids: list[int], at: datetime) -> HttpResponse:
    previews = work.preview_completion(request.practice, ids)
    every = WorkItem.objects.for_practice(request.practice).open().filter(pk__in=ids)
    items = list(every.select_related("engaged_service").order_by("engagement__number", "period_start", "pk"))
    by_group: dict[tuple[int, int | None], list[WorkItem]] = defaultdict(list)
    for item in items:
        by_group[item.client_id, item.engagement_id].append(item)
    context = {
        "groups": [(each, by_group[each.client_id, each.engagement_id]) for each in previews],
        "items": items,
        "total": sum((each.total for each in previews), Decimal("0.00")),
        "coming": [item for item in items if _comes_again(item.engaged_service)],
        "arrives_as": settings.settings_of(request.practice).get_completion_status_display().lower(),
        "holds": holds.open_reasons(request.practice),
        "next": request.GET.get("next", ""),
        "dialog_name": "completion",
    }
    url = _work_url(request)
    return dialog(request, "billing/_completion.html", title="Mark as Completed", back_url=url, **context)


def _comes_again(service: EngagedService | None) -> bool:
    return service is not None and service.billing_method in calendar.PERIODS


@practice_page(Action.BILLING)
@require_POST
def work_undo(request: PracticeRequest) -> HttpResponse:
    """Take a completion back while none of its invoices has been sent."""
    keys = row_ids(request.GET.get("invoices", "").split(","))
    return attempt(
        lambda: work.undo_all(practice=request.practice, invoice_ids=keys, by=request.user, at=timezone.now()),
        request,
        "The completion is undone; the work is open again.",
        _work_url(request),
    )


@practice_page(Action.BILLING)
@require_POST
def invoice_undo(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """Take one completion invoice back while it has not been sent."""
    kept = invoice_or_404(request, invoice_id)
    return attempt(
        lambda: work.undo(practice=request.practice, invoice=kept, by=request.user, at=timezone.now()),
        request,
        "The completion is undone; the work is open again.",
        _work_url(request),
    )


@practice_page(Action.WORK)
@require_POST
def work_proposed(request: PracticeRequest) -> HttpResponse:
    """Say that work is done; an admin marks it as completed."""
    ids = row_ids(request.POST.getlist("items"))
    count = work.propose(practice=request.practice, item_ids=ids, by=request.user, at=timezone.now())
    said = f"{count} {'item is' if count == 1 else 'items are'} proposed as done. An admin marks them as completed."
    return done(request, said, _back(request))


@practice_page(Action.BILLING)
@require_http_methods(["GET", "HEAD", "POST"])
def work_new(request: PracticeRequest) -> HttpResponse:
    """Ad-hoc work without a proposal line."""
    form = AdHocForm(request.POST or None, practice=request.practice, initial={"client": request.GET.get("client")})
    if request.method == "POST" and form.is_valid():
        made = work.add_ad_hoc(practice=request.practice, by=request.user, at=timezone.now(), **form.cleaned_data)
        return done(request, f"{made.name} is in Work Management.", _work_url(request))
    context: dict[str, Any] = {"form": form, "back_url": _work_url(request)}
    return render(request, "billing/work_form.html", context)


def _work_url(request: PracticeRequest) -> str:
    return reverse("billing:work", kwargs={"practice": request.practice.slug})


def _back(request: PracticeRequest) -> str:
    came_from = request.POST.get("next", "")
    return came_from if came_from.startswith(f"/p/{request.practice.slug}/") else _work_url(request)
