"""Our neutral copies of the ledger's lists. Nothing is deleted here when it vanishes there: it is marked missing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction

from billing.models import InvoiceTemplate, LedgerAccount, Mirror, TrackingCategory, TrackingOption
from billing.operations.repairing import requeue_usable
from billing.records import AccountRecord, CategoryRecord, TemplateRecord
from clients.models import Practice


class Listed(Protocol):
    """Anything that a ledger lists under an id of its own."""

    @property
    def external_id(self) -> str: ...


Mirrored = TypeVar("Mirrored", LedgerAccount, TrackingCategory, TrackingOption, InvoiceTemplate)
Entry = TypeVar("Entry", bound=Listed)


@transaction.atomic
def refresh_accounts(*, practice: Practice, accounts: Sequence[AccountRecord], at: datetime) -> list[LedgerAccount]:
    """Take over the whole list of account codes."""
    return _refresh(LedgerAccount, practice, accounts, _account_facts, at=at)


@transaction.atomic
def refresh_templates(
    *, practice: Practice, templates: Sequence[TemplateRecord], at: datetime
) -> list[InvoiceTemplate]:
    """Take over the whole list of invoice templates."""
    return _refresh(InvoiceTemplate, practice, templates, _template_facts, at=at)


@transaction.atomic
def refresh_tracking(
    *, practice: Practice, categories: Sequence[CategoryRecord], at: datetime
) -> list[TrackingCategory]:
    """Take over the whole list of tracking categories with their options."""
    kept = _refresh(TrackingCategory, practice, categories, _category_facts, at=at)
    by_key = {category.external_id: category for category in kept}
    owners = {
        option.external_id: by_key[category.external_id] for category in categories for option in category.options
    }

    def facts(option: Any) -> dict[str, Any]:
        return {
            "name": option.name[:255],
            "is_archived": option.is_archived,
            "category_id": owners[option.external_id].pk,
        }

    _refresh(TrackingOption, practice, [option for each in categories for option in each.options], facts, at=at)
    return kept


@transaction.atomic
def mark_all_missing(practice: Practice) -> None:
    """Another organisation was connected: nothing of the former one's lists may be used."""
    for model in (LedgerAccount, TrackingCategory, TrackingOption, InvoiceTemplate):
        model.objects.for_practice(practice).update(is_missing=True)


def _account_facts(account: AccountRecord) -> dict[str, Any]:
    return {
        "code": account.code[:10],
        "name": account.name[:255],
        "is_sales": account.is_sales,
        "is_archived": account.is_archived,
        "tax_name": account.tax_name[:100],
        "tax_rate": account.tax_rate,
    }


def _template_facts(template: TemplateRecord) -> dict[str, Any]:
    return {"name": template.name[:255], "position": template.position, "is_archived": False}


def _category_facts(category: CategoryRecord) -> dict[str, Any]:
    return {"name": category.name[:255], "is_archived": category.is_archived}


def _refresh(
    model: type[Mirrored],
    practice: Practice,
    entries: Sequence[Entry],
    facts: Callable[[Entry], dict[str, Any]],
    *,
    at: datetime,
) -> list[Mirrored]:
    """Update what is known, add what is new, mark what vanished; in a few queries however long the list.

    Invoices that were refused because of an entry that may be used again go out again.
    """
    rows = model.objects.for_practice(practice)
    known: dict[str, Mirrored] = {row.external_id: row for row in rows}
    listed: dict[str, dict[str, Any]] = {
        entry.external_id: {**facts(entry), "is_missing": False, "seen_at": at} for entry in entries
    }
    new = [model(practice=practice, external_id=key, **values) for key, values in listed.items() if key not in known]
    changed = [known[key] for key in listed if key in known]
    unusable = {row.pk for row in changed if not _is_takeable(row)}
    for row in changed:
        _take_over(row, listed[row.external_id])
    if changed:
        rows.bulk_update(changed, [*next(iter(listed.values())), "doubted_at"], batch_size=200)
    model.objects.bulk_create(new)
    gone = rows.filter(pk__in=[row.pk for key, row in known.items() if key not in listed])
    gone.update(is_missing=True, doubted_at=None)
    revived = [row for row in changed if row.pk in unusable and _is_takeable(row)]
    if revived:
        requeue_usable(practice=practice, rows=revived, at=at)
    return new + changed


def _take_over(row: Mirror, facts: dict[str, Any]) -> None:
    """What the list says now. A doubt ends when it says something new."""
    if any(getattr(row, name) != value for name, value in facts.items() if name != "seen_at"):
        row.doubted_at = None
    for name, value in facts.items():
        setattr(row, name, value)


def _is_takeable(row: Mirrored) -> bool:
    """Whether the ledger should take an invoice with it; an account has to be for sales."""
    return row.is_usable and getattr(row, "is_sales", True)
