"""Taking an invoice back while that is still possible."""

from datetime import datetime

from billing.models import Invoice
from billing.ports import get_ledger
from clients.models import User
from clients.operations import audit


class AlreadySent(Exception):
    """The invoice is in the ledger: it cannot be taken back here."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"Invoice {invoice} is in the ledger already. Void it there if it is wrong.")


class OnItsWay(AlreadySent):
    """The invoice may have left us: whether it has arrived is being found out."""

    def __init__(self, invoice: Invoice) -> None:
        Exception.__init__(
            self,
            f"Invoice {invoice} is on its way, or it is being checked whether it arrived. "
            "Nothing was changed; try again when that is settled, within minutes as a rule.",
        )


def withdraw(invoice: Invoice, *, reason: str, by: User, at: datetime, is_handled_by_hand: bool = False) -> None:
    """Take it out of the ledger's queue and cancel it. A second time does nothing. Raises AlreadySent or OnItsWay."""
    invoice.refresh_from_db()
    if invoice.is_cancelled:
        return
    if invoice.is_posted:
        raise AlreadySent(invoice)
    taken = get_ledger(invoice.destination).withdraw(invoice, at=at)
    if not taken or not invoice.cancel(reason=reason, by=by, at=at, is_handled_by_hand=is_handled_by_hand):
        raise OnItsWay(invoice)
    action = "invoice.handled" if is_handled_by_hand else "invoice.cancelled"
    facts = {"reason": reason, "total": invoice.total}
    audit.record(practice=invoice.practice_id, action=action, by=by, at=at, subject=invoice, facts=facts)
