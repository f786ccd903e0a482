"""Pricing menus and their services. Old menus stay visible; nothing that proposals use is deleted."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import BillingMethod, LedgerAccount, PricingMenu, Service
from billing.operations.repairing import requeue_mapped
from clients.models import Practice, User
from clients.operations import audit
from clients.records import changes

SERVICE_FIELDS = frozenset(
    {
        "name",
        "description",
        "category",
        "price",
        "billing_method",
        "ledger_account",
        "tracking_option",
        "has_alignment",
        "position",
    }
)
Status = PricingMenu.Status
DEFAULT = "the practice's default"


class ArchivedMenu(Exception):
    """An archived menu is history."""

    def __init__(self, menu: PricingMenu) -> None:
        super().__init__(f"{menu.name} is archived. Duplicate it to go on from it.")


def create_menu(*, practice: Practice, name: str, starts_on: date, by: User, at: datetime) -> PricingMenu:
    """An empty menu; activate it to sell from it."""
    menu = PricingMenu(practice=practice, name=name, starts_on=starts_on, created_at=at)
    menu.full_clean()
    with transaction.atomic():
        menu.save()
        _tell_of_menu(menu, "service.menu_created", by=by, at=at)
    return menu


@transaction.atomic
def duplicate_menu(*, menu: PricingMenu, name: str, starts_on: date, by: User, at: datetime) -> PricingMenu:
    """A new draft version with copies of the menu's services that are not archived."""
    copy = create_menu(practice=menu.practice, name=name, starts_on=starts_on, by=by, at=at)
    services = [
        Service(
            practice_id=menu.practice_id,
            menu=copy,
            created_at=at,
            **{field: getattr(service, field) for field in SERVICE_FIELDS},
        )
        for service in menu.services.filter(archived_at=None).select_related("ledger_account", "tracking_option")
    ]
    Service.objects.bulk_create(services)
    return copy


@transaction.atomic
def activate_menu(*, menu: PricingMenu, by: User, at: datetime) -> PricingMenu:
    """Sell from this menu from now on; the one that was active is archived."""
    menus = PricingMenu.objects.for_practice(menu.practice_id)
    menus.filter(status=Status.ACTIVE).exclude(pk=menu.pk).update(status=Status.ARCHIVED)
    if menus.filter(pk=menu.pk).exclude(status=Status.ACTIVE).update(status=Status.ACTIVE):
        _tell_of_menu(menu, "service.menu_activated", by=by, at=at)
    menu.refresh_from_db()
    return menu


@transaction.atomic
def archive_menu(*, menu: PricingMenu, by: User, at: datetime) -> PricingMenu:
    """Put a menu away; the engagements that came from it are not touched."""
    rows = PricingMenu.objects.for_practice(menu.practice_id).filter(pk=menu.pk)
    if rows.exclude(status=Status.ARCHIVED).update(status=Status.ARCHIVED):
        _tell_of_menu(menu, "service.menu_archived", by=by, at=at)
    menu.refresh_from_db()
    return menu


@transaction.atomic
def create_service(*, menu: PricingMenu, values: Mapping[str, Any], by: User, at: datetime) -> Service:
    """A service of this menu. Raises ValidationError on what does not fit, ArchivedMenu where nothing may be added."""
    if menu.status == Status.ARCHIVED:
        raise ArchivedMenu(menu)
    service = _saved(Service(practice_id=menu.practice_id, menu=menu, created_at=at), values)
    practice, facts = menu.practice_id, {"menu": menu.name, "price": service.price, "billed": service.billing_method}
    audit.record(practice=practice, action="service.created", by=by, at=at, subject=service, facts=facts)
    return service


@transaction.atomic
def edit_service(*, service: Service, values: Mapping[str, Any], by: User, at: datetime) -> Service:
    """Change what is offered from now on; what was agreed before stays as it was agreed.

    Only its account code may also serve invoices that were refused for want of one.
    """
    before = {name: getattr(service, name) for name in values if name in SERVICE_FIELDS}
    saved = _saved(service, values)
    made = changes(before, values)
    if made:
        practice, facts = service.practice_id, {"changes": made}
        audit.record(practice=practice, action="service.edited", by=by, at=at, subject=service, facts=facts)
    if "ledger_account" in values:
        requeue_mapped(practice=service.practice, at=at)
    return saved


@transaction.atomic
def change_accounts(*, menu: PricingMenu, accounts: Mapping[int, LedgerAccount | None], by: User, at: datetime) -> int:
    """Give services of this menu their account codes, by service id; None for the practice's default. How many."""
    services = Service.objects.for_practice(menu.practice_id).filter(menu=menu)
    _tell_of_accounts(menu, services.filter(pk__in=accounts), accounts, by=by, at=at)
    changed = sum(
        services.filter(pk=service_id).update(ledger_account=account, updated_at=at)
        for service_id, account in accounts.items()
    )
    requeue_mapped(practice=menu.practice, at=at)
    return changed


def _tell_of_menu(menu: PricingMenu, action: str, *, by: User, at: datetime) -> None:
    audit.record(practice=menu.practice_id, action=action, by=by, at=at, subject=menu)


def _tell_of_accounts(
    menu: PricingMenu,
    services: Iterable[Service],
    accounts: Mapping[int, LedgerAccount | None],
    *,
    by: User,
    at: datetime,
) -> None:
    about = []
    for service in services:
        code = accounts[service.pk]
        if service.ledger_account_id != (code.pk if code else None):
            about.append((service, {"account": str(code) if code else DEFAULT, "menu": menu.name}))
    audit.record_all(practice=menu.practice_id, action="service.account_changed", by=by, at=at, about=about)


@transaction.atomic
def archive_service(*, service: Service, by: User, at: datetime) -> Service:
    """Offer it no more. A second time changes nothing."""
    services = Service.objects.for_practice(service.practice_id)
    if services.filter(pk=service.pk, archived_at=None).update(archived_at=at, updated_at=at):
        audit.record(practice=service.practice_id, action="service.archived", by=by, at=at, subject=service)
    service.refresh_from_db()
    return service


def _saved(service: Service, values: Mapping[str, Any]) -> Service:
    unknown = values.keys() - SERVICE_FIELDS
    if unknown:
        raise ValueError(f"Not fields of a service: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(service, name, value)
    service.clean_fields()
    _check(service)
    service.save()
    return service


def _check(service: Service) -> None:
    """What the database would refuse, in words that help."""
    others = Service.objects.for_practice(service.practice_id).filter(menu_id=service.menu_id, archived_at=None)
    if others.filter(name=service.name).exclude(pk=service.pk).exists():
        raise ValidationError({"name": f"This menu has a service called {service.name} already."})
    if service.has_alignment and service.billing_method != BillingMethod.MONTHLY:
        raise ValidationError({"has_alignment": "Only a monthly service can have an alignment fee."})
    if service.price < 0:
        raise ValidationError({"price": "A price is not negative."})
