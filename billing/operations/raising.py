"""Turning drafts into invoices: once per source key, numbered, in the ledger's queue, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F

from billing.models import BillingPlan, BillingSettings, Engagement, Invoice, InvoiceLine, NumberSeries
from billing.operations.terms import settings_of
from billing.ports import get_ledger
from billing.records import InvoiceDraft
from clients.models import Client, Practice, User


class SeriesBusy(Exception):
    """The number series could not be taken: too many writers at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One invoice to be raised, and what it is for."""

    draft: InvoiceDraft
    client_id: int
    source_key: str
    kind: str
    plan: BillingPlan | None = None
    engagement: Engagement | None = None
    is_released: bool = True


def raise_invoices(practice: Practice, wanted: Sequence[Wanted], *, by: User | None, at: datetime) -> list[Invoice]:
    """Create what does not exist yet and queue it; answers every invoice of these source keys, old and new.

    Runs inside the caller's transaction. Should another worker raise the same at this moment, its rows stand.
    """
    known = _existing(practice, wanted)
    missing = [want for want in wanted if want.source_key not in known]
    if missing:
        try:
            known |= _create(practice, missing, by=by, at=at)
        except IntegrityError:
            known = _existing(practice, wanted)
            missing = [want for want in wanted if want.source_key not in known]
            known |= _create(practice, missing, by=by, at=at)
    return [known[want.source_key] for want in wanted]


def _existing(practice: Practice, wanted: Sequence[Wanted]) -> dict[str, Invoice]:
    rows = Invoice.objects.for_practice(practice).filter(source_key__in=[want.source_key for want in wanted])
    return {invoice.source_key: invoice for invoice in rows}


def _create(practice: Practice, wanted: Sequence[Wanted], *, by: User | None, at: datetime) -> dict[str, Invoice]:
    with transaction.atomic():
        numbers = take_numbers(practice, len(wanted))
        uids = _uids(practice, {want.client_id for want in wanted})
        invoices = [
            _invoice(practice, want, number, uids[want.client_id], by=by, at=at)
            for want, number in zip(wanted, numbers, strict=True)
        ]
        Invoice.objects.bulk_create(invoices)
        lines = [
            line
            for want, invoice in zip(wanted, invoices, strict=True)
            for line in _lines(practice, invoice, want.draft)
        ]
        InvoiceLine.objects.bulk_create(lines)
        enqueue([invoice for invoice in invoices if invoice.is_released], at=at)
    return {invoice.source_key: invoice for invoice in invoices}


def enqueue(invoices: Sequence[Invoice], *, at: datetime) -> None:
    """Hand invoices to the ledger each of them names."""
    for destination, members in groupby(
        sorted(invoices, key=lambda invoice: invoice.destination), key=lambda invoice: invoice.destination
    ):
        get_ledger(destination).enqueue_all(list(members), at=at)


def _uids(practice: Practice, client_ids: Collection[int]) -> dict[int, UUID]:
    """The names for good of these clients, from which the invoices' markers follow."""
    return dict(Client.objects.for_practice(practice).filter(pk__in=client_ids).values_list("pk", "uid"))


def _invoice(
    practice: Practice, want: Wanted, number: str | None, client_uid: UUID, *, by: User | None, at: datetime
) -> Invoice:
    draft = want.draft
    return Invoice(
        practice=practice,
        uid=uuid5(client_uid, want.source_key),
        client_id=want.client_id,
        plan=want.plan,
        engagement=want.engagement,
        source_key=want.source_key,
        kind=want.kind,
        destination=draft.destination,
        number=number,
        reference=draft.reference,
        invoice_date=draft.invoice_date,
        due_date=draft.due_date,
        currency=practice.billing_settings.currency,
        total=draft.total,
        posting_status=draft.posting_status,
        template_id=draft.template_id,
        raised_at=at,
        raised_by=by,
        waiting_since=at,
        is_released=want.is_released,
    )


def _lines(practice: Practice, invoice: Invoice, draft: InvoiceDraft) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            practice=practice,
            invoice=invoice,
            position=position,
            engaged_service_id=line.engaged_service_id,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            ledger_account_id=line.account_id,
            tracking_1_id=line.tracking_1.option_id if line.tracking_1 else None,
            tracking_2_id=line.tracking_2.option_id if line.tracking_2 else None,
            why=line.why,
            note=line.note,
        )
        for position, line in enumerate(draft.lines)
    ]


def take_numbers(practice: Practice, count: int) -> Sequence[str | None]:
    """The next numbers of the practice's series, taken by compare-and-swap; none where the ledger numbers."""
    settings = settings_of(practice)
    if settings.numbering == BillingSettings.Numbering.LEDGER:
        return [None] * count
    first = _take(practice, settings.number_prefix, count)
    return [f"{settings.number_prefix}{number:05d}" for number in range(first, first + count)]


def _take(practice: Practice, prefix: str, count: int) -> int:
    rows = NumberSeries.objects.for_practice(practice)
    for _ in range(100):
        series, _made = rows.get_or_create(practice=practice, prefix=prefix)
        seen = series.next_number
        if rows.filter(pk=series.pk, next_number=seen).update(next_number=F("next_number") + count):
            return seen
    raise SeriesBusy("The invoice numbers are being taken by others. Try again in a moment.")
