from typing import Any

from django import forms
from django.conf import settings


class UploadForm(forms.Form):
    """A file of clients."""

    file = forms.FileField(
        label="File",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text="Contacts as Xero exports them, or our template. CSV, at most 10 MB.",
        error_messages={"empty": "This file is empty. Export the contacts again and choose the new file."},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(
                f"This file has {file.size / 1024 / 1024:.1f} MB and 10 MB fit. Split it, and import the parts in turn."
            )
        return file
