"""Everything that happened to one invoice, in the words of components/timeline.html."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypedDict

from billing.models import Invoice
from billing.records import Attempt
from clients.models import AuditEvent
from clients.records import sentence_of

KNOWN = ("invoice.posted", "invoice.handled", "invoice.cancelled")  # the invoice itself says these
SOCKET = "Socket"


class Event(TypedDict):
    """One entry: `said` is what the ledger said, `mark` by which support finds the request."""

    at: datetime
    text: str
    tone: str
    said: str
    mark: str


def history_of(invoice: Invoice, attempts: Iterable[Attempt]) -> list[Event]:
    """What it knows itself, what the audit log tells of acts upon it, and its way to the ledger; the newest first."""
    sent = [_event(each.at, each.text, each.tone, each.said, each.mark) for each in attempts]
    raised = _event(invoice.raised_at, f"Raised by {invoice.raised_by}" if invoice.raised_by else "Raised")
    told = [*_ends(invoice), *_acts(invoice), *sent, raised]
    return sorted(told, key=lambda event: event["at"], reverse=True)


def _event(at: datetime, text: str, tone: str = "", said: str = "", mark: str = "") -> Event:
    return Event(at=at, text=text, tone=tone, said=said, mark=mark)


def _ends(invoice: Invoice) -> Iterator[Event]:
    """What became of it last."""
    if invoice.refused_at:
        why = f"Refused: {invoice.refusal_reason}"
        yield _event(invoice.refused_at, why, "bad", invoice.ledger_words, invoice.refusal_code)
    if invoice.posted_at:
        yield _event(invoice.posted_at, f"In Xero as {invoice.ledger_number or invoice.number}", "good")
    if invoice.cancelled_at:
        closed = "Handled by hand" if invoice.is_handled_by_hand else "Cancelled"
        yield _event(invoice.cancelled_at, f"{closed} by {invoice.cancelled_by}: {invoice.cancel_reason}")


def _acts(invoice: Invoice) -> Iterator[Event]:
    """From the audit log; the latest refusal is left out, since the invoice knows the ledger's words for it too."""
    rows = AuditEvent.objects.for_practice(invoice.practice_id).filter(at__gte=invoice.raised_at)
    about = rows.filter(subject_type=Invoice._meta.label_lower, subject_id=str(invoice.pk))
    for act in about.exclude(action__in=KNOWN).order_by("at", "pk"):
        if act.action == "invoice.refused" and act.at == invoice.refused_at:
            continue
        tone = "bad" if act.action == "invoice.refused" else ""
        yield _event(act.at, _said(act), tone, str(act.facts.get("words", "")), str(act.facts.get("code", "")))


def _said(act: AuditEvent) -> str:
    if act.action == "invoice.refused":
        return f"Refused: {act.facts.get('reason', '')}"
    if act.action == "invoice.retried" and act.actor_name == SOCKET:
        return "Queued again by itself: its cause was repaired"
    return f"{act.actor_name} {sentence_of(act.action, act.subject, act.facts)}"
