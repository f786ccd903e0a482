"""Work Management: what is billed when it is done, and marking it as completed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import calendar
from billing.models import BillingMethod, WorkItem
from billing.views.pieces import Chip, chip, page_of, wants_fragment, words_of
from clients.access import Action, PracticeRequest, practice_page, row_ids

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
@require_safe
def work_list(request: PracticeRequest) -> HttpResponse:
    """Open work by client and proposal; the filters are in the address."""
    at = timezone.now()
    every = WorkItem.objects.for_practice(request.practice)
    page = page_of(request, _with_names(_filtered(request, every, at)))
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list), at),
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
    text, owner = words_of(request, "q"), row_ids([request.GET.get("owner", "")])
    found = _in_state(request, every, request.GET.get("state", ""), at)
    if text:
        found = found.filter(Q(client__name__icontains=text) | Q(name__icontains=text))
    if owner:
        found = found.filter(client__owner__in=owner)
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
