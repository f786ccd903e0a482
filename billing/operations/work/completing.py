"""Marking work as completed raises its invoice; until that is sent it can be undone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import uuid5

from django.db import transaction
from django.db.models import QuerySet

from billing.calendar import PERIODS, add_months, first_of, today_in
from billing.drafting import invoice_drafts
from billing.models import ONE_OFF, Invoice, PlanLine, WorkItem
from billing.operations.raising import Wanted, raise_invoices
from billing.operations.terms import terms_of, tracking_of
from billing.operations.withdrawing import withdraw
from billing.operations.work.opening import open_next
from billing.records import BillableLine, CompletionPreview, EffectiveTerms
from clients.models import Practice, User
from clients.operations import audit

Status = WorkItem.Status
Key = tuple[int, int | None]
TOGETHER = (
    "client",
    "engagement",
    "engaged_service__entity",
    "engaged_service__line_tracking__category",
    "engaged_service__service_tracking__category",
)


class NothingOpen(Exception):
    """None of the chosen work is open."""


class NotFromWork(Exception):
    """The invoice is of a plan, or was due at signing."""


def preview_completion(practice: Practice, item_ids: Collection[int]) -> list[CompletionPreview]:
    """What marking these as completed will raise: one invoice per proposal and payer. Writes nothing."""
    return [
        CompletionPreview(
            client_id=items[0].client_id,
            client_name=items[0].client.name,
            engagement_id=items[0].engagement_id,
            proposal_number=items[0].engagement.number if items[0].engagement else None,
            item_count=len(items),
            total=sum((item.amount for item in items), Decimal("0.00")),
            items=tuple(f"{item.name}, {item.period_label}" if item.period_label else item.name for item in items),
        )
        for items in _grouped(_open_items(practice, item_ids)).values()
    ]


@transaction.atomic
def complete(*, practice: Practice, item_ids: Collection[int], by: User, at: datetime) -> list[Invoice]:
    """Mark open work as completed and raise its invoices; quarterly and annual work reappears for the next period.

    Work that somebody completed before is left out; repeated, it answers the invoices that stand. Raises NothingOpen
    when none of it was ever there to be done.
    """
    items = [item for item in _open_items(practice, item_ids) if _complete(item, by=by, at=at)]
    if not items:
        return _standing(practice, item_ids)
    groups = _grouped(items)
    terms = terms_of(practice, list({client_id for client_id, _ in groups}))
    wanted = [
        (want, members) for key, members in groups.items() for want in _wanted(practice, members, terms[key[0]], at)
    ]
    invoices = raise_invoices(practice, [want for want, _ in wanted], by=by, at=at)
    for invoice, (_, members) in zip(invoices, wanted, strict=True):
        _rows(practice, members).update(invoice=invoice)
    about = [(item, {"client": str(item.client), "period": item.period_label, "amount": item.amount}) for item in items]
    audit.record_all(practice=practice, action="work.completed", by=by, at=at, about=about)
    open_next(practice, items, at=at)
    return invoices


@transaction.atomic
def undo(*, practice: Practice, invoice: Invoice, by: User, at: datetime) -> list[WorkItem]:
    """Take a completion back while its invoice has not been sent: the work is open again. Raises AlreadySent."""
    if invoice.kind != Invoice.Kind.COMPLETION:
        raise NotFromWork(f"Invoice {invoice} did not come from work that was marked as completed.")
    items = list(WorkItem.objects.for_practice(practice).filter(invoice=invoice).select_related("engaged_service"))
    withdraw(invoice, reason="Completion undone", by=by, at=at)
    # The work may be completed again: source key and marker are free for the invoice that will then be wanted.
    invoice.source_key = f"{invoice.source_key}:undone:{invoice.pk}"[:200]
    invoice.uid = uuid5(invoice.client.uid, invoice.source_key)
    invoice.save(update_fields=["source_key", "uid"])
    for item in items:
        _cancel_next(practice, item)
    about = [(item, {"period": item.period_label, "amount": item.amount, "invoice": str(invoice)}) for item in items]
    audit.record_all(practice=practice, action="work.undone", by=by, at=at, about=about)
    _rows(practice, items).update(status=Status.OPEN, completed_by=None, completed_at=None, invoice=None)
    return items


@transaction.atomic
def undo_all(*, practice: Practice, invoice_ids: Collection[int], by: User, at: datetime) -> list[WorkItem]:
    """Take a completion back with every invoice it raised, or, where one of them was sent, none: raises AlreadySent.

    Invoices that were taken back before are left out.
    """
    completions = Invoice.objects.for_practice(practice).filter(kind=Invoice.Kind.COMPLETION, pk__in=invoice_ids)
    found = completions.exclude(status=Invoice.Status.CANCELLED).order_by("pk")
    return [item for each in found for item in undo(practice=practice, invoice=each, by=by, at=at)]


def _open_items(practice: Practice, item_ids: Collection[int]) -> list[WorkItem]:
    items = WorkItem.objects.for_practice(practice).open().filter(pk__in=item_ids)
    return list(items.select_related(*TOGETHER).order_by("engagement__number", "period_start", "pk"))


def _rows(practice: Practice, items: Iterable[WorkItem]) -> QuerySet[WorkItem]:
    return WorkItem.objects.for_practice(practice).filter(pk__in=[item.pk for item in items])


def _complete(item: WorkItem, *, by: User, at: datetime) -> bool:
    """OPEN → COMPLETED, by one person only."""
    rows = WorkItem.objects.for_practice(item.practice_id).open().filter(pk=item.pk)
    return bool(rows.update(status=Status.COMPLETED, completed_by=by, completed_at=at))


def _standing(practice: Practice, item_ids: Collection[int]) -> list[Invoice]:
    invoices = Invoice.objects.for_practice(practice).filter(work_items__in=list(item_ids)).distinct()
    if not invoices:
        raise NothingOpen("None of the chosen work is open. Somebody may have completed it, or taken it away.")
    return list(invoices.order_by("pk"))


def _grouped(items: Iterable[WorkItem]) -> dict[Key, list[WorkItem]]:
    """By payer and engagement; ad-hoc work by client."""
    groups: dict[Key, list[WorkItem]] = defaultdict(list)
    for item in items:
        groups[item.client_id, item.engagement_id].append(item)
    return groups


def _wanted(practice: Practice, items: Sequence[WorkItem], terms: EffectiveTerms, at: datetime) -> list[Wanted]:
    today = today_in(practice.zone, at)
    labels = ", ".join(dict.fromkeys(item.period_label for item in items if item.period_label))
    drafts = invoice_drafts(
        [_billable(item) for item in items],
        terms,
        kind=Invoice.Kind.COMPLETION,
        month=first_of(today),
        posted_on=today,
        period=labels,
    )
    source = items[0].engagement.source if items[0].engagement else f"c{items[0].client_id}"
    marks = "\n".join(sorted(_mark(item) for item in items))
    key = f"done:{source}:{sha256(marks.encode()).hexdigest()[:24]}"
    return [
        Wanted(draft, items[0].client_id, key, Invoice.Kind.COMPLETION, engagement=items[0].engagement)
        for draft in drafts
        if draft.total
    ]


def _mark(item: WorkItem) -> str:
    """What this work is, whatever its row: a database that was put back to an older copy gives row numbers anew."""
    source = f"service {item.engaged_service.position}" if item.engaged_service else f"item {item.uid}"
    return f"{source}, {item.client_id}, {item.period_start}, {item.name}, {item.amount:.2f}"


def _billable(item: WorkItem) -> BillableLine:
    service = item.engaged_service
    is_one_off = service is None or service.billing_method in ONE_OFF
    is_elsewhere = service is not None and service.entity_id not in {None, item.client_id}
    number = item.engagement.number if item.engagement else None
    return BillableLine(
        kind=PlanLine.Kind.ONE_OFF if is_one_off else PlanLine.Kind.RECURRING,
        description=item.name if is_one_off else f"{item.name}, {item.period_label}",
        quantity=Decimal("1"),
        unit_price=item.amount,
        amount=item.amount,
        engaged_service_id=item.engaged_service_id,
        account_id=service.ledger_account_id if service else None,
        line_tracking=tracking_of(service.line_tracking) if service else None,
        service_tracking=tracking_of(service.service_tracking) if service else None,
        entity_name=str(service.entity) if service and is_elsewhere else "",
        why="Marked as completed" if number is None else f"Marked as completed, proposal {number}",
        proposal_number=number,
    )


def _cancel_next(practice: Practice, item: WorkItem) -> None:
    """The next period's item, opened by the completion, goes again while nobody has touched it."""
    service = item.engaged_service
    months = PERIODS.get(service.billing_method) if service else None
    if months:
        start = add_months(item.period_start, months)
        later = WorkItem.objects.for_practice(practice).open().filter(engaged_service=service, period_start=start)
        later.update(status=Status.CANCELLED)
