"""Bringing an invoice that is queued again up to date with what may be used in the ledger now."""

from collections.abc import Collection

from billing.models import (
    ONE_OFF,
    BillingSettings,
    ClientBilling,
    EngagedService,
    Invoice,
    InvoiceLine,
    LedgerAccount,
)
from billing.operations.terms import settings_of

TOGETHER = (
    "invoice",
    "ledger_account",
    "tracking_1__category",
    "tracking_2__category",
    "engaged_service__ledger_account",
    "engaged_service__service__ledger_account",
)


def mend(invoices: Collection[Invoice]) -> None:
    """Replace accounts, tracking options and templates that are missing or archived; leave all others as they were."""
    if not invoices:
        return
    practice = next(iter(invoices)).practice
    settings = settings_of(practice)
    lines = InvoiceLine.objects.for_practice(practice).filter(invoice__in=invoices).select_related(*TOGETHER)
    changed = [line for line in lines if _mend_line(line, settings)]
    InvoiceLine.objects.for_practice(practice).bulk_update(
        changed, ["ledger_account", "tracking_1", "tracking_2", "note"]
    )
    _mend_templates(invoices)


def is_mendable(invoice: Invoice) -> bool:
    """Whether some line has no account that may be used, and mending would give every line one."""
    settings = settings_of(invoice.practice)
    lines = list(invoice.lines.select_related(*TOGETHER))
    lacking = [line for line in lines if not (line.ledger_account and line.ledger_account.is_usable)]
    found = [any(account and account.is_usable for account in _accounts(line, settings)) for line in lacking]
    return bool(lacking) and all(found)


def _mend_line(line: InvoiceLine, settings: BillingSettings) -> bool:
    account = next((found for found in _accounts(line, settings) if found and found.is_usable), line.ledger_account)
    is_changed = account != line.ledger_account
    line.ledger_account = account
    for slot in ("tracking_1", "tracking_2"):
        option = getattr(line, slot)
        if option is not None and not (option.is_usable and option.category.is_usable):
            setattr(line, slot, None)
            line.note = f"{option} was left out: it is archived or missing in the ledger."
            is_changed = True
    return is_changed


def _accounts(line: InvoiceLine, settings: BillingSettings) -> list[LedgerAccount | None]:
    """What the line may be posted to, best first: as it is, what its service says now, the practice's default."""
    engaged = line.engaged_service
    service = engaged.service if engaged else None
    default = settings.one_off_account if _is_one_off(line, engaged) else settings.recurring_account
    return [
        line.ledger_account,
        engaged.ledger_account if engaged else None,
        service.ledger_account if service else None,
        default,
    ]


def _is_one_off(line: InvoiceLine, engaged: EngagedService | None) -> bool:
    if engaged is None:
        return line.invoice.kind != Invoice.Kind.RECURRING
    return engaged.billing_method in ONE_OFF


def _mend_templates(invoices: Collection[Invoice]) -> None:
    """A template that is gone gives way to the one the client has now."""
    for invoice in invoices:
        if invoice.template is not None and not invoice.template.is_usable:
            billing = ClientBilling.objects.for_practice(invoice.practice_id).filter(client_id=invoice.client_id)
            usable = billing.filter(template__is_archived=False, template__is_missing=False).first()
            invoice.template = usable.template if usable else None
            invoice.save(update_fields=["template"])
