"""Taking an invoice back while that is still possible."""

from datetime import datetime

from billing.models import Invoice
from billing.ports import get_ledger
from clients.models import User


class AlreadySent(Exception):
    """The invoice is in the ledger, or on its way: it cannot be taken back here."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"Invoice {invoice} was sent already. Void it in the ledger if it is wrong.")


def withdraw(invoice: Invoice, *, reason: str, by: User, at: datetime, is_handled_by_hand: bool = False) -> None:
    """Take it out of the ledger's queue and cancel it. A second time does nothing. Raises AlreadySent."""
    invoice.refresh_from_db()
    if invoice.is_cancelled:
        return
    taken = not invoice.is_posted and get_ledger(invoice.destination).withdraw(invoice, at=at)
    if not taken or not invoice.cancel(reason=reason, by=by, at=at, is_handled_by_hand=is_handled_by_hand):
        raise AlreadySent(invoice)
