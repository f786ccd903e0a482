"""Work Management: what is billed when it is done, and marking it as completed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing import calendar
from billing.forms import AdHocForm
from billing.models import BillingMethod, EngagedService, Invoice, WorkItem
from billing.operations import holds, settings, work
from billing.views.invoices import attempt, invoice_or_404
from billing.views.pieces import Chip, chip, dialog, done, page_of, refused, wants_fragment
from clients.access import Action, PracticeRequest, practice_page

USUAL_DAYS = 60
AD_HOC = "ad_hoc"


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of work and how long it has been open."""

    item: WorkItem
    days: int

    @property
    def days_over(self) -> int:
        return max(0, self.days - USUAL_DAYS)


@practice_page(Action.WORK)
@require_GET
def work_list(request: PracticeRequest) -> HttpResponse:
    """Open work by client and proposal; the filters are in the address."""
    at = timezone.now()
    every = WorkItem.objects.for_practice(request.practice)
    page = page_of(request, _with_names(_filtered(request, every, at)))
    context = {
        "page": page,
        "rows": rows_of(page.object_list, at),
        "chips": _chips(request, every, at),
        "owners": _owners(every),
        "methods": [*((key, label) for key, label in BillingMethod.choices if "completion" in key), (AD_HOC, "Ad-hoc")],
        "wanted": {key: request.GET.get(key, "") for key in ("q", "owner", "method", "state")},
        "is_filtered": any(request.GET.get(key) for key in ("q", "owner", "method", "state")),
        "may_complete": request.may(Action.BILLING),
    }
    if wants_fragment(request, "rows"):
        return render(request, "billing/_work_rows.html", context)
    fees = list(every.open().values_list("amount", flat=True))
    return render(request, "billing/work.html", {**context, "count": len(fees), "amount": sum(fees, Decimal("0.00"))})


def rows_of(items: Sequence[WorkItem], at: datetime) -> list[Row]:
    return [Row(item, (at - item.created_at).days) for item in items]


def _with_names(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    related = ("client__owner", "engagement", "engaged_service", "proposed_by", "invoice")
    return items.select_related(*related).order_by("client__name", "engagement__number", "period_start", "pk")


def _filtered(request: PracticeRequest, every: QuerySet[WorkItem], at: datetime) -> QuerySet[WorkItem]:
    text, owner = request.GET.get("q", "").strip(), request.GET.get("owner", "")
    found = _in_state(request, every, request.GET.get("state", ""), at)
    if text:
        found = found.filter(Q(client__name__icontains=text) | Q(name__icontains=text))
    if owner.isdigit():
        found = found.filter(client__owner_id=int(owner))
    method = request.GET.get("method", "")
    if method == AD_HOC:
        return found.filter(engaged_service=None)
    return found.filter(engaged_service__billing_method=method) if method in BillingMethod.values else found


def _in_state(request: PracticeRequest, every: QuerySet[WorkItem], state: str, at: datetime) -> QuerySet[WorkItem]:
    if state == "done":
        first = calendar.month_in(request.practice.zone, at)
        return every.filter(status=WorkItem.Status.COMPLETED, completed_at__gte=_start_of(request, first))
    if state == "over":
        return every.filter(status=WorkItem.Status.OPEN, created_at__lt=at - timedelta(days=USUAL_DAYS))
    if state == "proposed":
        return every.filter(status=WorkItem.Status.OPEN, proposed_at__isnull=False)
    return every.filter(status=WorkItem.Status.OPEN)


def _start_of(request: PracticeRequest, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=request.practice.zone)


def _chips(request: PracticeRequest, every: QuerySet[WorkItem], at: datetime) -> list[Chip]:
    def count(state: str) -> int:
        return _in_state(request, every, state, at).count()

    chips = [
        chip(request, "Open", count(""), "state", ""),
        chip(request, "Completed this month", count("done"), "state", "done"),
    ]
    proposed, over = count("proposed"), count("over")
    if proposed:
        chips.append(chip(request, "Proposed as done", proposed, "state", "proposed"))
    return [*chips, chip(request, "Older than usual", over, "state", "over", tone="warn")] if over else chips


def _owners(every: QuerySet[WorkItem]) -> list[tuple[str, str]]:
    named = every.filter(status=WorkItem.Status.OPEN, client__owner__isnull=False).order_by("client__owner__name")
    return [(str(pk), name) for pk, name in named.values_list("client__owner_id", "client__owner__name").distinct()]


@practice_page(Action.BILLING)
@require_http_methods(["GET", "HEAD", "POST"])
def work_completion(request: PracticeRequest) -> HttpResponse:
    """Mark as Completed: first what will be raised, then, by a POST, raise it."""
    at = timezone.now()
    chosen = request.POST if request.method == "POST" else request.GET
    ids = [int(value) for value in chosen.getlist("items") if value.isdigit()]
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
    keys = [int(key) for key in request.GET.get("invoices", "").split(",") if key.isdigit()]
    found = Invoice.objects.for_practice(request.practice).filter(pk__in=keys, kind=Invoice.Kind.COMPLETION)
    invoices = list(found.exclude(status=Invoice.Status.CANCELLED))

    def undo() -> None:
        for each in invoices:
            work.undo(practice=request.practice, invoice=each, by=request.user, at=timezone.now())

    return attempt(undo, request, "The completion is undone; the work is open again.", _work_url(request))


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
    ids = [int(value) for value in request.POST.getlist("items") if value.isdigit()]
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
