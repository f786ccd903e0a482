"""The page that an invitation's link opens. Whatever is wrong with a link, the answer is one calm page."""

from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clients import operations
from clients.errors import ClientsRefusal, InvitationNotOpen
from clients.forms import AcceptForm
from clients.models import Invitation, Membership, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = operations.open_invitation(token=token, at=timezone.now())
    except InvitationNotOpen:
        return _calm_page(request)
    user = request.user if isinstance(request.user, User) else None
    form = AcceptForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and (user or form.is_valid()):
        try:
            return _welcome(request, _accept(token, user, form))
        except InvitationNotOpen:
            return _calm_page(request)
        except ValidationError as error:
            form.add_error("password", error.messages)
        except ClientsRefusal:
            return _accept_page(request, found, form, needs_login=user is None)
    return _accept_page(request, found, form)


def _accept(token: str, user: User | None, form: AcceptForm) -> Membership:
    typed = {} if user else form.cleaned_data
    return operations.accept_invitation(token=token, user=user, **typed, at=timezone.now())


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    if not request.user.is_authenticated and membership.user:
        login(request, membership.user, backend=BACKEND)
    return redirect("home", practice=membership.practice.slug)


def _accept_page(
    request: HttpRequest, found: Invitation, form: AcceptForm, *, needs_login: bool = False
) -> HttpResponse:
    """Whether the address has an account is only said after a password was tried: a link alone tells nobody."""
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": found,
        "form": form,
        "is_right_person": bool(user and user.email == found.email),
        "is_wrong_person": bool(user and user.email != found.email),
        "needs_login": needs_login,
    }
    return render(request, "clients/invitation.html", context, status=422 if form.errors and form.is_bound else 200)


def _calm_page(request: HttpRequest) -> HttpResponse:
    return render(request, "clients/invitation_closed.html", status=404)
