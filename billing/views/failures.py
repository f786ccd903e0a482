"""Invoices to fix: everything that should be in the ledger and is not, each under its cause."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from billing.operations import inbox as open_ends
from billing.operations import invoices
from billing.ports import ContactStanding, get_ledger
from billing.reports import inbox, refusals
from billing.views.pieces import Chip, chip, done, page_of
from billing.views.refusals import acts, group_repairs, row_repairs
from clients.access import Action, PracticeRequest, practice_page
from clients.models import Practice

FIXED_LATELY = 5
NOBODY, NO_PLAN = "none", "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them the address asks for: of one cause, of one owner's clients, of one month's plan."""

    cause: str
    owner: str
    month: str

    @property
    def narrowing(self) -> Q:
        """Of owner and month; the cause has to be asked of invoices that know their kind."""
        owner = {"client__owner": None} if self.owner == NOBODY else {"client__owner": _number(self.owner)}
        month = {"plan": None} if self.month == NO_PLAN else {"plan__month": _month(self.month)}
        return (Q(**owner) if self.owner else Q()) & (Q(**month) if self.month else Q())

    def of_cause(self, found: QuerySet[Any]) -> QuerySet[Any]:
        if self.cause in inbox.KIND_LABELS:
            return found.filter(kind_of_trouble=self.cause)
        return found.filter(kind_of_trouble=inbox.Kind.REFUSED, refusal_code=self.cause) if self.cause else found


def wanted_from(query: QueryDict) -> Wanted:
    return Wanted(*(query.get(name, "").replace("\0", "") for name in ("cause", "owner", "month")))


def _number(text: str) -> int:
    """An id from an address; 0, which no row has, for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
    except ValueError:
        return None


@practice_page(Action.BILLING)
@require_safe
def failures(request: PracticeRequest) -> HttpResponse:
    """Each under its cause, so that one fix releases all of them."""
    at, wanted = timezone.now(), wanted_from(request.GET)
    every = inbox.with_kind(open_ends.open_invoices(request.practice, at=at), at)
    narrowed = every.filter(wanted.narrowing)
    sizes = inbox.heaps(narrowed)
    found = inbox.in_order(wanted.of_cause(narrowed)).select_related(*open_ends.TOGETHER)
    page = page_of(request, found)
    troubles = open_ends.troubles(request.practice, list(page.object_list), at=at)
    shown = [heap for heap in sizes if not wanted.cause or heap.cause == wanted.cause]
    closed = Invoice.objects.for_practice(request.practice).filter(is_handled_by_hand=True)
    context = {
        "causes": [_cause(request, cause) for cause in _causes(request.practice, troubles, shown)],
        "plans": open_ends.still_plans(request.practice, at=at),
        "page": page,
        "count": page.paginator.count,
        "amount": sum((heap.amount for heap in shown), inbox.NOTHING),
        "retryable": sum(heap.count for heap in shown if heap.kind == inbox.Kind.REFUSED),
        "chips": _chips(request, sizes),
        "wanted": wanted,
        "is_filtered": any((wanted.cause, wanted.owner, wanted.month)),
        "owners": _owners(every),
        "months": every.exclude(plan=None).order_by("-plan__month").values_list("plan__month", flat=True).distinct(),
        "lately": closed.select_related("client").order_by("-cancelled_at")[:FIXED_LATELY],
        "may_act": request.may(Action.APPROVE),
    }
    return render(request, "billing/failures.html", context)


def _chips(request: PracticeRequest, sizes: list[inbox.Heap]) -> list[Chip]:
    """One for every cause there is, with its count."""
    piles = inbox.by_cause(sizes)
    if len(piles) < 2 and not request.GET.get("cause"):
        return []
    named = [chip(request, pile.label, pile.count, "cause", pile.cause) for pile in piles]
    return [chip(request, "All", sum(pile.count for pile in piles), "cause", ""), *named]


def _owners(every: QuerySet[Invoice]) -> list[tuple[str, str]]:
    rows = every.order_by("client__owner__name").values_list("client__owner", "client__owner__name").distinct()
    return [(str(pk), name) if pk else (NOBODY, "No owner") for pk, name in rows]


def _causes(practice: Practice, troubles: list[inbox.Trouble], sizes: list[inbox.Heap]) -> list[Any]:
    """Each with the standings of the contacts it concerns."""
    clients = [each.invoice.client_id for each in troubles if each.code in refusals.CONTACT]
    standings = get_ledger("xero").standings(practice, clients) if clients else {}
    return [(cause, standings) for cause in inbox.causes(troubles, sizes)]


def _cause(request: PracticeRequest, found: tuple[inbox.Cause, dict[int, ContactStanding]]) -> dict[str, Any]:
    """The repair stands at the head where it is one for all; else beside each client whom it concerns."""
    cause, standings = found
    at_head = group_repairs(request, cause, standings)
    rows = [
        (each, [] if at_head else row_repairs(request, each, standings), acts(request, each.invoice, each))
        for each in cause.troubles
    ]
    may_retry = request.may(Action.APPROVE) and cause.is_refusal and cause.count > 1
    return {"cause": cause, "fixes": at_head, "rows": rows, "may_retry": may_retry}


@practice_page(Action.APPROVE)
@require_POST
def failures_attempt(request: PracticeRequest) -> HttpResponse:
    """Retry every refused invoice that the address narrows to, or those refused like one; acceptance ones wait."""
    wanted = wanted_from(request.POST)
    narrowing = wanted.narrowing & (Q(refusal_code=wanted.cause) if wanted.cause else Q())
    if request.POST.get("like"):
        like = get_object_or_404(Invoice.objects.for_practice(request.practice), pk=_number(request.POST["like"]))
        narrowing &= Q(refusal_code=like.refusal_code, refusal_reason=like.refusal_reason)
    at = timezone.now()
    queued = invoices.retry_all(practice=request.practice, narrowing=narrowing, by=request.user, at=at)
    count = len(queued)
    said = f"{count} {'invoice is' if count == 1 else 'invoices are'} on the way again."
    return done(request, said, reverse("billing:failures", kwargs={"practice": request.practice.slug}))
