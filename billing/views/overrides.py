"""How one client is invoiced, value by value, each with the level it comes from."""

from collections.abc import Callable
from dataclasses import dataclass

from billing.drafting import terms_sentence
from billing.models import InvoiceDateRule, InvoiceTemplate, PostingStatus, TrackingOption
from billing.operations import settings
from billing.records import EffectiveTerms
from clients.models import Client, Practice

CLIENT = "client"
ONLY_HERE = "only set here"


@dataclass(frozen=True, slots=True)
class Group:
    """One answer a person gives, perhaps in two fields."""

    label: str
    fields: tuple[str, ...]
    level: str
    is_only_here: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """One row of the table."""

    key: str
    label: str
    value: str
    is_own: bool
    is_only_here: bool


GROUPS = {
    "date": Group("Invoice date", ("invoice_date_rule", "invoice_day"), "invoice_date_rule"),
    "terms": Group("Payment terms", ("terms_days", "terms_rule"), "terms_rule"),
    "recurring": Group("Consolidate recurring lines", ("is_recurring_consolidated",), "is_recurring_consolidated"),
    "one_off": Group("Consolidate one-off lines", ("is_one_off_consolidated",), "is_one_off_consolidated"),
    "theme": Group("Branding theme", ("template",), "template", True),
    "tracking": Group("Tracking category 1", ("tracking_option",), "tracking_option", True),
    "status": Group("Posting status", ("posting_status",), "recurring_status"),
    "order": Group("Purchase order", ("purchase_order",), "purchase_order", True),
}


def overrides(practice: Practice, client: Client) -> list[Override]:
    """Every value as it applies to this client now."""
    terms = settings.terms_of(practice, [client.pk])[client.pk]
    words: dict[str, Callable[[EffectiveTerms], str]] = {
        "date": _date,
        "terms": lambda each: terms_sentence(each.terms_rule, each.terms_days),
        "recurring": lambda each: _consolidated(each.is_recurring_consolidated),
        "one_off": lambda each: _consolidated(each.is_one_off_consolidated),
        "theme": lambda each: _theme(practice, each),
        "tracking": lambda each: _tracking(practice, each),
        "status": lambda each: PostingStatus(each.recurring_status).label,
        "order": lambda each: each.purchase_order or "None",
    }
    return [
        Override(key, group.label, words[key](terms), _is_own(key, terms), group.is_only_here)
        for key, group in GROUPS.items()
    ]


def _is_own(key: str, terms: EffectiveTerms) -> bool:
    if key == "order":
        return bool(terms.purchase_order)
    if key == "theme":
        return terms.template_id is not None
    if key == "tracking":
        return terms.client_tracking is not None
    return terms.levels.get(GROUPS[key].level) == CLIENT


def _date(terms: EffectiveTerms) -> str:
    if terms.invoice_date_rule == InvoiceDateRule.DAY:
        return f"Day {terms.invoice_day} of the month it is posted"
    return str(InvoiceDateRule(terms.invoice_date_rule).label)


def _consolidated(is_consolidated: bool) -> str:
    return "Yes, one line" if is_consolidated else "No, one line for each service"


def _theme(practice: Practice, terms: EffectiveTerms) -> str:
    theme = InvoiceTemplate.objects.for_practice(practice).filter(pk=terms.template_id).first()
    return theme.name if theme else "Xero’s default"


def _tracking(practice: Practice, terms: EffectiveTerms) -> str:
    if terms.client_tracking is None:
        return "None"
    option = TrackingOption.objects.for_practice(practice).select_related("category")
    found = option.filter(pk=terms.client_tracking.option_id).first()
    return str(found) if found else "None"
