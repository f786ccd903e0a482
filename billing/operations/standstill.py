"""Why nothing of a practice is sent at present."""

from billing.models import PostingHold
from billing.ports import all_ledgers
from billing.records import OpenHold
from clients.models import Practice

SAFE_MODE = "safe_mode"
NOT_CONNECTED = "not_connected"
SENTENCES = {
    PostingHold.Reason.CONNECTION_LOST: "The connection to Xero is lost. Reconnect it, and what waits goes out.",
    PostingHold.Reason.WRONG_ORGANISATION: "Xero is connected to another organisation. Connect the right one.",
    PostingHold.Reason.CONFIRMATION: "Safe Mode was left, and nobody has confirmed that what waited may go out.",
}


def open_reasons(practice: Practice) -> list[OpenHold]:
    """Every open hold, oldest first; Safe Mode, which lives on the practice, comes before them.

    Where nothing else holds, a practice without any ledger is held by that: it ends by itself when one is connected.
    """
    holds = []
    if Practice.objects.filter(pk=practice.pk, is_safe_mode=True).exists():
        holds.append(OpenHold(SAFE_MODE, None, "Safe Mode is on. Nothing leaves the practice until it is turned off."))
    for hold in PostingHold.objects.for_practice(practice).open():
        holds.append(OpenHold(hold.reason, hold.since, SENTENCES[PostingHold.Reason(hold.reason)]))
    if not holds and not any(ledger.is_connected(practice) for ledger in all_ledgers()):
        sentence = "Xero is not connected. Connect it under Integrations; what waits then goes out by itself."
        holds.append(OpenHold(NOT_CONNECTED, None, sentence))
    return holds
