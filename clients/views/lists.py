"""The list of clients: finding, changing many, exporting."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clients import operations, reports
from clients.access import Action, PracticeRequest, practice_page, row_ids
from clients.errors import ClientsRefusal
from clients.forms import ClientFilterForm, CloseForm
from clients.forms.filters import CLOSED, STATUSES, in_status
from clients.models import Client, ClientTag

PER_PAGE, MOST_PER_PAGE = 50, 200


def filters_of(request: PracticeRequest, query: QueryDict | None = None) -> ClientFilterForm:
    month = request.practice.month_at(timezone.now())
    return ClientFilterForm(request.GET if query is None else query, practice=request.practice, month=month)


@practice_page(Action.CLIENTS)
@require_safe
def client_list(request: PracticeRequest) -> HttpResponse:
    """Eight queries, however many clients there are."""
    filters = filters_of(request)
    found = filters.found().select_related("owner").prefetch_related("tags")
    page = Paginator(found, _per_page(request)).get_page(request.GET.get("page"))
    clients = list(page.object_list)
    context = {
        "filters": filters,
        "page": page,
        "rows": [(client, client.is_closing_soon(filters.month)) for client in clients],
        "chips": _chips(request, filters),
        "selects": _selects(request, filters),
        "has_clients": bool(clients) or request.practice.clients.exists(),
    }
    return render(request, "clients/list.html", context)


def _per_page(request: PracticeRequest) -> int:
    asked = request.GET.get("per", "")
    return (
        min(max(int(asked), 1), MOST_PER_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 9 else PER_PAGE
    )


def _chips(request: PracticeRequest, filters: ClientFilterForm) -> list[dict[str, Any]]:
    """The statuses with how many clients each would show."""
    ask = {f"n_{key}": Count("pk", filter=in_status(key, filters.month), distinct=True) for key in STATUSES}
    counts = filters.found_in_any_status().aggregate(**ask)
    shown = [key for key in STATUSES if counts[f"n_{key}"] or key in ("", CLOSED) or key == filters.status_given]
    return [
        {
            "label": STATUSES[key],
            "count": counts[f"n_{key}"],
            "url": _url_with(request, status=key),
            "is_current": key == filters.status_given,
        }
        for key in shown
    ]


def _url_with(request: PracticeRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in {**changes, "page": ""}.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return "?" + query.urlencode()


def _selects(request: PracticeRequest, filters: ClientFilterForm) -> list[dict[str, Any]]:
    """The filters beside the chips: each a name, a label, what is chosen and what can be."""
    practice = request.practice
    owners = practice.memberships.current().values_list("pk", "name")
    groups = practice.clients.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    tags = ClientTag.objects.for_practice(practice).values_list("name", flat=True)
    selects = [
        ("owner", "Owner", [("none", "Nobody"), *((str(key), name) for key, name in owners)]),
        ("group", "Group", [(name, name) for name in groups]),
        ("tag", "Tag", [(name, name) for name in tags]),
        ("match", "Xero contact", filters.match_choices()),
    ]
    return [
        {"name": name, "label": label, "options": options, "value": filters.given(name)}
        for name, label, options in selects
        if options
    ]


def _chosen(request: PracticeRequest) -> Sequence[Client]:
    """The rows that were ticked; with `all`, everything that the filters in the address find."""
    if request.POST.get("all"):
        return list(filters_of(request).found())
    return list(_ticked(request, request.POST))


def _ticked(request: PracticeRequest, query: QueryDict) -> Any:
    return request.practice.clients.filter(pk__in=row_ids(query.getlist("ids"))[:MOST_PER_PAGE])


@practice_page(Action.CLIENTS)
@require_safe
def bulk_dialog(request: PracticeRequest) -> HttpResponse:
    """What can be done to the ticked clients, in one dialog."""
    filters = filters_of(request)
    context = {
        "chosen": list(_ticked(request, request.GET)),
        "matching": filters.found().aggregate(found=Count("pk", distinct=True))["found"],
        "filters": filters,
        "owners": request.practice.memberships.current(),
        "tags": ClientTag.objects.for_practice(request.practice),
        "close_form": CloseForm(current=filters.month),
        "query": _query_without_ids(request),
    }
    return render(request, "clients/_bulk_dialog.html", context)


def _query_without_ids(request: PracticeRequest) -> str:
    query = request.GET.copy()
    query.pop("ids", None)
    return query.urlencode()


@practice_page(Action.CLIENTS)
@require_POST
def bulk_owner(request: PracticeRequest) -> HttpResponse:
    key = request.POST.get("owner", "")
    owner = request.practice.memberships.current().filter(pk__in=row_ids([key])).first()
    if key and owner is None:
        return _back(request, error="This person is not on the team. Choose an owner from the list.")
    changed = operations.give_owner(
        practice=request.practice, clients=_chosen(request), owner=owner, by=request.user, at=timezone.now()
    )
    return _back(request, f"{_clients(changed)} {'now belong to ' + owner.name if owner else 'now have no owner'}.")


@practice_page(Action.CLIENTS)
@require_POST
def bulk_tag(request: PracticeRequest) -> HttpResponse:
    name = request.POST.get("tag", "")
    try:
        changed = operations.give_tag(
            practice=request.practice, clients=_chosen(request), name=name, by=request.user, at=timezone.now()
        )
    except ClientsRefusal as refusal:
        return _back(request, error=str(refusal))
    return _back(request, f"{_clients(changed)} tagged {name.strip()}.")


@practice_page(Action.CLIENTS)
@require_POST
def bulk_close(request: PracticeRequest) -> HttpResponse:
    at = timezone.now()
    form = CloseForm(request.POST, current=request.practice.month_at(at))
    if not form.is_valid():
        return _back(request, error="A last billable month and a reason are needed. Nothing has been closed.")
    month: date = form.cleaned_data["last_month"]
    closed = operations.close_clients(
        practice=request.practice,
        clients=_chosen(request),
        last_month=month,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=at,
    )
    return _back(request, f"{_clients(closed)} closed after {month:%B %Y}.")


def _clients(count: int) -> str:
    return f"{count:,} {'client' if count == 1 else 'clients'}"


def _back(request: PracticeRequest, done: str = "", *, error: str = "") -> HttpResponse:
    if error:
        messages.error(request, error)
    else:
        messages.success(request, done)
    query = _query_without_ids(request)
    return redirect(
        reverse("clients:list", kwargs={"practice": request.practice.slug}) + (f"?{query}" if query else "")
    )


@practice_page(Action.CLIENTS)
@require_safe
def export_csv(request: PracticeRequest) -> StreamingHttpResponse:
    """What the filters find, in their order."""
    lines = reports.csv_lines(reports.exported(filters_of(request).found()))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="clients-{request.practice.slug}.csv"'
    return response


@practice_page(Action.CLIENTS)
@require_safe
def export_xlsx(request: PracticeRequest) -> FileResponse:
    book = reports.workbook(reports.exported(filters_of(request).found()))
    return FileResponse(book, as_attachment=True, filename=f"clients-{request.practice.slug}.xlsx")
