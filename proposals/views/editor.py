"""The editor in four steps: General, Services, Customise, Review and send."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import BillingMethod, Service
from clients.access import Action, PracticeRequest, practice_page
from proposals import forms, operations
from proposals.errors import BadTerms
from proposals.models import Proposal
from proposals.operations.checks import missing
from proposals.operations.sending import today
from proposals.views.shared import page_context, proposal_of, this_month, totals, url_of

STEPS = (("general", "General"), ("services", "Services"), ("customise", "Customise"), ("review", "Review and send"))
NAMES = [name for name, _ in STEPS]
PREFIX = "lines"


@require_http_methods(["GET", "HEAD", "POST"])
@practice_page(Action.PROPOSALS)
def general(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Step 1: to whom, from when."""
    proposal = proposal_of(request, proposal_id)
    present = operations.present_terms(proposal)
    form = forms.GeneralForm(
        request.POST or None,
        initial={name: getattr(present, name) for name in forms.GeneralForm.base_fields},
        this_month=this_month(request),
        present=proposal.planned_start,
    )
    return _terms_step(request, proposal, "general", form)


@require_http_methods(["GET", "HEAD", "POST"])
@practice_page(Action.PROPOSALS)
def customise(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Step 3: what the client reads, and until when it is open."""
    proposal = proposal_of(request, proposal_id)
    present = operations.present_terms(proposal)
    initial = {name: getattr(present, name) for name in forms.CustomiseForm.base_fields}
    return _terms_step(request, proposal, "customise", forms.CustomiseForm(request.POST or None, initial=initial))


def _terms_step(
    request: PracticeRequest, proposal: Proposal, step: str, form: forms.GeneralForm | forms.CustomiseForm
) -> HttpResponse:
    if not proposal.is_draft:
        return _not_a_draft(request, proposal)
    if request.method == "POST" and form.is_valid():
        try:
            terms = form.terms(operations.present_terms(proposal))
            operations.edit(proposal=proposal, terms=terms, by=request.user, at=timezone.now())
            return _onwards(request, proposal, step)
        except BadTerms as refusal:
            for name, words in refusal.errors.items():
                form.add_error(name if name in form.fields else None, words)
        except operations.REFUSALS as refusal:
            form.add_error(None, str(refusal))
    lines = [operations.terms_of(line) for line in proposal.lines.all()]
    return _step(request, proposal, step, {"form": form, **totals(proposal, lines)}, bad=form.is_bound)


@require_http_methods(["GET", "HEAD", "POST"])
@practice_page(Action.PROPOSALS)
def services(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Step 2: the lines. *Add* and *Remove* save what else stands in the form, or keep it where it has errors."""
    proposal = proposal_of(request, proposal_id)
    if not proposal.is_draft:
        return _not_a_draft(request, proposal)
    lines = [operations.terms_of(line) for line in proposal.lines.all()]
    data, problem = _changed(request, proposal) if request.method == "POST" else (None, "")
    formset = _formset(proposal, lines, data)
    if data is not None and not problem and formset.is_valid():
        try:
            kept = forms.kept_lines(formset)
            operations.save_lines(proposal=proposal, lines=kept, by=request.user, at=timezone.now())
            return _onwards(request, proposal, "services")
        except operations.REFUSALS as refusal:
            problem = str(refusal)
    shown = forms.readable_lines(formset) if formset.is_bound else lines
    context = {"formset": formset, "problem": problem, "offered": _offered(proposal), **totals(proposal, shown)}
    return _step(request, proposal, "services", context, bad=formset.is_bound)


@require_POST
@practice_page(Action.PROPOSALS)
def running_total(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """What the lines come to as they are typed; nothing is stored."""
    proposal = proposal_of(request, proposal_id)
    formset = _formset(proposal, [], request.POST)
    shown = forms.readable_lines(formset) if formset.is_bound else []
    return render(request, "proposals/_totals.html", {"formset": formset, "is_live": True, **totals(proposal, shown)})


@require_safe
@practice_page(Action.PROPOSALS)
def review(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """Step 4: exactly what the client will see, what is missing, and the way out."""
    proposal = proposal_of(request, proposal_id)
    if not proposal.is_draft:
        return _not_a_draft(request, proposal)
    context = page_context(request, proposal) | totals(proposal, list(operations.offer_of(proposal).lines))
    context |= {"missing": missing(proposal, today(proposal, timezone.now()))}
    return _step(request, proposal, "review", context)


def _formset(proposal: Proposal, lines: list[Any], data: QueryDict | None) -> Any:
    tracking = forms.tracking_choices(proposal.practice, [line.line_tracking_id for line in lines])
    initial = [forms.initial_of(line) for line in lines]
    return forms.LineFormSet(data, initial=initial, prefix=PREFIX, form_kwargs={"tracking": tracking})


def _changed(request: PracticeRequest, proposal: Proposal) -> tuple[QueryDict, str]:
    """The form as it was sent, with the service that is to be added or the line that is to go."""
    data = request.POST.copy()
    removed = data.get("remove", "")
    if removed.isdecimal():
        data[f"{PREFIX}-{removed}-DELETE"] = "on"
    wanted = data.get("service", "").replace("\0", "").strip()
    if not wanted:
        return data, ""
    service = _on_offer(proposal).filter(name__iexact=wanted).first()
    if service is None:
        return data, f"There is no service called “{wanted[:80]}” on the menu. Choose one from the list."
    _append(data, service)
    return data, ""


def _append(data: QueryDict, service: Service) -> None:
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    number = int(total) if total.isdecimal() and len(total) < 9 else 0
    for name, value in forms.initial_of(operations.line_for(service)).items():
        if value not in (None, False):
            data[f"{PREFIX}-{number}-{name}"] = "on" if value is True else str(value)
    data[f"{PREFIX}-TOTAL_FORMS"] = str(number + 1)


def _on_offer(proposal: Proposal) -> Any:
    return Service.objects.for_practice(proposal.practice).on_offer()


def _offered(proposal: Proposal) -> list[dict[str, Any]]:
    labels = dict(BillingMethod.choices)
    services = _on_offer(proposal).order_by("category", "position", "name")
    return [{"name": found.name, "price": found.price, "billed": labels[found.billing_method]} for found in services]


def _onwards(request: PracticeRequest, proposal: Proposal, step: str) -> HttpResponse:
    if "next" in request.POST:
        return redirect(url_of(NAMES[NAMES.index(step) + 1], proposal))
    messages.success(request, "Saved")
    return redirect(url_of(step, proposal))


def _year_end(proposal: Proposal) -> str:
    client = proposal.client
    if client.year_end_month is None or client.year_end_day is None:
        return ""
    return f"{client.year_end_day} {date(2000, client.year_end_month, 1):%B}"


def _not_a_draft(request: PracticeRequest, proposal: Proposal) -> HttpResponse:
    messages.warning(request, f"{proposal} is {proposal.get_status_display()} and can no longer be edited.")
    return redirect(url_of("proposal", proposal))


def _step(
    request: PracticeRequest, proposal: Proposal, step: str, context: dict[str, Any], *, bad: bool = False
) -> HttpResponse:
    at = NAMES.index(step)
    steps = [
        {"label": label, "url": url_of(name, proposal), "is_done": number < at, "is_current": number == at}
        for number, (name, label) in enumerate(STEPS)
    ]
    more = {
        "proposal": proposal,
        "steps": steps,
        "next_step": STEPS[at + 1][1] if at < len(STEPS) - 1 else "",
        "year_end": _year_end(proposal),
    }
    return render(request, f"proposals/{step}.html", {**context, **more}, status=422 if bad else 200)
