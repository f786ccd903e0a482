"""What becomes of an invoice: posted, refused, retried, sent by a person, or handled by hand."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from billing.models import Invoice
from billing.operations import letters
from billing.operations.distrusting import distrust as distrust
from billing.operations.mending import mend
from billing.operations.plans import settle, settle_practice
from billing.operations.raising import enqueue, take_numbers
from billing.operations.repairing import queue_again, refused_by_itself
from billing.operations.repairing import requeue_healed as requeue_healed
from billing.operations.repairing import requeue_repaired as requeue_repaired
from billing.operations.withdrawing import AlreadySent as AlreadySent
from billing.operations.withdrawing import OnItsWay as OnItsWay
from billing.operations.withdrawing import withdraw
from billing.ports import get_ledger
from clients.models import Practice, User
from clients.operations import audit

log = logging.getLogger(__name__)
REFERENCE_TAKEN = (
    "The ledger named an invoice for this one that belongs to another invoice here. Look there which of the two it is."
)


class NotAcceptance(Exception):
    """Only an invoice due at signing is sent by a person."""


def record_posted(*, invoice: Invoice, reference: str, number: str, url: str, at: datetime) -> bool:
    """It is in the ledger, under this reference. False when that was known, or it was cancelled meanwhile.

    False too when another invoice of the practice stands under that reference: then this one is refused aloud, and a
    person finds out. It never fails the caller, who records the answers of many.
    """
    try:
        with transaction.atomic():
            posted = invoice.record_posted(reference=reference, number=number, url=url, at=at)
            if posted:
                facts = {"total": invoice.total, "currency": invoice.currency, "number": number, "reference": reference}
                _tell(invoice, "invoice.posted", None, facts, at=at)
            return posted
    except IntegrityError:
        log.error("billing: the ledger named %s for invoice %s, and for another one", reference, invoice.pk)
    words = f"The ledger answered with the reference {reference}, number {number or 'unknown'}."
    record_refused(invoice=invoice, code="REFERENCE_TAKEN", reason=REFERENCE_TAKEN, words=words, at=at)
    return False


@transaction.atomic
def record_refused(*, invoice: Invoice, code: str, reason: str, words: str, at: datetime) -> bool:
    """The ledger refused it: why for the machine, in plain words, and in its own words. False when it had left Waiting.

    Outside a plan the approvers are told at once; a plan tells them when it is settled.
    """
    if not invoice.record_refused(code=code, reason=reason, words=words, at=at):
        return False
    _tell(invoice, "invoice.refused", None, {"code": code, "reason": reason, "words": words}, at=at)
    distrust(invoice=invoice, code=code, words=words, at=at)
    if invoice.plan_id is None:
        letters.invoice_refused(invoice, at=at)
    return True


@transaction.atomic
def renumber(*, invoice: Invoice, at: datetime) -> bool:
    """Its number is used by somebody else's invoice in the ledger: it gets the next one of the series."""
    before = invoice.number
    (number,) = take_numbers(invoice.practice, 1)
    moved = invoice.renumber(number)
    if moved:
        facts = {"before": before, "after": number}
        audit.record(
            practice=invoice.practice_id, action="invoice.renumbered", by=None, at=at, subject=invoice, facts=facts
        )
    return moved


@transaction.atomic
def retry(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Queue a refused invoice again, with accounts, tracking and template as they are chosen now."""
    queue_again([invoice], by=by, at=at)
    _settle_plan(invoice, at=at)
    return invoice


@transaction.atomic
def hand_over(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Hand an invoice that waits to its ledger once more; nothing changes where it is queued there already."""
    if invoice.is_waiting and invoice.is_released:
        enqueue([invoice], at=at)
        _tell(invoice, "invoice.handed_over", by, {}, at=at)
    return invoice


@transaction.atomic
def retry_all(
    *, practice: Practice, by: User, at: datetime, plan_id: int | None = None, narrowing: Q | None = None
) -> list[Invoice]:
    """Queue every refused invoice again, of one plan or of all; those due at signing wait for a person.

    `narrowing` says which of them are meant, as those of one cause.
    """
    refused = refused_by_itself(practice).filter(narrowing or Q())
    queued = queue_again(refused.filter(plan_id=plan_id) if plan_id else refused, by=by, at=at)
    settle_practice(practice=practice, at=at)
    return queued


def note_seen(*, invoice: Invoice, by: User, at: datetime) -> bool:
    """A person has seen how the invoice in the ledger differs from ours; False when there was nothing to see."""
    return get_ledger(invoice.destination).note_seen(invoice, by=by, at=at)


@transaction.atomic
def send_now(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """A person sends an invoice due at signing that was refused or waits. Pressed twice, it goes once."""
    if invoice.kind != Invoice.Kind.ACCEPTANCE:
        raise NotAcceptance(f"Invoice {invoice} goes out with its plan or its work; retry it instead.")
    if invoice.release(at=at):
        mend([invoice])
        enqueue([invoice], at=at)
        _tell(invoice, "invoice.sent", by, {"total": invoice.total}, at=at)
    return invoice


@transaction.atomic
def handle_by_hand(*, invoice: Invoice, reason: str, by: User, at: datetime) -> Invoice:
    """Close an invoice that people have dealt with in the ledger themselves. Raises AlreadySent when it is too late."""
    withdraw(invoice, reason=reason, by=by, at=at, is_handled_by_hand=True)
    _settle_plan(invoice, at=at)
    return invoice


def _tell(invoice: Invoice, action: str, by: User | None, facts: audit.Facts, *, at: datetime) -> None:
    audit.record(practice=invoice.practice_id, action=action, by=by, at=at, subject=invoice, facts=facts)


def _settle_plan(invoice: Invoice, *, at: datetime) -> None:
    if invoice.plan is not None:
        settle(plan=invoice.plan, at=at)
