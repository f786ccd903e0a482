from django import forms

from notifications.records import KINDS


class KindsForm(forms.Form):
    """Which kinds of letters come by e-mail; those left unticked stay notices in the application."""

    kinds = forms.MultipleChoiceField(
        choices=list(KINDS.items()), required=False, widget=forms.CheckboxSelectMultiple, label="Write to me by e-mail"
    )

    def muted(self) -> list[str]:
        return sorted(set(KINDS) - set(self.cleaned_data["kinds"]))
