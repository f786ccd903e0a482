"""What several of these pages need."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from clients.access import PracticeRequest
from clients.models import Client


def client_or_404(request: PracticeRequest, client_id: int) -> Client:
    return get_object_or_404(request.practice.clients.select_related("owner"), pk=client_id)


def is_htmx(request: PracticeRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def dialog(request: PracticeRequest, name: str, title: str, back_url: str, context: dict[str, Any]) -> HttpResponse:
    """A dialog over the page one is on; from its own address it is a page."""
    fragment = f"xero_sync/_{name}.html"
    everything = {**context, "title": title, "back_url": back_url, "fragment": fragment}
    return render(request, fragment if is_htmx(request) else "dialog_page.html", everything)


def may_go_to_xero(response: HttpResponse) -> HttpResponse:
    """A form of this page leads on to Xero's consent page, and browsers check where a form's answer leads."""
    asked = urlsplit(settings.XERO_AUTHORIZE_URL)
    response._csp_update = {"form-action": [f"{asked.scheme}://{asked.netloc}"]}  # type: ignore[attr-defined]  # csp reads it
    return response


def done(request: PracticeRequest, text: str, url: str, *, undo: str = "") -> HttpResponse:
    """Say what was done and go on; where htmx asked, the page stays and refreshes what shows contacts."""
    if not is_htmx(request):
        messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
        return redirect(url)
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": text, "undo": undo})
    trigger_client_event(response, "contact-changed", {})
    return trigger_client_event(response, "close-dialog", {})


def refused(request: PracticeRequest, reason: object, url: str) -> HttpResponse:
    """Say on the page why it was not done."""
    messages.error(request, str(reason))
    return redirect(url)


def next_of(request: PracticeRequest, otherwise: str) -> str:
    """Where the form wants to go back to, if that is on this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else otherwise
