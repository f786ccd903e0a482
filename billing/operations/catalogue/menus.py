"""Pricing menus and their services. Old menus stay visible; nothing that proposals use is deleted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import BillingMethod, LedgerAccount, PricingMenu, Service
from billing.operations.repairing import requeue_mapped
from clients.models import Practice, User

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


class ArchivedMenu(Exception):
    """An archived menu is history."""

    def __init__(self, menu: PricingMenu) -> None:
        super().__init__(f"{menu.name} is archived. Duplicate it to go on from it.")


def create_menu(*, practice: Practice, name: str, starts_on: date, by: User, at: datetime) -> PricingMenu:
    """An empty menu; activate it to sell from it."""
    menu = PricingMenu(practice=practice, name=name, starts_on=starts_on, created_at=at)
    menu.full_clean()
    menu.save()
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
    menus.filter(pk=menu.pk).update(status=Status.ACTIVE)
    menu.refresh_from_db()
    return menu


def archive_menu(*, menu: PricingMenu, by: User, at: datetime) -> PricingMenu:
    """Put a menu away; the engagements that came from it are not touched."""
    PricingMenu.objects.for_practice(menu.practice_id).filter(pk=menu.pk).update(status=Status.ARCHIVED)
    menu.refresh_from_db()
    return menu


def create_service(*, menu: PricingMenu, values: Mapping[str, Any], by: User, at: datetime) -> Service:
    """A service of this menu. Raises ValidationError on what does not fit, ArchivedMenu where nothing may be added."""
    if menu.status == Status.ARCHIVED:
        raise ArchivedMenu(menu)
    return _saved(Service(practice_id=menu.practice_id, menu=menu, created_at=at), values)


@transaction.atomic
def edit_service(*, service: Service, values: Mapping[str, Any], by: User, at: datetime) -> Service:
    """Change what is offered from now on; what was agreed before stays as it was agreed.

    Only its account code may also serve invoices that were refused for want of one.
    """
    saved = _saved(service, values)
    if "ledger_account" in values:
        requeue_mapped(practice=service.practice, at=at)
    return saved


@transaction.atomic
def change_accounts(*, menu: PricingMenu, accounts: Mapping[int, LedgerAccount | None], by: User, at: datetime) -> int:
    """Give services of this menu their account codes, by service id; None for the practice's default. How many."""
    services = Service.objects.for_practice(menu.practice_id).filter(menu=menu)
    changed = sum(
        services.filter(pk=service_id).update(ledger_account=account, updated_at=at)
        for service_id, account in accounts.items()
    )
    requeue_mapped(practice=menu.practice, at=at)
    return changed


def archive_service(*, service: Service, by: User, at: datetime) -> Service:
    """Offer it no more. A second time changes nothing."""
    services = Service.objects.for_practice(service.practice_id)
    services.filter(pk=service.pk, archived_at=None).update(archived_at=at, updated_at=at)
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
