"""A cause was repaired: exactly the invoices that it refused go out again, without another click."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from billing.models import Invoice, InvoiceTemplate, LedgerAccount, Mirror, TrackingCategory, TrackingOption
from billing.operations.mending import is_mendable, mend
from billing.operations.plans import settle_practice
from billing.operations.raising import enqueue
from clients.models import Practice, User
from clients.operations import audit

ACCOUNT_CODES = ("ACCOUNT_MISSING", "ACCOUNT_INVALID")
LIST_CODES = (*ACCOUNT_CODES, "TRACKING_INVALID", "TEMPLATE_MISSING")


@transaction.atomic
def requeue_repaired(
    *,
    practice: Practice,
    at: datetime,
    client_ids: Collection[int] | None = None,
    codes: Collection[str] | None = None,
) -> list[Invoice]:
    """A cause was repaired: exactly the invoices it refused are queued again, those due at signing excepted."""
    refused = refused_by_itself(practice)
    if client_ids is not None:
        refused = refused.filter(client_id__in=client_ids)
    if codes is not None:
        refused = refused.filter(refusal_code__in=codes)
    return _queue_and_settle(practice, refused, at=at)


@transaction.atomic
def requeue_healed(*, practice: Practice, standing: Mapping[int, bool], at: datetime) -> list[Invoice]:
    """What the ledger's app sees of refused invoices: True where the cause is gone by what it knows, else False.

    Those whose cause is gone are queued again, once: refused again for the same reason, what we know is not to be
    trusted, and they wait until the cause was seen to stand and to go, or for a person.
    """
    refused = refused_by_itself(practice).filter(pk__in=standing)
    still = [pk for pk, is_gone in standing.items() if not is_gone]
    Invoice.objects.for_practice(practice).filter(pk__in=still).exclude(healed_code="").update(healed_code="")
    gone = refused.filter(pk__in=[pk for pk, is_gone in standing.items() if is_gone])
    queued = [
        invoice
        for invoice in gone.exclude(healed_code=F("refusal_code"))
        if invoice.release(at=at, healed_code=invoice.refusal_code)
    ]
    return _enqueue_and_settle(practice, queued, at=at)


@transaction.atomic
def requeue_mapped(*, practice: Practice, at: datetime) -> list[Invoice]:
    """An account code was chosen: invoices whose lines had none that may be used, and now all have one."""
    refused = refused_by_itself(practice).filter(refusal_code__in=ACCOUNT_CODES)
    return _queue_and_settle(practice, [invoice for invoice in refused if is_mendable(invoice)], at=at)


@transaction.atomic
def requeue_usable(*, practice: Practice, rows: Collection[Mirror], at: datetime) -> list[Invoice]:
    """These entries of the ledger's lists may be used again: invoices that were refused because of one of them."""
    accounts, options, templates, categories = (
        [row.pk for row in rows if isinstance(row, model)]
        for model in (LedgerAccount, TrackingOption, InvoiceTemplate, TrackingCategory)
    )
    concerned = Q(lines__ledger_account__in=accounts) | Q(template__in=templates)
    concerned |= Q(lines__tracking_1__in=options) | Q(lines__tracking_2__in=options)
    concerned |= Q(lines__tracking_1__category__in=categories) | Q(lines__tracking_2__category__in=categories)
    refused = refused_by_itself(practice).filter(concerned, refusal_code__in=LIST_CODES).distinct()
    return _queue_and_settle(practice, list(refused), at=at)


def _queue_and_settle(practice: Practice, invoices: Iterable[Invoice], *, at: datetime) -> list[Invoice]:
    return _enqueue_and_settle(practice, [invoice for invoice in invoices if invoice.release(at=at)], at=at)


def _enqueue_and_settle(practice: Practice, released: list[Invoice], *, at: datetime) -> list[Invoice]:
    _enqueue_mended(released, by=None, at=at)
    if released:
        settle_practice(practice=practice, at=at)
    return released


def refused_by_itself(practice: Practice) -> QuerySet[Invoice]:
    """Refused invoices that may go out without a person once their cause is repaired: all but those due at signing."""
    return Invoice.objects.for_practice(practice).refused().exclude(kind=Invoice.Kind.ACCEPTANCE)


def queue_again(invoices: Iterable[Invoice], *, by: User | None, at: datetime) -> list[Invoice]:
    """REFUSED → RAISED and into the ledger's queue, with what may be used in the ledger now."""
    queued = [invoice for invoice in invoices if invoice.release(at=at)]
    _enqueue_mended(queued, by=by, at=at)
    return queued


def _enqueue_mended(released: list[Invoice], *, by: User | None, at: datetime) -> None:
    mend(released)
    enqueue(released, at=at)
    if released:
        about = [(invoice, {"was_refused": invoice.refusal_code}) for invoice in released]
        audit.record_all(practice=released[0].practice_id, action="invoice.retried", by=by, at=at, about=about)
