"""A ledger took many invoices at once."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from billing.models import Invoice
from billing.operations.invoices import record_posted
from clients.operations import audit

FIELDS = ("status", "ledger_reference", "ledger_number", "ledger_url", "posted_at")


class NotTogether(Exception):
    """One of them had left Waiting meanwhile; they are recorded one by one."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An invoice as the ledger took it: its id there, its number there, its page there."""

    invoice: Invoice
    reference: str
    number: str
    url: str


def record_all_posted(*, postings: Sequence[Posting], at: datetime) -> bool:
    """`record_posted` for many of one practice, in a number of queries that does not grow with them.

    Where they cannot be recorded together each is recorded by itself, so that one does not hold back the others.
    Whether they were recorded together, and so all of them.
    """
    try:
        with transaction.atomic():
            _record_together(postings, at=at)
        return True
    except (IntegrityError, NotTogether):
        for one in postings:
            record_posted(invoice=one.invoice, reference=one.reference, number=one.number, url=one.url, at=at)
        return False


def _record_together(postings: Sequence[Posting], *, at: datetime) -> None:
    if not postings:
        return
    practice_id = postings[0].invoice.practice_id
    rows = [_as_posted(one, at=at) for one in postings]
    waiting = Invoice.objects.for_practice(practice_id).filter(status__in=Invoice.OPEN)
    if waiting.bulk_update(rows, FIELDS) != len(rows):
        raise NotTogether
    told = [(one.invoice, _facts(one)) for one in postings]
    audit.record_all(practice=practice_id, action="invoice.posted", by=None, at=at, about=told)


def _as_posted(one: Posting, *, at: datetime) -> Invoice:
    """A copy, so that the invoice in hand keeps saying what its row does; made anew it costs five times as much."""
    row = copy(one.invoice)
    row.status, row.posted_at = Invoice.Status.POSTED, at
    row.ledger_reference, row.ledger_number, row.ledger_url = one.reference, one.number, one.url
    return row


def _facts(one: Posting) -> dict[str, object]:
    invoice = one.invoice
    return {"total": invoice.total, "currency": invoice.currency, "number": one.number, "reference": one.reference}
