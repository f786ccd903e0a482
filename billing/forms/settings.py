"""How the practice bills, and where one client differs."""

import re
from typing import Any

from django import forms

from billing.forms.services import accounts, choose, options
from billing.models import BillingSettings, ClientBilling, InvoiceTemplate
from billing.models.settings import InvoiceDateRule, PostingStatus, TermsRule
from clients.models import Practice

WORDS = {  # shorter than the model's, since a hint stands under each
    "timing": ((BillingSettings.Timing.ARREARS, "In arrears"), (BillingSettings.Timing.ADVANCE, "In advance")),
    "numbering": (
        (BillingSettings.Numbering.OWN, "Our own series"),
        (BillingSettings.Numbering.LEDGER, "Xero’s numbers"),
    ),
}
PLACEHOLDERS = frozenset({"proposal", "period", "po"})
RULES = (("invoice_date_rule", InvoiceDateRule), ("terms_rule", TermsRule), ("posting_status", PostingStatus))
YES_NO = (("", "As the practice"), ("True", "Yes, one line"), ("False", "No, one line for each service"))


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # Django’s own class takes no argument at run time
    """The practice's billing settings."""

    class Meta:
        model = BillingSettings
        fields = (
            "timing",
            "processing",
            "invoice_date_rule",
            "invoice_day",
            "terms_days",
            "terms_rule",
            "numbering",
            "number_prefix",
            "reference_pattern",
            "recurring_account",
            "one_off_account",
            "is_recurring_consolidated",
            "is_one_off_consolidated",
            "is_entity_consolidated",
            "recurring_label",
            "one_off_label",
            "alignment",
            "recurring_status",
            "acceptance_status",
            "completion_status",
            "always_draft_templates",
        )
        labels = {
            "timing": "Billing timing",
            "processing": "Monthly plan",
            "invoice_date_rule": "Invoice date",
            "invoice_day": "Chosen day",
            "terms_days": "Payment terms, number of days",
            "terms_rule": "Counted from",
            "numbering": "Invoice numbers",
            "number_prefix": "Invoice prefix",
            "reference_pattern": "Reference",
            "recurring_account": "Account code for recurring services",
            "one_off_account": "Account code for one-off services",
            "is_recurring_consolidated": "Recurring services",
            "is_one_off_consolidated": "One-off services",
            "is_entity_consolidated": "Multi-entity proposals",
            "recurring_label": "Wording of a consolidated recurring line",
            "one_off_label": "Wording of a consolidated one-off line",
            "alignment": "Alignment fees",
            "recurring_status": "Recurring",
            "acceptance_status": "On acceptance",
            "completion_status": "On completion",
            "always_draft_templates": "Themes whose invoices always stay drafts",
        }
        help_texts = {
            "invoice_day": "1 to 28; only used with “A chosen day”.",
            "reference_pattern": "{proposal}, {period} and {po} are filled in for each invoice.",
            "recurring_account": "Used where a service has no code of its own.",
            "one_off_account": "Used where a one-off service has no code of its own.",
            "always_draft_templates": "For themes with which somebody else collects: the client gets one e-mail.",
        }
        widgets = {
            "timing": forms.RadioSelect,
            "processing": forms.RadioSelect,
            "alignment": forms.RadioSelect,
            "numbering": forms.RadioSelect,
            "always_draft_templates": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance
        for name, choices in WORDS.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field
        choose(self, "recurring_account", accounts(practice.pk, kept.recurring_account_id), "None chosen yet")
        choose(self, "one_off_account", accounts(practice.pk, kept.one_off_account_id), "None chosen yet")
        usable = InvoiceTemplate.objects.for_practice(practice).usable()
        self.fields["always_draft_templates"].queryset = usable  # type: ignore[attr-defined]  # chooses among rows

    def clean_number_prefix(self) -> str:
        prefix: str = self.cleaned_data["number_prefix"]
        if not re.fullmatch(r"[A-Za-z0-9/\-]+", prefix):
            raise forms.ValidationError(
                "A prefix cannot contain a space or a special character, because Xero changes it and we would not find "
                "the invoice again. Use letters, figures, “-” or “/”."
            )
        return prefix

    def clean_reference_pattern(self) -> str:
        pattern: str = self.cleaned_data["reference_pattern"]
        unknown = sorted(set(re.findall(r"{([^}]*)}", pattern)) - PLACEHOLDERS)
        if unknown or pattern.count("{") != pattern.count("}"):
            words = f"{{{unknown[0]}}} is not known here. " if unknown else "A bracket is not closed. "
            raise forms.ValidationError(words + "Use {proposal}, {period} and {po}, and any words around them.")
        return pattern


class ClientBillingForm(forms.ModelForm):  # type: ignore[type-arg]  # Django’s own class takes no argument at run time
    """Where one client differs; an empty answer follows the practice."""

    class Meta:
        model = ClientBilling
        fields = (
            "invoice_date_rule",
            "invoice_day",
            "terms_days",
            "terms_rule",
            "is_recurring_consolidated",
            "is_one_off_consolidated",
            "template",
            "tracking_option",
            "posting_status",
            "purchase_order",
        )
        labels = {
            "invoice_date_rule": "Invoice date",
            "invoice_day": "Chosen day",
            "terms_days": "Payment terms, number of days",
            "terms_rule": "Counted from",
            "is_recurring_consolidated": "Consolidate recurring lines",
            "is_one_off_consolidated": "Consolidate one-off lines",
            "template": "Branding theme",
            "tracking_option": "Tracking category 1",
            "posting_status": "Posting status",
            "purchase_order": "Purchase order",
        }
        help_texts = {
            "invoice_day": "1 to 28; only used with “A chosen day”.",
            "template": "Only set here. Without one, Xero’s default.",
            "tracking_option": "Used where a line of the proposal names none.",
            "purchase_order": "Fills {po} in the reference.",
        }

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance
        for name, rule in RULES:
            self.fields[name].choices = [("", "As the practice"), *rule.choices]  # type: ignore[attr-defined]  # a choice field
        for name in ("is_recurring_consolidated", "is_one_off_consolidated"):
            self.fields[name] = _tristate(str(self.fields[name].label))
        themes = InvoiceTemplate.objects.for_practice(practice)
        usable = themes.usable() | themes.filter(pk=kept.template_id) if kept.template_id else themes.usable()
        choose(self, "template", usable, "Xero’s default")
        choose(self, "tracking_option", options(practice.pk, kept.tracking_option_id), "None")

    def clean(self) -> dict[str, Any]:
        """Days and rule of the payment terms are one answer, as are the rule and the chosen day."""
        values: dict[str, Any] = super().clean() or {}
        if (values.get("terms_days") is None) != (not values.get("terms_rule")):
            self.add_error("terms_rule", "Give the number of days and what they are counted from, or neither.")
        if values.get("invoice_date_rule") == InvoiceDateRule.DAY and not values.get("invoice_day"):
            self.add_error("invoice_day", "Choose the day, 1 to 28.")
        for name in ("invoice_date_rule", "terms_rule", "posting_status"):
            values[name] = values.get(name) or None
        return values


def _tristate(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=YES_NO,
        coerce=lambda value: value == "True",
        empty_value=None,
    )
