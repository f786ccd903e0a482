"""Ad-hoc work: billed when it is done, without a proposal line."""

from typing import Any

from django import forms

from billing.models import WorkItem
from clients.models import Client, Practice


class AdHocForm(forms.ModelForm):  # type: ignore[type-arg]  # Django’s own class takes no argument at run time
    """One piece of work for one client."""

    class Meta:
        model = WorkItem
        fields = ("client", "name", "amount")
        labels = {"client": "Client", "name": "What is done", "amount": "Fee, net of VAT"}
        help_texts = {
            "name": "Stands on the invoice, for example: Mortgage reference.",
        }
        widgets = {"amount": forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": "0.01"})}

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # told to the type checker
        field.queryset = Client.objects.for_practice(practice).open()
        field.empty_label = "Choose a client"

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError("The fee must be more than nothing, for example 75.00.")
        return amount
