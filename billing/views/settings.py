"""The practice's billing settings, and Safe Mode: going in, coming out, and what waits meanwhile."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing import calendar
from billing.forms import PeopleForm, SettingsForm
from billing.models import BillingSettings
from billing.operations import holds, settings
from billing.views.pieces import dialog, done
from clients.access import Action, PracticeRequest, practice_page
from notifications import outbox

WAITING_SHOWN = 10
PROCESSING_HINTS = {
    BillingSettings.Processing.REVIEW: "Stays a draft. Approvers are e-mailed and nothing posts.",
    BillingSettings.Processing.AUTOMATIC: "Approved by itself on the 1st, then posted.",
}


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def settings_billing(request: PracticeRequest) -> HttpResponse:
    """For every client, unless a client's Invoicing tab says otherwise."""
    at = timezone.now()
    kept = settings.settings_of(request.practice)
    form = SettingsForm(request.POST or None, instance=kept, practice=request.practice)
    if request.method == "POST" and form.is_valid():
        settings.change_settings(practice=request.practice, values=form.cleaned_data, by=request.user, at=at)
        return done(request, "The billing settings are saved.", request.path)
    return _page(request, form, _people_form(request))


@practice_page(Action.SETTINGS)
@require_POST
def people_tracking(request: PracticeRequest) -> HttpResponse:
    """Which tracking option stands for each of our people."""
    people = _people_form(request, request.POST)
    if people.is_valid():
        settings.change_people_tracking(changes=people.changes(), by=request.user, at=timezone.now())
        return done(request, "The tracking of our people is saved.", _settings_url(request))
    kept = settings.settings_of(request.practice)
    return _page(request, SettingsForm(instance=kept, practice=request.practice), people)


def _people_form(request: PracticeRequest, data: QueryDict | None = None) -> PeopleForm:
    return PeopleForm(data, practice=request.practice, people=request.practice.memberships.current())


def _page(request: PracticeRequest, form: SettingsForm, people: PeopleForm) -> HttpResponse:
    """The whole page, with what was typed where something is wrong."""
    context = {
        "form": form,
        "people": people,
        "example": _example(request, settings.settings_of(request.practice)),
        "timing_hints": _timing_hints(request),
        "processing_hints": PROCESSING_HINTS,
        "has_themes": bool(form["always_draft_templates"].subwidgets),
        "holds": holds.open_reasons(request.practice),
    }
    return render(request, "billing/settings.html", context)


def _example(request: PracticeRequest, kept: BillingSettings) -> dict[str, Any]:
    """The next month's invoice as it would be dated and due."""
    today = calendar.today_in(request.practice.zone, timezone.now())
    month = calendar.open_month(today, kept.timing)
    posted = calendar.posting_day(month, kept.timing)
    dated = calendar.invoice_date(kept.invoice_date_rule, day=kept.invoice_day, posted_on=posted, billing_month=month)
    return {
        "month": month,
        "date": dated,
        "due": calendar.due_date(kept.terms_rule, days=kept.terms_days, invoice_date=dated),
    }


def _timing_hints(request: PracticeRequest) -> dict[str, str]:
    month = calendar.month_in(request.practice.zone, timezone.now())
    after = calendar.add_months(month, 1)
    return {
        BillingSettings.Timing.ARREARS: f"The plan for {month:%B %Y} posts on 1 {after:%B}.",
        BillingSettings.Timing.ADVANCE: f"The plan for {after:%B %Y} posts on 1 {after:%B}.",
    }


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def safe_mode(request: PracticeRequest) -> HttpResponse:
    """Safe Mode on or off. Leaving it lists what waits and asks whether that goes out."""
    url = _settings_url(request)
    if request.method == "POST":
        return _leave(request, url) if request.practice.is_safe_mode else _enter(request, url)
    waiting = holds.waiting_invoices(request.practice)
    context = {
        "waiting": waiting[:WAITING_SHOWN],
        "count": len(waiting),
        "more": max(0, len(waiting) - WAITING_SHOWN),
        "amount": sum((invoice.total for invoice in waiting), Decimal("0.00")),
        "letters": outbox.held_count(request.practice),
        "is_on": request.practice.is_safe_mode,
        "dialog_name": "safe-mode",
    }
    return dialog(request, "billing/_safe_mode.html", title="Safe Mode", back_url=url, **context)


def _enter(request: PracticeRequest, url: str) -> HttpResponse:
    holds.enter_safe_mode(practice=request.practice, by=request.user, at=timezone.now())
    return done(request, "Safe Mode is on. Nothing leaves Socket.", url)


def _leave(request: PracticeRequest, url: str) -> HttpResponse:
    sends, letters = request.POST.get("waiting") == "send", outbox.held_count(request.practice)
    waiting = holds.leave_safe_mode(practice=request.practice, send_waiting=sends, by=request.user, at=timezone.now())
    what = " and ".join(
        _counted(count, word) for count, word in ((len(waiting), "invoice"), (letters, "letter")) if count
    )
    said = f" {what} {'on the way' if sends else 'held until somebody confirms'}." if what else ""
    return done(request, f"Safe Mode is off.{said}", url)


def _counted(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"


@practice_page(Action.APPROVE)
@require_POST
def waiting_confirmation(request: PracticeRequest) -> HttpResponse:
    """After Safe Mode: what waited may go out."""
    waiting = holds.confirm_waiting(practice=request.practice, by=request.user, at=timezone.now())
    count = len(waiting)
    what = f"{count} {'invoice is' if count == 1 else 'invoices are'} on the way to Xero."
    return done(request, what if waiting else "Nothing was waiting.", _settings_url(request))


def _settings_url(request: PracticeRequest) -> str:
    return reverse("billing:settings_billing", kwargs={"practice": request.practice.slug})
