"""The Integrations page: what stands, the default account codes, syncs, and the end of a connection."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.operations import settings as billing
from clients.access import Action, PracticeRequest, practice_page
from clients.models import Practice
from xero_sync.forms import AccountsForm
from xero_sync.models import Connection, SyncRun
from xero_sync.operations import asking, budgets, connections
from xero_sync.reports import integration, pauses
from xero_sync.reports.runs import in_words
from xero_sync.views.pieces import dialog, done, may_go_to_xero, refused


@practice_page(Action.SETTINGS)
@require_safe
def integrations(request: PracticeRequest) -> HttpResponse:
    form = AccountsForm(practice=request.practice, settings=billing.settings_of(request.practice))
    return _page(request, form)


@practice_page(Action.SETTINGS)
@require_POST
def account_codes(request: PracticeRequest) -> HttpResponse:
    """Which accounts are used where a service has none of its own."""
    form = AccountsForm(request.POST, practice=request.practice)
    if not form.is_valid():
        return _page(request, form, status=422)
    billing.change_settings(practice=request.practice, values=form.cleaned_data, by=request.user, at=timezone.now())
    return done(request, "The default account codes have been saved.", _url(request))


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def disconnection(request: PracticeRequest) -> HttpResponse:
    """Says what disconnecting does; a POST does it."""
    connection = _current(request)
    if request.method != "POST":
        context = {"connection": connection, "waiting": integration.waiting(request.practice)}
        return dialog(request, "disconnection", f"Disconnect {connection}?", _url(request), context)
    try:
        connections.disconnect(connection=connection, by=request.user, at=timezone.now())
    except connections.CannotDisconnect as reason:
        return refused(request, reason, _url(request))
    return done(request, f"{connection} is disconnected. Your links are kept for a return.", _url(request))


@practice_page(Action.SETTINGS)
@require_POST
def check(request: PracticeRequest) -> HttpResponse:
    """Ask Xero with a real call whether it lets us in."""
    connection, at = _current(request), timezone.now()
    status = connections.check_connection(connection=connection, at=at)
    if status != Connection.Status.CONNECTED:
        return refused(request, connection.problem or "Xero does not let Socket in. Reconnect to Xero.", _url(request))
    if connection.checked_at != at:
        return refused(request, "Xero gave no answer just now. Socket tries again by itself.", _url(request))
    return done(request, f"Xero answers for {connection}.", _url(request))


@practice_page(Action.SETTINGS)
@require_POST
def syncs(request: PracticeRequest) -> HttpResponse:
    """Sync now: read Xero's lists."""
    asking.request_sync(connection=_current(request), by=request.user, at=timezone.now())
    return redirect(_url(request))


@practice_page(Action.SETTINGS)
@require_safe
def sync(request: PracticeRequest, run_id: int) -> HttpResponse:
    """How far a sync is, for as long as it runs; then the page is drawn anew, because everything on it changed."""
    run = get_object_or_404(SyncRun.objects.for_practice(request.practice).select_related("connection"), pk=run_id)
    response = render(request, "xero_sync/_sync_progress.html", {"run": in_words(run)})
    if run.is_ended:
        response["HX-Refresh"] = "true"
    return response


def _page(request: PracticeRequest, form: AccountsForm, *, status: int = 200) -> HttpResponse:
    connection = integration.last_connection(request.practice)
    context: dict[str, Any] = {"connection": connection, "form": form}
    if connection is not None:
        context |= _facts(request.practice, connection, at=timezone.now())
    return may_go_to_xero(render(request, "xero_sync/integrations.html", context, status=status))


def _facts(practice: Practice, connection: Connection, *, at: datetime) -> dict[str, Any]:
    runs, lane = integration.runs_of(connection), pauses.lane_of(practice)
    return {
        "runs": [in_words(run) for run in runs if run.is_ended],
        "open_run": next((in_words(run) for run in runs if run.is_open), None),
        "exchanges": integration.exchanges(connection),
        "health": integration.health(connection, runs, at=at),
        "calls_left": integration.calls_left(lane, at=at),
        "calls_kept": budgets.day_reserve(lane) if lane else 0,
        "waiting": integration.waiting(practice),
        "at": at,
    }


def _current(request: PracticeRequest) -> Connection:
    return get_object_or_404(
        Connection.objects.for_practice(request.practice).current().select_related("practice", "grant")
    )


def _url(request: PracticeRequest) -> str:
    return reverse("xero_sync:integrations", kwargs={"practice": request.practice.slug})
