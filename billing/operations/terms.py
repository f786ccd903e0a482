"""How each client is billed: the practice's settings, and where a client differs."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F

from billing.models import BillingSettings, ClientBilling, OwnerTracking, TrackingOption
from billing.records import EffectiveTerms, Tracking
from clients.models import Client, Practice

OVERRIDES = (
    "invoice_date_rule",
    "invoice_day",
    "terms_rule",
    "terms_days",
    "is_recurring_consolidated",
    "is_one_off_consolidated",
    "destination",
)
PRACTICE_ONLY = (
    "is_entity_consolidated",
    "recurring_label",
    "one_off_label",
    "recurring_account_id",
    "one_off_account_id",
    "reference_pattern",
)
STATUSES = ("recurring_status", "acceptance_status", "completion_status")
PRACTICE, CLIENT = "practice", "client"


def settings_of(practice: Practice) -> BillingSettings:
    """The practice's billing settings, made with the defaults when first needed."""
    rows = BillingSettings.objects.for_practice(practice).select_related("recurring_account", "one_off_account")
    found = rows.first() or rows.get_or_create(practice=practice)[0]
    found.practice = practice  # whoever holds this practice has its settings at hand: practice.billing_settings
    return found


def take_turns(practice: Practice) -> None:
    """One approval at a time in a practice: the row stays locked until the caller's transaction ends.

    Two plans might else bill the same once-in-advance service, neither seeing the other. An update, because SQLite
    knows no SELECT FOR UPDATE (there every transaction takes turns anyway).
    """
    settings_of(practice)
    BillingSettings.objects.for_practice(practice).update(destination=F("destination"))


def tracking_of(option: TrackingOption | None) -> Tracking | None:
    """What drafting needs of a tracking option that was fetched with its category."""
    return Tracking(option.pk, option.category_id, str(option)) if option else None


def effective(
    billing: ClientBilling | None,
    settings: BillingSettings,
    *,
    always_draft: Collection[int] = (),
    client_tracking: Tracking | None = None,
    owner_tracking: Tracking | None = None,
) -> EffectiveTerms:
    """The client's own values, else the practice's, with the level of each by field name."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in PRACTICE_ONLY}
    levels = dict.fromkeys(PRACTICE_ONLY, PRACTICE)
    for name in OVERRIDES:
        own = getattr(billing, name) if billing else None
        values[name], levels[name] = (getattr(settings, name), PRACTICE) if own is None else (own, CLIENT)
    status = billing.posting_status if billing else None
    for name in STATUSES:
        values[name], levels[name] = (status, CLIENT) if status else (getattr(settings, name), PRACTICE)
    template_id = billing.template_id if billing else None
    for name, own in (("template", template_id), ("tracking_option", client_tracking)):
        levels[name] = CLIENT if own else PRACTICE
    return EffectiveTerms(
        **values,
        has_own_alignment_invoice=settings.alignment == BillingSettings.Alignment.OWN_INVOICE,
        template_id=template_id,
        is_always_draft=template_id is not None and template_id in always_draft,
        purchase_order=billing.purchase_order if billing else "",
        client_tracking=client_tracking,
        owner_tracking=owner_tracking,
        levels=levels,
    )


def terms_of(practice: Practice, client_ids: Collection[int]) -> dict[int, EffectiveTerms]:
    """The effective terms of these clients, in a number of queries that does not grow with them."""
    settings = settings_of(practice)
    always_draft = set(settings.always_draft_templates.values_list("pk", flat=True))
    billings = _billings(practice, client_ids)
    owners = _owner_tracking(practice, client_ids)
    terms = {}
    for client_id in client_ids:
        billing = billings.get(client_id)
        terms[client_id] = effective(
            billing,
            settings,
            always_draft=always_draft,
            client_tracking=tracking_of(billing.tracking_option) if billing else None,
            owner_tracking=owners.get(client_id),
        )
    return terms


def _billings(practice: Practice, client_ids: Collection[int]) -> Mapping[int, ClientBilling]:
    rows = ClientBilling.objects.for_practice(practice).filter(client_id__in=client_ids)
    return {row.client_id: row for row in rows.select_related("tracking_option__category")}


def _owner_tracking(practice: Practice, client_ids: Collection[int]) -> Mapping[int, Tracking | None]:
    rows = OwnerTracking.objects.for_practice(practice).select_related("option__category")
    by_member = {row.membership_id: tracking_of(row.option) for row in rows}
    if not by_member:
        return {}
    owned = Client.objects.for_practice(practice).filter(pk__in=client_ids, owner_id__in=by_member)
    return {pk: by_member[owner] for pk, owner in owned.values_list("pk", "owner_id")}
