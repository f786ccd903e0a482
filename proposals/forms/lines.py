"""The lines of a proposal, all in one form."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from billing import calendar
from billing.models import BillingMethod, TrackingOption
from clients.models import Practice
from proposals.records import PENCE, LineTerms

WEEKDAYS = list(enumerate(calendar.WEEKDAYS))
MOST_LINES = 100


class LineForm(forms.Form):
    """One service of step 2."""

    service = forms.IntegerField(widget=forms.HiddenInput, required=False)
    continues = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="Name", max_length=200)
    description = forms.CharField(
        label="What the client reads", max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )
    price = forms.DecimalField(label="Price", min_value=Decimal("0"), max_digits=12, decimal_places=2)
    quantity = forms.DecimalField(
        label="Quantity", min_value=Decimal("0.01"), max_digits=9, decimal_places=2, initial=1
    )
    billing_method = forms.ChoiceField(label="Billed", choices=BillingMethod.choices)
    weekday = forms.TypedChoiceField(
        label="On each", choices=WEEKDAYS, coerce=int, empty_value="0", required=False, initial=0
    )
    line_tracking = forms.TypedChoiceField(label="Tracking category 1", coerce=int, empty_value=None, required=False)
    has_alignment = forms.BooleanField(label="Alignment fee for this service", required=False)

    def __init__(self, *args: Any, tracking: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line_tracking"].choices = [("", "None"), *tracking]  # type: ignore[attr-defined]  # a choice field
        for name in ("price", "quantity"):
            self.fields[name].widget = forms.TextInput({"inputmode": "decimal", "class": "sk-right"})

    @property
    def amount(self) -> Decimal:
        """Price × quantity as far as they can be read; nothing else."""
        data = getattr(self, "cleaned_data", None) or self.initial
        price, quantity = data.get("price"), data.get("quantity")
        return (
            Decimal("0.00") if price is None or quantity is None else (price * quantity).quantize(PENCE, ROUND_HALF_UP)
        )

    @property
    def is_going(self) -> bool:
        """Marked to be removed, and kept only until the other lines can be saved."""
        return self.is_bound and bool(self["DELETE"].value())

    @property
    def has_tracking(self) -> bool:
        return len(self.fields["line_tracking"].choices) > 1  # type: ignore[attr-defined]  # a choice field

    @property
    def method_label(self) -> str:
        return str(dict(BillingMethod.choices).get(self["billing_method"].value(), ""))

    def terms(self) -> LineTerms:
        data = self.cleaned_data
        return LineTerms(
            name=data["name"],
            price=data["price"],
            billing_method=data["billing_method"],
            quantity=data["quantity"],
            description=data["description"],
            weekday=int(data["weekday"]),
            service_id=data["service"],
            continues_id=data["continues"],
            line_tracking_id=data["line_tracking"],
            has_alignment=data["has_alignment"],
        )


LineFormSet = formset_factory(
    LineForm, extra=0, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)


def initial_of(line: LineTerms) -> dict[str, Any]:
    """A line as its form shows it."""
    return {
        "service": line.service_id,
        "continues": line.continues_id,
        "name": line.name,
        "description": line.description,
        "price": line.price,
        "quantity": line.quantity.normalize() if line.quantity == line.quantity.to_integral() else line.quantity,
        "billing_method": line.billing_method,
        "weekday": line.weekday,
        "line_tracking": line.line_tracking_id,
        "has_alignment": line.has_alignment,
    }


def kept_lines(formset: "BaseFormSet[LineForm]", *, drop: int | None = None) -> list[LineTerms]:
    """The lines that stay, of a formset that is valid."""
    gone = {id(form) for form in formset.deleted_forms}
    return [form.terms() for number, form in enumerate(formset.forms) if id(form) not in gone and number != drop]


def readable_lines(formset: "BaseFormSet[LineForm]") -> list[LineTerms]:
    """The lines that can be read already, for the running total while somebody types."""
    return [form.terms() for form in formset.forms if form.is_valid() and not form.cleaned_data.get("DELETE")]


def tracking_choices(practice: Practice, present: Iterable[int | None]) -> list[Any]:
    """Tracking options by category: those in use in the ledger, and those that a line has already."""
    kept = {key for key in present if key}
    options = TrackingOption.objects.for_practice(practice).select_related("category")
    groups: dict[str, list[tuple[int, str]]] = {}
    for option in options:
        if (option.is_usable and option.category.is_usable) or option.pk in kept:
            groups.setdefault(option.category.name, []).append((option.pk, str(option)))
    return list(groups.items())
