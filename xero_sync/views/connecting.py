"""Connecting to Xero: there, back, which organisation, and away again."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clients.access import Action, PracticeRequest, practice_page
from xero_sync.models import SyncRun
from xero_sync.operations import connections, pulls
from xero_sync.operations.connections.consent import ConsentError


@require_GET
@practice_page(Action.SETTINGS)
def integrations(request: PracticeRequest) -> HttpResponseBase:
    """Where invoices go, and whether the way there is clear."""
    connection = connections.connection_of(request.practice)
    syncs = SyncRun.objects.for_practice(request.practice)
    page = render(request, "xero_sync/integrations.html", {"connection": connection, "sync": syncs.first()})
    return leading_to_xero(page)


def leading_to_xero(page: HttpResponse) -> HttpResponse:
    """A page whose form ends on Xero's consent page: browsers ask the policy about redirects of forms too."""
    there = urlsplit(settings.XERO_AUTHORIZE_URL)
    page._csp_update = {"form-action": [f"{there.scheme}://{there.netloc}"]}  # type: ignore[attr-defined]  # django-csp
    return page


@require_POST
@practice_page(Action.SETTINGS)
def consent(request: PracticeRequest) -> HttpResponseBase:
    """Off to Xero's consent page."""
    try:
        url = connections.begin_consent(
            practice=request.practice, by=request.user, session_key=_session_key(request), at=timezone.now()
        )
    except ConsentError as error:
        messages.error(request, str(error))
        return redirect("xero_sync:integrations", practice=request.practice.slug)
    return redirect(url)


@require_GET
@login_required
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from Xero; the practice is known from the consent, never from the address."""
    user: Any = request.user
    answer = {name: request.GET.get(name, "") for name in ("state", "code", "error")}
    try:
        attempt = connections.finish_consent(by=user, session_key=_session_key(request), at=timezone.now(), **answer)
    except ConsentError as error:
        return render(request, "xero_sync/consent_ended.html", {"sentence": str(error)}, status=400)
    return redirect("xero_sync:organisation", practice=attempt.practice.slug)


@practice_page(Action.SETTINGS)
def organisation(request: PracticeRequest) -> HttpResponseBase:
    """Which of the organisations that the consent reaches is ours. POST chooses."""
    attempt = connections.open_choice(practice=request.practice, by=request.user, at=timezone.now())
    if attempt is None:
        return redirect("xero_sync:integrations", practice=request.practice.slug)
    context: dict[str, Any] = {"attempt": attempt}
    if request.method == "POST":
        try:
            connection = connections.choose_organisation(
                practice=request.practice,
                attempt_id=attempt.pk,
                tenant_id=request.POST.get("tenant_id", ""),
                typed_name=request.POST.get("typed_name", ""),
                by=request.user,
                at=timezone.now(),
            )
        except (ConsentError, connections.OrganisationTaken, connections.OtherOrganisation) as error:
            context |= {"error": error, "is_other": isinstance(error, connections.OtherOrganisation)}
        else:
            messages.success(request, f"Connected to {connection.organisation_name}. Its lists are being read.")
            return redirect("xero_sync:integrations", practice=request.practice.slug)
    return render(request, "xero_sync/organisation.html", context, status=400 if context.get("error") else 200)


@require_POST
@practice_page(Action.SETTINGS)
def disconnection(request: PracticeRequest) -> HttpResponseBase:
    """End the connection; links and copies stay."""
    connection = connections.connection_of(request.practice)
    if connection is not None:
        try:
            connections.disconnect(connection=connection, by=request.user, at=timezone.now())
            messages.success(request, f"Disconnected from {connection.organisation_name}. All links are kept.")
        except connections.CannotDisconnect as error:
            messages.error(request, str(error))
    return redirect("xero_sync:integrations", practice=request.practice.slug)


@require_POST
@practice_page(Action.SETTINGS)
def sync(request: PracticeRequest) -> HttpResponseBase:
    """Read Xero's lists now."""
    connection = connections.connection_of(request.practice)
    if connection is not None:
        pulls.request_sync(connection=connection, by=request.user, at=timezone.now())
    return redirect("xero_sync:integrations", practice=request.practice.slug)


@require_POST
@practice_page(Action.SETTINGS)
def check(request: PracticeRequest) -> HttpResponseBase:
    """Ask Xero now whether the connection works."""
    connection = connections.connection_of(request.practice)
    if connection is not None:
        connections.check_connection(connection=connection, at=timezone.now())
    return redirect("xero_sync:integrations", practice=request.practice.slug)


def _session_key(request: HttpRequest) -> str:
    """The web session's key; one that was not kept yet gets one."""
    if not request.session.session_key:
        request.session.save()
    return request.session.session_key or ""
