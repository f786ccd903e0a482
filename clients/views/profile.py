"""A person's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.forms import ProfileForm


@practice_page(Action.HOME)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PracticeRequest) -> HttpResponse:
    initial = {"name": request.user.name, "has_shortcuts": request.user.has_shortcuts}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.change_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Your profile has been saved.")
        return redirect("clients:profile", practice=request.practice.slug)
    context = {"form": form, "section": "profile"}
    return render(request, "clients/profile.html", context, status=422 if form.errors else 200)
