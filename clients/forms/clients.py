"""The client's own forms."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms

from clients.errors import BadValues, ClientsRefusal, CompanyNumberTaken
from clients.models import Client, Membership, Practice
from clients.records import ClientValues

MONTHS = [(number, f"{date(2000, number, 1):%B}") for number in range(1, 13)]


class ClientForm(forms.Form):
    """Everything about a client that a person may type."""

    name = forms.CharField(max_length=255)
    type = forms.ChoiceField(choices=Client.Type.choices, initial=Client.Type.LIMITED_COMPANY)
    trading_name = forms.CharField(max_length=255, required=False)
    company_number = forms.CharField(
        max_length=20, required=False, help_text="As at Companies House; leading zeros are put back."
    )
    vat_number = forms.CharField(max_length=30, required=False, label="VAT number")
    year_end_day = forms.TypedChoiceField(
        choices=[("", "Day"), *[(day, str(day)) for day in range(1, 32)]],
        coerce=int,
        empty_value=None,
        required=False,
        label="Year end, day",
        widget=forms.Select(attrs={"class": "w-auto"}),
    )
    year_end_month = forms.TypedChoiceField(
        choices=[("", "Month"), *MONTHS],
        coerce=int,
        empty_value=None,
        required=False,
        label="Year end, month",
        widget=forms.Select(attrs={"class": "w-auto"}),
    )
    contact_name = forms.CharField(max_length=200, required=False)
    email = forms.EmailField(max_length=254, required=False, label="E-mail address")
    phone = forms.CharField(max_length=40, required=False)
    address = forms.CharField(
        max_length=1000, required=False, label="Postal address", widget=forms.Textarea(attrs={"rows": 4})
    )
    owner = forms.ModelChoiceField(queryset=Membership.objects.none(), required=False, empty_label="Nobody yet")
    group = forms.CharField(
        max_length=200,
        required=False,
        help_text="Related clients share the name of their group.",
        widget=forms.TextInput(attrs={"list": "groups"}),
    )
    tags = forms.CharField(
        max_length=600, required=False, help_text="Separated by commas.", widget=forms.TextInput(attrs={"list": "tags"})
    )
    notes = forms.CharField(max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, practice: Practice, client: Client | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(client) if client else None)
        super().__init__(*args, **kwargs)
        owners: Any = self.fields["owner"]
        owners.queryset = practice.memberships.current()

    def clean_tags(self) -> tuple[str, ...]:
        names = tuple(name.strip() for name in self.cleaned_data["tags"].split(",") if name.strip())
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError("A tag has at most 60 characters.")
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("year_end_month") is None) != (cleaned.get("year_end_day") is None):
            self.add_error("year_end_month", "A year end needs both a day and a month, or neither.")
        return cleaned

    def values(self) -> ClientValues:
        """What was typed, after is_valid()."""
        return ClientValues(**self.cleaned_data)

    def refuse(self, refusal: ClientsRefusal) -> None:
        """Shows why the operation refused, beside the field where there is one."""
        if isinstance(refusal, BadValues):
            for field, words in refusal.problems.items():
                self.add_error(field if field in self.fields else None, words)
        else:
            self.add_error("company_number" if isinstance(refusal, CompanyNumberTaken) else None, str(refusal))


def _initial(client: Client) -> dict[str, Any]:
    plain = {field: getattr(client, field) for field in ClientForm.base_fields if field not in ("owner", "tags")}
    return {**plain, "owner": client.owner_id, "tags": ", ".join(tag.name for tag in client.tags.all())}


def _month_choices(current: date) -> list[tuple[str, str]]:
    """A year back, two years on: the month just ended is what most people mean."""
    months = [current + relativedelta(months=step) for step in range(-12, 25)]
    return [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months]


class CloseForm(forms.Form):
    """The last month that is billed, and why."""

    last_month = forms.ChoiceField(
        label="Last billable month", help_text="Billed for the last time in the plan of this month."
    )
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For your colleagues; the client does not see it.",
    )

    def __init__(self, *args: Any, current: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month: Any = self.fields["last_month"]
        month.choices = _month_choices(current)
        month.initial = f"{current:%Y-%m}"

    def clean_last_month(self) -> date:
        year, month = self.cleaned_data["last_month"].split("-")
        return date(int(year), int(month), 1)
