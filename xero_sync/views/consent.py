"""To Xero's consent page and back, and the choice of the organisation."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.access import Action, PracticeRequest, practice_page
from clients.models import User
from xero_sync.forms import OrganisationForm
from xero_sync.models import ConsentAttempt
from xero_sync.operations import connections
from xero_sync.reports.integration import last_connection
from xero_sync.views.pieces import done, refused

BEGUN_IN = "xero_practice"  # where the trip began, for the way back when the answer itself does not say


@practice_page(Action.SETTINGS)
@require_POST
def consent(request: PracticeRequest) -> HttpResponse:
    """Connect with Xero, or reconnect: off to Xero's own page."""
    try:
        url = connections.begin_consent(
            practice=request.practice, by=request.user, session_key=_session_key(request), at=timezone.now()
        )
    except connections.NotConfigured as reason:
        return refused(request, reason, _integrations(request.practice.slug))
    request.session[BEGUN_IN] = request.practice.slug
    return redirect(url)


@require_safe
@login_required
def callback(request: HttpRequest) -> HttpResponse:
    """Xero's answer. Always leads on by a redirect, so that the code does not stay in the address."""
    asked = request.GET
    try:
        attempt = connections.finish_consent(
            by=cast(User, request.user),
            session_key=_session_key(request),
            state=asked.get("state", ""),
            code=asked.get("code", ""),
            error=asked.get("error", ""),
            at=timezone.now(),
        )
    except connections.ConsentError as reason:
        messages.error(request, str(reason))
        begun_in = request.session.get(BEGUN_IN)
        return redirect(_integrations(begun_in) if begun_in else "front_door")
    return redirect("xero_sync:organisation", practice=attempt.practice.slug)


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PracticeRequest) -> HttpResponse:
    """Which organisation is the practice's; another one than before is connected only by an owner who types its name.

    The callback never connects by itself: somebody has to see the name first.
    """
    at = timezone.now()
    attempt = connections.open_choice(practice=request.practice, by=request.user, at=at)
    if attempt is None:
        return refused(request, connections.UnknownConsent(), _integrations(request.practice.slug))
    before = last_connection(request.practice)
    form = OrganisationForm(request.POST or None, attempt=attempt, before=before)
    if request.method == "POST" and form.is_valid():
        return _chosen(request, attempt, form)
    return _choice_page(request, form, status=422 if form.errors else 200)


def _chosen(request: PracticeRequest, attempt: ConsentAttempt, form: OrganisationForm) -> HttpResponse:
    try:
        connection = connections.choose_organisation(
            practice=request.practice,
            attempt_id=attempt.pk,
            tenant_id=form.cleaned_data["tenant_id"],
            typed_name=form.cleaned_data["typed_name"],
            by=request.user,
            at=timezone.now(),
        )
    except connections.OtherOrganisation as reason:
        form.add_error("typed_name", str(reason))
        return _choice_page(request, form, status=409)
    except connections.OrganisationTaken as reason:
        form.add_error("tenant_id", str(reason))
        return _choice_page(request, form, status=409)
    return done(request, f"Connected to Xero: {connection}.", _integrations(request.practice.slug))


def _choice_page(request: PracticeRequest, form: OrganisationForm, *, status: int) -> HttpResponse:
    context = {"form": form, "may_change": request.may(Action.OWNERSHIP)}
    return render(request, "xero_sync/organisation.html", context, status=status)


def _integrations(slug: str) -> str:
    return reverse("xero_sync:integrations", kwargs={"practice": slug})


def _session_key(request: HttpRequest) -> str:
    """The web session's key; one that was not kept yet gets one."""
    if not request.session.session_key:
        request.session.save()
    return request.session.session_key or ""
