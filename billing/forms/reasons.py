"""One sentence why."""

from django import forms


class ReasonForm(forms.Form):
    """Why an invoice is closed here without being sent."""

    reason = forms.CharField(
        label="What was done instead",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="For example: raised in Xero as INV-0042 on 3 October.",
        error_messages={"required": "Say in a few words what was done, so that a colleague can follow it."},
    )


class ReopenForm(forms.Form):
    """Why an approved plan becomes a draft again."""

    reason = forms.CharField(
        label="Why it is reopened",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept in the history of the plan.",
    )
