"""The general part of a proposal."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from billing import calendar
from proposals.records import Terms


def month_choices(first: date, count: int) -> list[tuple[str, str]]:
    """Months to choose from: 2026-12, December 2026."""
    months = [calendar.add_months(first, k) for k in range(count)]
    return [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months]


class MonthField(forms.TypedChoiceField):
    """A month out of a list, as the date of its 1st."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=lambda text: date.fromisoformat(f"{text}-01"), **kwargs)

    def offer(self, around: date, present: date | None, *, back: int, ahead: int) -> None:
        """Months around today; the present value stays on offer however far off it is."""
        choices = month_choices(calendar.add_months(around, -back), back + ahead + 1)
        if present and f"{present:%Y-%m}" not in dict(choices):
            choices.insert(0, (f"{present:%Y-%m}", f"{present:%B %Y}"))
        self.choices = choices

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value


class GeneralForm(forms.Form):
    """Step 1: to whom, from when."""

    title = forms.CharField(label="Title", max_length=200, help_text="The client sees it at the top of the proposal.")
    signatory_name = forms.CharField(label="Signatory", max_length=200, required=False)
    signatory_email = forms.EmailField(
        label="Signatory's e-mail", required=False, help_text="The signing link is sent here and nowhere else."
    )
    planned_start = MonthField(
        label="Planned start", help_text="The first month that is billed. You confirm it once the proposal is signed."
    )
    has_alignment = forms.BooleanField(label="Charge an alignment fee", required=False)

    def __init__(self, *args: Any, this_month: date, present: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        start: MonthField = self.fields["planned_start"]  # type: ignore[assignment]  # declared above
        start.offer(this_month, present, back=6, ahead=18)

    def terms(self, present: Terms) -> Terms:
        return replace(present, **self.cleaned_data)


class CustomiseForm(forms.Form):
    """Step 3: what the client reads, and until when."""

    introduction = forms.CharField(
        label="Introduction",
        max_length=10_000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="Two or three sentences at the top, in your own words.",
    )
    letter = forms.CharField(
        label="Engagement letter",
        max_length=50_000,
        required=False,
        widget=forms.Textarea({"rows": 18}),
        help_text="A blank line begins a paragraph. A line that begins with a number and a full stop is a heading.",
    )
    expires_on = forms.DateField(
        label="Open until",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="After this day it can no longer be signed. Without a day it stays open until you withdraw it.",
    )

    def terms(self, present: Terms) -> Terms:
        return replace(present, **self.cleaned_data)
