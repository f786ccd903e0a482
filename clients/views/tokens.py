"""Programs' keys to the practice."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.errors import RoleTooHigh
from clients.forms import TokenForm


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings_tokens(request: PracticeRequest) -> HttpResponse:
    """The secret is in the answer to the POST that made it, and nowhere else."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = operations.issue_token(
                practice=request.practice, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except RoleTooHigh as refusal:
            form.add_error("role", str(refusal))
        else:
            form = TokenForm()
    at = timezone.now()
    tokens = request.practice.apitokens.select_related("created_by")
    context = {
        "section": "api",
        "form": form,
        "secret": secret,
        "tokens": [
            (token, "" if token.revoked_at else "expired" if token.expires_at <= at else "open") for token in tokens
        ],
    }
    return render(request, "clients/settings_tokens.html", context, status=422 if form.errors else 200)


@practice_page(Action.SETTINGS)
@require_POST
def token_revocation(request: PracticeRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(request.practice.apitokens, pk=token_id)
    operations.revoke_token(token=token, by=request.user, at=timezone.now())
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("clients:settings_tokens", practice=request.practice.slug)
