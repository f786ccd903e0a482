"""Imports: upload, dry run, apply, undo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.errors import ClientsRefusal
from clients.forms import UploadForm
from clients.models import ClientImport, ClientImportRow
from clients.translation import TEMPLATE

ROWS_PER_PAGE = 50
Outcome = ClientImportRow.Outcome


@practice_page(Action.CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: PracticeRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        begun = operations.start_import(
            practice=request.practice, file_name=file.name, content=file.read(), by=request.user, at=timezone.now()
        )
        return redirect("clients:import", practice=request.practice.slug, import_id=begun.pk)
    imports = request.practice.clientimports.defer("content").select_related("uploaded_by")[:20]
    context = {"form": form, "imports": imports}
    return render(request, "clients/imports.html", context, status=422 if form.errors else 200)


@practice_page(Action.CLIENTS)
@require_safe
def template(request: PracticeRequest) -> HttpResponse:
    """An empty file to fill in."""
    response = HttpResponse(f"\ufeff{TEMPLATE}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="clients-template.csv"'
    return response


@practice_page(Action.CLIENTS)
@require_safe
def import_page(request: PracticeRequest, import_id: int) -> HttpResponse:
    """How far it is, then the dry run, then what was done: one address for the whole story."""
    found = _import(request, import_id)
    if found.is_working:
        template_name = "clients/_import_progress.html" if request.headers.get("HX-Request") else "clients/import.html"
        return render(request, template_name, {"import": found})
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    counted = found.rows.values_list("outcome").annotate(rows=Count("pk")).order_by()
    counts = dict(counted)
    outcome = request.GET.get("outcome", "")
    rows = found.rows.filter(outcome=outcome) if outcome in Outcome.values else found.rows.all()
    page = Paginator(rows.select_related("client"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    chips = [
        {"label": "All rows", "count": sum(counts.values()), "url": "?", "is_current": outcome not in Outcome.values}
    ]
    chips += [
        {"label": each.label, "count": counts.get(each, 0), "url": f"?outcome={each}", "is_current": outcome == each}
        for each in Outcome
    ]
    writes = counts.get(Outcome.NEW, 0) + counts.get(Outcome.CHANGED, 0)
    context = {"import": found, "counts": counts, "writes": writes, "chips": chips, "page": page}
    return render(request, "clients/import.html", context)


@practice_page(Action.CLIENTS)
@require_POST
def apply(request: PracticeRequest, import_id: int) -> HttpResponse:
    return _moved(request, _import(request, import_id), operations.apply_import)


@practice_page(Action.CLIENTS)
@require_POST
def undo(request: PracticeRequest, import_id: int) -> HttpResponse:
    return _moved(request, _import(request, import_id), operations.undo_import)


def _moved(request: PracticeRequest, found: ClientImport, act: operations.ImportAct) -> HttpResponse:
    try:
        act(client_import=found, by=request.user, at=timezone.now())
    except ClientsRefusal as refusal:
        messages.warning(request, str(refusal))
    return redirect("clients:import", practice=request.practice.slug, import_id=found.pk)


def _import(request: PracticeRequest, import_id: int) -> ClientImport:
    return get_object_or_404(request.practice.clientimports.defer("content"), pk=import_id)
