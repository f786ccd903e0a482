"""How the practice bills, where one client differs, and which tracking option stands for a person."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import BillingSettings, ClientBilling, OwnerTracking, TrackingOption
from billing.operations.repairing import requeue_mapped
from billing.operations.terms import effective as effective
from billing.operations.terms import settings_of as settings_of
from billing.operations.terms import terms_of as terms_of
from clients.models import Client, Membership, Practice, User
from clients.operations import audit
from clients.records import changes

KEPT = frozenset({"id", "practice", "client", "currency", "updated_at"})
DEFAULT_ACCOUNTS = frozenset({"recurring_account", "one_off_account"})
TEMPLATES = "always_draft_templates"


@transaction.atomic
def change_settings(*, practice: Practice, values: Mapping[str, Any], by: User, at: datetime) -> BillingSettings:
    """Change the practice's billing settings; what is not named stays. Raises ValidationError on what does not fit.

    Invoices that were refused for want of an account are queued again once a default is chosen.
    """
    settings = settings_of(practice)
    before = _standing(settings, values)
    _assign(settings, {name: value for name, value in values.items() if name != TEMPLATES})
    settings.full_clean()
    settings.save()
    if TEMPLATES in values:
        settings.always_draft_templates.set(values[TEMPLATES])
    _tell(practice.pk, "settings.billing", changes(before, _standing(settings, values)), None, by=by, at=at)
    if values.keys() & DEFAULT_ACCOUNTS:
        requeue_mapped(practice=practice, at=at)
    return settings


@transaction.atomic
def change_currency(*, practice: Practice, currency: str, at: datetime) -> bool:
    """The ledger says in which currency it keeps the practice's books: what is raised from now on is in it.

    False when that was known.
    """
    settings = settings_of(practice)
    rows = BillingSettings.objects.for_practice(practice).filter(pk=settings.pk)
    changed = rows.exclude(currency=currency).update(currency=currency, updated_at=at)
    if changed:
        _tell(practice.pk, "settings.currency", {"currency": [settings.currency, currency]}, None, by=None, at=at)
    return bool(changed)


@transaction.atomic
def change_client_billing(*, client: Client, values: Mapping[str, Any], by: User, at: datetime) -> ClientBilling:
    """Change where a client differs from the practice; None takes a value back. Applies to all future invoices."""
    rows = ClientBilling.objects.for_practice(client.practice_id)
    billing, _ = rows.get_or_create(client=client, practice_id=client.practice_id)
    before = _standing(billing, values)
    _assign(billing, values)
    billing.clean_fields()
    billing.save()
    made = changes(before, _standing(billing, values))
    _tell(client.practice_id, "settings.client_billing", made, client, by=by, at=at)
    return billing


@transaction.atomic
def change_owner_tracking(*, membership: Membership, option: TrackingOption | None, by: User, at: datetime) -> None:
    """Which tracking option stands for this person where a service has none of its own; None for no option."""
    rows = OwnerTracking.objects.for_practice(membership.practice_id)
    known = rows.filter(membership=membership).select_related("option__category").first()
    if option is None:
        rows.filter(membership=membership).delete()
    else:
        rows.update_or_create(membership=membership, practice_id=membership.practice_id, defaults={"option": option})
    made = changes({"option": known.option if known else None}, {"option": option})
    _tell(membership.practice_id, "settings.people_tracking", made, membership, by=by, at=at)


@transaction.atomic
def change_people_tracking(*, changes: Mapping[Membership, TrackingOption | None], by: User, at: datetime) -> None:
    """The same for several people of one practice at once."""
    for membership, option in changes.items():
        change_owner_tracking(membership=membership, option=option, by=by, at=at)


def _standing(row: BillingSettings | ClientBilling, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields as they are now."""
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    if TEMPLATES in values:
        values[TEMPLATES] = sorted(str(template) for template in values[TEMPLATES].all())
    return values


def _tell(
    practice_id: int,
    action: str,
    made: Mapping[str, Any],
    subject: Client | Membership | None,
    *,
    by: User | None,
    at: datetime,
) -> None:
    if made:
        audit.record(practice=practice_id, action=action, by=by, at=at, subject=subject, facts={"changes": made})


def _assign(row: BillingSettings | ClientBilling, values: Mapping[str, Any]) -> None:
    """Set the fields of these names, and only fields that people may set."""
    names = {field.name for field in row._meta.fields} - KEPT
    unknown = values.keys() - names
    if unknown:
        raise ValueError(f"Not settings: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(row, name, value)
