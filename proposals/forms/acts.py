"""What is asked before something is done."""

from datetime import date
from typing import Any

from django import forms

from proposals.forms.terms import MonthField


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="Reason", max_length=1000, widget=forms.Textarea({"rows": 3}))


class StartForm(forms.Form):
    """From which month a signed proposal bills."""

    month = MonthField(label="First month that is billed")
    recompute_alignment = forms.BooleanField(label="Work the alignment fee out again for this start", required=False)

    def __init__(self, *args: Any, this_month: date, planned: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month: MonthField = self.fields["month"]  # type: ignore[assignment]  # declared above
        month.offer(this_month, planned, back=6, ahead=18)


class EndForm(forms.Form):
    """The last month that is billed."""

    last_month = MonthField(label="Last month that is billed")

    def __init__(self, *args: Any, this_month: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month: MonthField = self.fields["last_month"]  # type: ignore[assignment]  # declared above
        month.offer(this_month, None, back=3, ahead=18)


class SignForm(forms.Form):
    """The signature: a typed name and two consents, unticked."""

    signer_name = forms.CharField(
        label="Type your full name",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name", "class": "sk-sign-name"}),
        error_messages={"required": "Type your full name: it is your signature."},
    )
    has_read = forms.BooleanField(
        label="I have read the proposal and the letter",
        error_messages={"required": "Tick this once you have read it: without it you cannot sign."},
    )
    has_consented = forms.BooleanField(
        label="I agree to sign electronically",
        error_messages={"required": "Tick this to sign electronically, or ask us for a paper copy."},
    )


class DeclineForm(forms.Form):
    """The client says no."""

    reason = forms.CharField(
        label="Tell us why",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Tell us why in a few words, so that we can answer."},
    )
