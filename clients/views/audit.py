"""The audit log: who did what, when and on what; whether it is whole; and all of it to take away."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clients import reports
from clients.access import Action, PracticeRequest, practice_page
from clients.forms import AuditFilterForm
from clients.forms.audit import ANYBODY, NOBODY
from clients.models import AuditEvent
from clients.operations import audit
from clients.records import GENESIS, KINDS, kind_of, sentence_of, told

PER_PAGE = 50
PAGES = {  # where what an entry speaks of can be looked at: by kind of thing, the name of a route and of its argument
    "clients.client": ("clients:client", "client_id"),
    "billing.invoice": ("billing:invoice", "invoice_id"),
    "proposals.proposal": ("proposals:proposal", "proposal_id"),
    "billing.service": ("billing:service", "service_id"),
    "clients.clientimport": ("clients:import", "import_id"),
}


@practice_page(Action.AUDIT)
@require_safe
def audit_log(request: PracticeRequest) -> HttpResponse:
    """Newest first, with the state of the chain above; as many queries for a million entries as for one."""
    filters = AuditFilterForm(request.GET, practice=request.practice)
    page = Paginator(filters.found(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "audit",
        "filters": filters,
        "page": page,
        "rows": [_row(request, event) for event in page.object_list],
        "selects": _selects(request, filters),
        "chain": audit.state(practice=request.practice),
    }
    return render(request, "clients/settings_audit.html", context)


def _row(request: PracticeRequest, event: AuditEvent) -> dict[str, Any]:
    return {
        "event": event,
        "sentence": sentence_of(event.action, event.subject, event.facts),
        "kind": kind_of(event.action),
        "facts": told(event.facts),
        "is_first": event.prev_hash == GENESIS,
        "url": _page_of(request, event),
    }


def _page_of(request: PracticeRequest, event: AuditEvent) -> str:
    """The page of what it speaks of; nothing where there is none."""
    route, argument = PAGES.get(event.subject_type, ("", ""))
    try:
        return reverse(route, kwargs={"practice": request.practice.slug, argument: event.subject_id}) if route else ""
    except NoReverseMatch:
        return ""


def _selects(request: PracticeRequest, filters: AuditFilterForm) -> list[dict[str, Any]]:
    team = request.practice.memberships.exclude(user=None).values_list("user_id", "name")
    people = [(ANYBODY, "People"), (NOBODY, "Socket and clients"), *((str(key), name) for key, name in team)]
    return [
        {"name": name, "label": label, "options": options, "value": filters.given(name)}
        for name, label, options in (("who", "Who", people), ("kind", "What", list(KINDS.items())))
    ]


@practice_page(Action.AUDIT)
@require_POST
def verification(request: PracticeRequest) -> HttpResponse:
    """Reads the whole chain and says what it found."""
    fault = audit.verify(practice=request.practice, at=timezone.now())
    if fault:
        messages.error(request, f"The log is broken. {fault.sentence}")
    else:
        messages.success(request, "Every entry was verified. The log is unbroken.")
    return redirect("clients:settings_audit", practice=request.practice.slug)


@practice_page(Action.OWNERSHIP)
@require_safe
def export_csv(request: PracticeRequest) -> StreamingHttpResponse:
    """The whole log for a spreadsheet."""
    _, entries = audit.exported(practice=request.practice)
    lines = reports.csv_lines(reports.audit_rows(entries))
    return _download(request, lines, "csv", "text/csv; charset=utf-8")


@practice_page(Action.OWNERSHIP)
@require_safe
def export_lines(request: PracticeRequest) -> StreamingHttpResponse:
    """The whole log as JSON Lines, to be verified without us."""
    head, entries = audit.exported(practice=request.practice)
    return _download(request, reports.audit_lines(entries, head), "jsonl", "application/jsonl; charset=utf-8")


def _download(request: PracticeRequest, lines: Iterable[str], ending: str, kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="audit-{request.practice.slug}.{ending}"'
    return response
