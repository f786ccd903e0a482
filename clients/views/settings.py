"""What the practice says about itself."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.forms import PracticeForm


@practice_page(Action.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def settings_practice(request: PracticeRequest) -> HttpResponse:
    initial = model_to_dict(request.practice, fields=list(PracticeForm.base_fields))
    form = PracticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_practice(
                practice=request.practice, values=form.cleaned_data, by=request.user, at=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
            request.practice.refresh_from_db()
        else:
            messages.success(request, "The practice's details have been saved.")
            return redirect("clients:settings_practice", practice=request.practice.slug)
    context = {"form": form, "section": "practice"}
    return render(request, "clients/settings_practice.html", context, status=422 if form.errors else 200)
