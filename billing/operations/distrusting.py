"""Learning from the ledger's no: what it refuses although its list offers it is doubted, and shown before billing."""

from collections.abc import Iterable
from datetime import datetime

from billing.models import Invoice, InvoiceTemplate, LedgerAccount, Mirror, TrackingOption

ACCOUNT, TRACKING, TEMPLATE = "ACCOUNT_INVALID", "TRACKING_INVALID", "TEMPLATE_MISSING"


def distrust(*, invoice: Invoice, code: str, words: str, at: datetime) -> list[Mirror]:
    """Doubt the entries of the ledger's lists that it refused this invoice for; those that its words name, else all.

    Nothing is done where we said no ourselves (no words). The doubt ends when the list says something else about the
    entry. In the caller's transaction; repeating it only renews the day.
    """
    if not words or code not in (ACCOUNT, TRACKING, TEMPLATE):
        return []
    entries = list(_concerned(invoice, code))
    doubted = [entry for entry in entries if _is_named(entry, words)] or entries
    for model in {type(entry) for entry in doubted}:
        rows = model.objects.for_practice(invoice.practice_id)
        rows.filter(pk__in=[entry.pk for entry in doubted if isinstance(entry, model)]).update(doubted_at=at)
    return doubted


def _concerned(invoice: Invoice, code: str) -> Iterable[Mirror]:
    """What the invoice carries of the list that the code speaks of."""
    practice = invoice.practice_id
    if code == TEMPLATE:
        return InvoiceTemplate.objects.for_practice(practice).filter(pk=invoice.template_id)
    lines = invoice.lines.order_by().values_list("ledger_account_id", "tracking_1_id", "tracking_2_id")
    accounts, first, second = zip(*lines, strict=True) if lines else ((), (), ())
    if code == ACCOUNT:
        return LedgerAccount.objects.for_practice(practice).filter(pk__in=accounts)
    return TrackingOption.objects.for_practice(practice).filter(pk__in=[*first, *second])


def _is_named(entry: Mirror, words: str) -> bool:
    """Accounts are named by their code in quotes, all else by its name."""
    return f"'{entry.code}'" in words if isinstance(entry, LedgerAccount) else entry.name in words
