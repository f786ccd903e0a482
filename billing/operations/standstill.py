"""Why nothing of a practice is sent at present."""

from datetime import datetime

from django.db.models import Exists, Q

from billing.calendar import clock_in
from billing.models import PostingHold
from billing.ports import Pause, all_ledgers
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


def is_held(practice: Practice) -> bool:
    """Whether there is any reason, in two queries: asked twice for every batch."""
    held = Q(is_safe_mode=True) | Exists(PostingHold.objects.for_practice(practice).open())
    is_stopped = Practice.objects.filter(held, pk=practice.pk).exists()
    return is_stopped or not any(ledger.is_connected(practice) for ledger in all_ledgers())


def pause_of(practice: Practice, *, at: datetime) -> Pause | None:
    """The longest pause that a ledger asked for. Unlike a hold it is nobody's to lift and ends at its hour, so it is
    read whenever somebody looks and kept nowhere."""
    pauses = [pause for ledger in all_ledgers() if (pause := ledger.pause(practice, at=at))]
    return max(pauses, key=lambda pause: pause.until, default=None)


def resumes(practice: Practice, pause: Pause, *, at: datetime) -> str:
    """Xero’s limit for today is used up. Posting resumes at 23:06 on 1 October."""
    return f"{pause.reason} {pause.goes_on} {clock_in(practice.zone, pause.until, at=at)}"


def why_nothing_leaves(practice: Practice, *, at: datetime) -> str:
    """The first hold's sentence, else that of the pause; empty while invoices go out."""
    hold = next(iter(open_reasons(practice)), None)
    if hold:
        return hold.sentence
    pause = pause_of(practice, at=at)
    return f"{resumes(practice, pause, at=at)}." if pause else ""
