"""The bell's page, and the outbox where letters to clients wait in Safe Mode."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.access import Action, PracticeRequest, practice_page
from notifications import operations
from notifications.forms import KindsForm
from notifications.models import Message
from notifications.records import KINDS, without_doors

PER_PAGE = 50
WITHOUT_BODIES = ("text", "html")


def _mine(request: PracticeRequest) -> Any:
    return Message.objects.for_practice(request.practice).for_user(request.user)


@practice_page(Action.HOME)
@require_safe
def notices(request: PracticeRequest) -> HttpResponse:
    found = _mine(request).defer(*WITHOUT_BODIES)
    only_unread = request.GET.get("show") == "unread"
    unread = found.unread().count()
    page = Paginator(found.unread() if only_unread else found, PER_PAGE).get_page(request.GET.get("page"))
    chips = [
        {"label": "All", "count": None, "url": "?", "is_current": not only_unread},
        {"label": "Unread", "count": unread, "url": "?show=unread", "is_current": only_unread},
    ]
    return render(request, "notifications/notices.html", {"page": page, "chips": chips, "unread": unread})


@practice_page(Action.HOME)
@require_POST
def notice(request: PracticeRequest, message_id: int) -> HttpResponse:
    """Opening a notice is what reads it."""
    message = get_object_or_404(_mine(request), pk=message_id)
    operations.mark_read(message=message, at=timezone.now())
    is_ours = message.url.startswith("/") and not message.url.startswith("//")
    return redirect(message.url) if is_ours else redirect("notifications:list", practice=request.practice.slug)


@practice_page(Action.HOME)
@require_POST
def reading(request: PracticeRequest) -> HttpResponse:
    operations.mark_all_read(practice=request.practice, user=request.user, at=timezone.now())
    return redirect("notifications:list", practice=request.practice.slug)


@practice_page(Action.HOME)
@require_http_methods(["GET", "HEAD", "POST"])
def kinds(request: PracticeRequest) -> HttpResponse:
    wanted = [kind for kind in KINDS if kind not in request.user.muted_notices]
    form = KindsForm(request.POST if request.method == "POST" else None, initial={"kinds": wanted})
    if request.method == "POST" and form.is_valid():
        operations.mute(user=request.user, kinds=form.muted())
        messages.success(request, "Your choice has been saved.")
        return redirect("notifications:kinds", practice=request.practice.slug)
    return render(request, "notifications/kinds.html", {"form": form, "section": "notifications"})


@practice_page(Action.PROPOSALS)
@require_safe
def outbox_list(request: PracticeRequest) -> HttpResponse:
    """Letters to clients: those held by Safe Mode first, then what went out."""
    letters = request.practice.messages.filter(audience=Message.Audience.CLIENT).defer(*WITHOUT_BODIES)
    only_held = request.GET.get("show") != "all"
    held = letters.filter(status=Message.Status.HELD)
    page = Paginator(held if only_held else letters, PER_PAGE).get_page(request.GET.get("page"))
    chips = [
        {"label": "Held by Safe Mode", "count": held.count(), "url": "?", "is_current": only_held},
        {"label": "All letters to clients", "count": None, "url": "?show=all", "is_current": not only_held},
    ]
    return render(request, "notifications/outbox.html", {"page": page, "chips": chips, "only_held": only_held})


def _letter(request: PracticeRequest, message_id: int) -> Message:
    letters = request.practice.messages.filter(audience=Message.Audience.CLIENT)
    return get_object_or_404(letters, pk=message_id)


@practice_page(Action.PROPOSALS)
@require_safe
def letter(request: PracticeRequest, message_id: int) -> HttpResponse:
    message = _letter(request, message_id)
    files = message.attachments.defer("content")
    context = {"message": message, "words": without_doors(message.text), "files": files}
    return render(request, "notifications/letter.html", context)


@practice_page(Action.PROPOSALS)
@require_safe
@xframe_options_sameorigin
def letter_page(request: PracticeRequest, message_id: int) -> HttpResponse:
    """The letter as the client will see it, on a page of its own that may run and fetch nothing."""
    response = HttpResponse(without_doors(_letter(request, message_id).html))
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
    response["Content-Security-Policy"] = policy
    return response
