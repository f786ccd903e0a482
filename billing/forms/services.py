"""Menus, services and their account codes."""

from decimal import Decimal
from typing import Any

from django import forms

from billing.models import BillingMethod, LedgerAccount, PricingMenu, Service, TrackingOption
from clients.models import Practice


class MenuForm(forms.ModelForm):  # type: ignore[type-arg]  # Django’s own class takes no argument at run time
    """A version of what is offered."""

    class Meta:
        model = PricingMenu
        fields = ("name", "starts_on")
        labels = {"name": "Name", "starts_on": "Valid from"}
        help_texts = {
            "name": "For example: Prices from April 2026.",
            "starts_on": "Proposals keep the prices they were made with; this is only for your own order.",
        }
        widgets = {"starts_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}


class CopyMenuForm(MenuForm):
    """A new version of a menu, with every service of the old one."""


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django’s own class takes no argument at run time
    """Something the practice sells. Account and tracking are chosen from what the ledger offers."""

    class Meta:
        model = Service
        fields = (
            "name",
            "description",
            "category",
            "price",
            "billing_method",
            "has_alignment",
            "ledger_account",
            "tracking_option",
        )
        labels = {
            "name": "Name",
            "description": "Description for the client",
            "category": "Category",
            "price": "Price, net of VAT",
            "billing_method": "Billing method",
            "has_alignment": "Alignment fee",
            "ledger_account": "Account code",
            "tracking_option": "Tracking category 2",
        }
        help_texts = {
            "name": "On proposals and on invoices.",
            "description": "What is included, in the words of the proposal.",
            "category": "Services of one category stand together, for example: Compliance.",
            "price": "For one. A proposal may change it, and says how many.",
            "has_alignment": "Only for monthly services: a start in mid-year charges the months since the year began.",
            "ledger_account": "Without one, invoices use the practice’s default.",
            "tracking_option": "Goes to Xero with every line of this service, beside the proposal’s own category.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "price": forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": "0"}),
            "category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, menu: PricingMenu, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.menu = menu
        practice, kept = menu.practice_id, self.instance
        choose(self, "ledger_account", accounts(practice, kept.ledger_account_id), "The practice’s default")
        choose(self, "tracking_option", options(practice, kept.tracking_option_id), "None")
        self.fields["billing_method"].choices = BillingMethod.choices  # type: ignore[attr-defined]  # no blank answer

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        same = self.menu.services.filter(archived_at=None, name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(f"“{name}” is in this menu already. Give this one a name of its own.")
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("has_alignment") and values.get("billing_method") not in (None, BillingMethod.MONTHLY):
            self.add_error(
                "has_alignment",
                "Only a monthly service can have an alignment fee. Switch it off, or bill this service monthly.",
            )
        return values

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        if price < 0:
            raise forms.ValidationError("A price cannot be less than nothing. Give 0.00 for a service without charge.")
        return price


class AccountForm(forms.Form):
    """The account code of each service of a menu: one field a service, named by its id."""

    def __init__(self, *args: Any, practice: Practice, services: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = list(accounts(practice.pk, None))
        self.known = {str(each.pk): each for each in [*usable, *(one.ledger_account for one in services)] if each}
        offered = [("", "The practice’s default"), *((str(each.pk), str(each)) for each in usable)]
        known = {key for key, _ in offered}
        for service in services:
            kept = service.ledger_account
            gone = [(str(kept.pk), f"{kept} (archived)")] if kept and str(kept.pk) not in known else []
            self.fields[f"service_{service.pk}"] = forms.ChoiceField(
                label=service.name,
                required=False,
                choices=[*offered, *gone],
                initial=str(service.ledger_account_id or ""),
            )

    def changes(self) -> dict[int, LedgerAccount | None]:
        """Service → account, for those that were changed."""
        return {
            int(name.removeprefix("service_")): self.known.get(self.cleaned_data[name]) for name in self.changed_data
        }


def accounts(practice: int, kept: int | None) -> Any:
    """Sales accounts that may be chosen, and the one that is chosen already even if it is gone."""
    every = LedgerAccount.objects.for_practice(practice)
    usable = every.usable().filter(is_sales=True)
    return (usable | every.filter(pk=kept)) if kept else usable


def options(practice: int, kept: int | None) -> Any:
    """Tracking options that may be chosen, with their categories, and the one that is chosen already."""
    every = TrackingOption.objects.for_practice(practice).select_related("category")
    usable = every.usable().filter(category__is_archived=False, category__is_missing=False)
    return (usable | every.filter(pk=kept)) if kept else usable


def choose(form: forms.BaseForm, name: str, among: Any, nothing: str) -> None:
    """Give a field of the form its choices, with words for none of them."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # told to the type checker
    field.queryset = among
    field.empty_label = nothing
