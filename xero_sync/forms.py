"""What people type about Xero: which organisation, which account codes, which contact."""

from typing import Any

from django import forms

from billing.models import BillingSettings, LedgerAccount
from clients.models import Practice
from xero_sync.models import Connection, ConsentAttempt, Contact

LEAVE_IT = "new"


class OrganisationForm(forms.Form):
    """Which organisation of a consent is the practice's; the name is typed only where it is another than before."""

    tenant_id = forms.ChoiceField(label="Organisation", widget=forms.RadioSelect)
    typed_name = forms.CharField(label="Name of the organisation", required=False, max_length=255)

    def __init__(self, *args: Any, attempt: ConsentAttempt, before: Connection | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(each["tenant_id"], each["name"]) for each in attempt.organisations]
        same = before.tenant_id if before else ""
        field: Any = self.fields["tenant_id"]
        field.choices = offered
        field.initial = next((key for key, _ in offered if key == same), offered[0][0])
        self.hints = {key: _hint(key, before) for key, _ in offered}
        self.is_other = before is not None and field.initial != same


def _hint(tenant_id: str, before: Connection | None) -> str:
    if before is None:
        return ""
    if tenant_id == before.tenant_id:
        return "The same organisation as before. Every link and account code stays."
    return f"Another organisation than {before.organisation_name}. Every client has to be linked again."


class AccountsForm(forms.Form):
    """The account codes used where a service has none of its own."""

    recurring_account = forms.TypedChoiceField(label="Recurring sales")
    one_off_account = forms.TypedChoiceField(label="One-off sales")

    def __init__(self, *args: Any, practice: Practice, settings: BillingSettings | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(settings, f"{name}_id", None) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        found = list(LedgerAccount.objects.for_practice(practice).usable().filter(is_sales=True))
        accounts = {str(account.pk): account for account in found}
        for name in self.fields:
            field: Any = self.fields[name]
            field.choices = [("", "Choose an account"), *((key, str(account)) for key, account in accounts.items())]
            field.coerce = accounts.__getitem__
            field.help_text = _tax(found, kwargs["initial"][name])


def _tax(accounts: list[LedgerAccount], chosen: int | None) -> str:
    """Which VAT the chosen account brings; Socket never sends any."""
    account = next((each for each in accounts if each.pk == chosen), None)
    if account is None and chosen:
        return "The account that was chosen is archived or gone in Xero. Choose another."
    if account is None:
        return "VAT is set by Xero, by the account’s rate."
    return f"{account.tax_name or 'VAT'}, by this account’s rate."


class ContactForm(forms.Form):
    """The contact chosen for a client, or none: then one is created when an invoice posts."""

    contact = forms.CharField(
        max_length=20, error_messages={"required": "Choose a contact, or let a new one be created."}
    )

    def __init__(self, *args: Any, practice: Practice, tenant_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._contacts = Contact.objects.for_practice(practice).of(tenant_id)

    def clean_contact(self) -> Contact | None:
        text: str = self.cleaned_data["contact"]
        if text == LEAVE_IT:
            return None
        found = self._contacts.filter(pk=int(text)).first() if text.isdecimal() else None
        if found is None:
            raise forms.ValidationError("There is no such contact. Search for it again.")
        if not found.is_usable:
            raise forms.ValidationError(f"{found} cannot be invoiced. Unarchive it in Xero first, or choose another.")
        return found


class SelectionForm(forms.Form):
    """The clients ticked in the queue."""

    client = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Tick at least one client.", "invalid_choice": "Tick them again."}
    )

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["client"]
        field.choices = [(pk, pk) for pk in practice.clients.open().values_list("pk", flat=True)]
