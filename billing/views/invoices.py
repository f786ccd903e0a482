"""Invoices: the list, one of them, the ones that need a person, and what a person may do about them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms import ReasonForm
from billing.models import Invoice
from billing.operations import holds, inbox, invoices, work
from billing.ports import get_ledger
from billing.reports import results
from billing.reports.history import history_of
from billing.reports.inbox import Kind, Trouble
from billing.views.paper import paper_of_invoice
from billing.views.pieces import Chip, chip, dialog, done, page_of, refused, wants_fragment, words_of
from billing.views.refusals import acts, matter_of
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.BILLING)
@require_safe
def invoice_list(request: PracticeRequest) -> HttpResponse:
    """Every invoice, newest first."""
    text = words_of(request, "q")
    every = Invoice.objects.for_practice(request.practice)
    found = results.with_result(matching(every, text), request.GET.get("result", ""))
    kind = request.GET.get("kind", "")
    found = found.filter(kind=kind) if kind in Invoice.Kind.values else found
    page = page_of(request, found.select_related("client", "plan", "engagement"))
    hold = holds.why_nothing_leaves(request.practice, at=timezone.now())
    context = {
        "page": page,
        "rows": [(invoice, results.state_of(invoice, hold)) for invoice in page.object_list],
        "text": text,
        "kind": kind,
        "kinds": Invoice.Kind.choices,
        "chips": _chips(request, results.counts(every)),
        "is_filtered": bool(text or kind or request.GET.get("result")),
    }
    is_part = wants_fragment(request, "rows")
    return render(request, "billing/_invoice_rows.html" if is_part else "billing/invoices.html", context)


def matching(found: QuerySet[Invoice], text: str) -> QuerySet[Invoice]:
    """Search as people type: client, number or reference."""
    if not text:
        return found
    by_number = Q(number__icontains=text) | Q(ledger_number__icontains=text) | Q(reference__icontains=text)
    return found.filter(Q(client__name__icontains=text) | by_number)


def _chips(request: PracticeRequest, counts: results.Counts) -> list[Chip]:
    chips = [
        chip(request, "All", counts.total, "result", ""),
        chip(request, "In Xero", counts.posted, "result", "posted"),
    ]
    if counts.waiting:
        chips.append(chip(request, "Waiting", counts.waiting, "result", results.WAITING))
    if counts.by_hand:
        chips.append(chip(request, "Handled by hand", counts.by_hand, "result", results.BY_HAND))
    if counts.to_fix:
        chips.append(chip(request, "To fix", counts.to_fix, "result", results.TO_FIX, tone="warn"))
    return chips


@practice_page(Action.BILLING)
@require_safe
def invoice(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """One invoice: its state, what is the matter, what it says, where it comes from, and all that happened to it."""
    at, kept = timezone.now(), invoice_or_404(request, invoice_id)
    hold = holds.why_nothing_leaves(request.practice, at=at)
    ledger = get_ledger(kept.destination)
    standing = ledger.standings(request.practice, [kept.client_id]).get(kept.client_id)
    trouble = inbox.trouble_of(kept, at=at)
    context = {
        "invoice": kept,
        "state": _state(kept, trouble, hold, at),
        "paper": paper_of_invoice(kept, standing),
        "matter": matter_of(request, trouble, standing, at) if trouble else None,
        "acts": acts(request, kept),
        "events": history_of(kept, ledger.history(kept)),
        "facts": _facts(kept),
        "undo_url": _undo_url(request, kept),
    }
    return render(request, "billing/invoice.html", context)


def _state(kept: Invoice, trouble: Trouble | None, hold: str, at: datetime) -> results.State:
    """As people read it; what should have arrived by now is not called on its way."""
    if trouble and trouble.kind == Kind.STUCK and not hold and trouble.is_late(at):
        return results.State("Late", "warn", "clock", trouble.title)
    return results.state_of(kept, hold)


def _facts(kept: Invoice) -> list[tuple[str, object]]:
    """What is not on the paper: who sees to it, its numbers, and the mark by which it is found again."""
    approver = kept.plan.approved_by if kept.plan else None
    facts = [
        ("Owner", kept.client.owner or kept.raised_by or approver or "Nobody"),
        ("Our number", kept.number or "None; Xero numbers it"),
        ("Number in Xero", kept.ledger_number if kept.ledger_number != kept.number else ""),
        ("Marker", kept.uid),
    ]
    return [(term, value) for term, value in facts if value]


@practice_page(Action.APPROVE)
@require_POST
def invoice_attempt(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """Send a refused invoice again, once, with its old number; hand one that waits to its ledger once more."""
    kept = invoice_or_404(request, invoice_id)
    act = invoices.hand_over if kept.is_waiting else invoices.retry
    act(invoice=kept, by=request.user, at=timezone.now())
    return done(request, f"The invoice of {kept.client.name} is on its way again.", _back(request, kept))


@practice_page(Action.APPROVE)
@require_POST
def invoice_sending(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """Send to Xero now: an acceptance invoice, once, however often it is pressed."""
    kept = invoice_or_404(request, invoice_id)
    try:
        invoices.send_now(invoice=kept, by=request.user, at=timezone.now())
    except invoices.NotAcceptance as reason:
        return refused(request, reason, _back(request, kept))
    return done(request, f"The invoice of {kept.client.name} is on its way to Xero.", _back(request, kept))


@practice_page(Action.APPROVE)
@require_POST
def invoice_acknowledgement(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """Mark as seen how an invoice differs in Xero; nothing is changed here or there."""
    kept = invoice_or_404(request, invoice_id)
    invoices.note_seen(invoice=kept, by=request.user, at=timezone.now())
    return done(request, f"Seen: the invoice of {kept.client.name} differs in Xero.", _back(request, kept))


@practice_page(Action.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_by_hand(request: PracticeRequest, invoice_id: int) -> HttpResponse:
    """Close an invoice that people raised in Xero themselves; it is never sent."""
    kept = invoice_or_404(request, invoice_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = invoices.handle_by_hand
        return attempt(
            lambda: act(invoice=kept, reason=reason, by=request.user, at=timezone.now()),
            request,
            f"The invoice of {kept.client.name} is handled by hand and never sent.",
            _back(request, kept),
        )
    context = {"invoice": kept, "form": form, "dialog_name": "by-hand"}
    return dialog(request, "billing/_by_hand.html", title=kept.client.name, back_url=_back(request, kept), **context)


def attempt(act: Callable[[], Any], request: PracticeRequest, said: str, url: str) -> HttpResponse:
    """Do it, or say why the invoice cannot be taken back any more."""
    try:
        act()
    except (invoices.AlreadySent, work.NotFromWork) as reason:
        return refused(request, reason, url)
    return done(request, said, url)


def invoice_or_404(request: PracticeRequest, invoice_id: int) -> Invoice:
    every = Invoice.objects.for_practice(request.practice)
    related = ("client__owner", "plan__approved_by", "engagement", "template", "raised_by", "cancelled_by")
    return get_object_or_404(every.select_related(*related), pk=invoice_id)


def _back(request: PracticeRequest, kept: Invoice) -> str:
    """Where the person came from, if that was one of our pages of this practice; else the invoice."""
    came_from = request.POST.get("next", "")
    if came_from.startswith(f"/p/{request.practice.slug}/"):
        return came_from
    return reverse("billing:invoice", kwargs={"practice": request.practice.slug, "invoice_id": kept.pk})


def _undo_url(request: PracticeRequest, kept: Invoice) -> str:
    """A completion can be taken back until its invoice has been sent."""
    if kept.kind != Invoice.Kind.COMPLETION or kept.is_posted or kept.status == Invoice.Status.CANCELLED:
        return ""
    return reverse("billing:invoice_undo", kwargs={"practice": request.practice.slug, "invoice_id": kept.pk})
