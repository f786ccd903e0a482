"""What becomes of an invoice: posted, refused, retried, sent by a person, or handled by hand."""

from datetime import datetime

from django.db import transaction

from billing.models import Invoice
from billing.operations import letters
from billing.operations.mending import mend
from billing.operations.plans import settle, settle_practice
from billing.operations.raising import enqueue
from billing.operations.repairing import queue_again, refused_by_itself
from billing.operations.repairing import requeue_repaired as requeue_repaired
from billing.operations.withdrawing import AlreadySent as AlreadySent
from billing.operations.withdrawing import withdraw
from clients.models import Practice, User


class NotAcceptance(Exception):
    """Only an invoice due at signing is sent by a person."""


@transaction.atomic
def record_posted(*, invoice: Invoice, reference: str, number: str, url: str, at: datetime) -> bool:
    """It is in the ledger, under this reference. False when that was known, or it was cancelled meanwhile."""
    return invoice.record_posted(reference=reference, number=number, url=url, at=at)


@transaction.atomic
def record_refused(*, invoice: Invoice, code: str, reason: str, words: str, at: datetime) -> bool:
    """The ledger refused it: why for the machine, in plain words, and in its own words. False when it had left Waiting.

    Outside a plan the approvers are told at once; a plan tells them when it is settled.
    """
    refused = invoice.record_refused(code=code, reason=reason, words=words, at=at)
    if refused and invoice.plan_id is None:
        letters.invoice_refused(invoice, at=at)
    return refused


@transaction.atomic
def retry(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Queue a refused invoice again, with accounts, tracking and template as they are chosen now."""
    queue_again([invoice], at=at)
    _settle_plan(invoice, at=at)
    return invoice


@transaction.atomic
def retry_all(*, practice: Practice, by: User, at: datetime, plan_id: int | None = None) -> list[Invoice]:
    """Queue every refused invoice again, of one plan or of all; those due at signing wait for a person."""
    refused = refused_by_itself(practice)
    queued = queue_again(refused.filter(plan_id=plan_id) if plan_id else refused, at=at)
    settle_practice(practice=practice, at=at)
    return queued


@transaction.atomic
def send_now(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """A person sends an invoice due at signing that was refused or waits. Pressed twice, it goes once."""
    if invoice.kind != Invoice.Kind.ACCEPTANCE:
        raise NotAcceptance(f"Invoice {invoice} goes out with its plan or its work; retry it instead.")
    if invoice.release():
        mend([invoice])
        enqueue([invoice], at=at)
    return invoice


@transaction.atomic
def handle_by_hand(*, invoice: Invoice, reason: str, by: User, at: datetime) -> Invoice:
    """Close an invoice that people have dealt with in the ledger themselves. Raises AlreadySent when it is too late."""
    withdraw(invoice, reason=reason, by=by, at=at, is_handled_by_hand=True)
    _settle_plan(invoice, at=at)
    return invoice


def _settle_plan(invoice: Invoice, *, at: datetime) -> None:
    if invoice.plan is not None:
        settle(plan=invoice.plan, at=at)
