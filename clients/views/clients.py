"""One client: its record, its forms, its closing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.errors import ClientsRefusal
from clients.forms import ClientForm, CloseForm
from clients.models import Client, ClientTag

EVENTS_PER_PAGE = 50


def record_of(request: PracticeRequest, client_id: int) -> Client:
    """The practice's client with this id, or 404."""
    return get_object_or_404(request.practice.clients.select_related("owner"), pk=client_id)


@practice_page(Action.CLIENTS)
@require_safe
def client_details(request: PracticeRequest, client_id: int) -> HttpResponse:
    client = record_of(request, client_id)
    others = request.practice.clients.filter(group=client.group).exclude(pk=client.pk) if client.group else ()
    context = {
        "client": client,
        "tab": "details",
        "group": list(others[:20]),
        "tags": client.tags.all(),
        "events": client.events.select_related("by")[:5],
    }
    return render(request, "clients/details.html", context)


@practice_page(Action.CLIENTS)
@require_safe
def client_activity(request: PracticeRequest, client_id: int) -> HttpResponse:
    client = record_of(request, client_id)
    page = Paginator(client.events.select_related("by"), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/activity.html", {"client": client, "tab": "activity", "page": page})


@practice_page(Action.CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_client(request: PracticeRequest) -> HttpResponse:
    form = ClientForm(request.POST or None, practice=request.practice)
    if request.method == "POST" and form.is_valid():
        try:
            client = operations.create_client(
                practice=request.practice, values=form.values(), by=request.user, at=timezone.now()
            )
        except ClientsRefusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{client.name} has been added.")
            return redirect("clients:client", practice=request.practice.slug, client_id=client.pk)
    return _form_page(request, form, None)


@practice_page(Action.CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: PracticeRequest, client_id: int) -> HttpResponse:
    client = record_of(request, client_id)
    form = ClientForm(request.POST or None, practice=request.practice, client=client)
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_client(client=client, values=form.values(), by=request.user, at=timezone.now())
        except ClientsRefusal as refusal:
            form.refuse(refusal)
            client.refresh_from_db()
        else:
            messages.success(request, "The changes have been saved.")
            return redirect("clients:client", practice=request.practice.slug, client_id=client.pk)
    return _form_page(request, form, client)


def _form_page(request: PracticeRequest, form: ClientForm, client: Client | None) -> HttpResponse:
    context = {
        "form": form,
        "client": client,
        "tab": "details",
        "groups": request.practice.clients.exclude(group="")
        .order_by("group")
        .values_list("group", flat=True)
        .distinct(),
        "tags": ClientTag.objects.for_practice(request.practice),
    }
    template = "clients/edit.html" if client else "clients/new.html"
    return render(request, template, context, status=422 if form.errors else 200)


@practice_page(Action.CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def client_closing(request: PracticeRequest, client_id: int) -> HttpResponse:
    """A dialog over the record; without scripts it is a page."""
    client = record_of(request, client_id)
    at = timezone.now()
    form = CloseForm(request.POST or None, current=request.practice.month_at(at))
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_client(
                client=client,
                last_month=form.cleaned_data["last_month"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=at,
            )
        except ClientsRefusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{client.name} is closed after {client.last_billable_month:%B %Y}.")
        return redirect("clients:client", practice=request.practice.slug, client_id=client.pk)
    context = {"form": form, "client": client, "tab": "details"}
    template = "clients/_close_dialog.html" if request.headers.get("HX-Request") else "clients/close.html"
    return render(request, template, context, status=422 if form.errors else 200)


@practice_page(Action.CLIENTS)
@require_POST
def client_reactivation(request: PracticeRequest, client_id: int) -> HttpResponse:
    client = record_of(request, client_id)
    try:
        operations.reactivate_client(client=client, by=request.user, at=timezone.now())
    except ClientsRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{client.name} is open again.")
    return redirect("clients:client", practice=request.practice.slug, client_id=client.pk)
