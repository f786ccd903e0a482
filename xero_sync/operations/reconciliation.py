"""Reading back what was posted. What differs is reported; it is never overwritten and never posted again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from clients.models import PracticeQuerySet
from xero_sync.models import Connection, Difference, Push
from xero_sync.operations.lanes import CALL, Lease, extend
from xero_sync.ports import Gateway
from xero_sync.records import Json, LedgerInvoice
from xero_sync.translation.elements import element_bytes, elements_in, sha256
from xero_sync.translation.replies import disagreements

CLOCK_SLACK = timedelta(days=1)
WATCHED = timedelta(days=7)
PAGES = 20
AT_A_TIME = 1000
NUMBERS_PER_CALL = 50
MISSING = "It was posted, but Xero does not have it any more."


def read_back(lease: Lease, connection: Connection, gateway: Gateway, *, at: datetime) -> None:
    """Read what we posted since the last time, a thousand a call, and compare each to the penny."""
    unread = Push.objects.for_practice(lease.practice).unread().order_by("invoice__posted_at", "pk")
    pushes = _with_relations(unread[:AT_A_TIME])
    if not pushes:
        return
    since = min(push.invoice.posted_at or at for push in pushes) - CLOCK_SLACK
    extend(lease, until=at + CALL)
    there = _of_our_app(gateway, changed_since=since)
    unseen = [push for push in pushes if _found(push, there) is None]
    for start in range(0, len(unseen), NUMBERS_PER_CALL):
        extend(lease, until=at + CALL)
        numbers = [push.invoice.ledger_number for push in unseen[start : start + NUMBERS_PER_CALL]]
        there |= _by_id(gateway.invoices_numbered([number for number in numbers if number]))
    sent = _sent_elements(pushes)
    for push in pushes:
        verify(push, _found(push, there), sent.get(push.pk), at=at)


def watch(*, connection: Connection, gateway: Gateway, at: datetime) -> int:
    """Look for what people did to our invoices of the last seven days. Only what changed is read. How many differ."""
    recent = Push.objects.for_practice(connection.practice_id).filter(
        status__in=[Push.Status.POSTED, Push.Status.VERIFIED], invoice__posted_at__gte=at - WATCHED
    )
    if not recent.exists():
        return 0
    there = _of_our_app(gateway, changed_since=at - WATCHED - CLOCK_SLACK)
    ids = [invoice.external_id for invoice in there.values()]
    changed = _with_relations(recent.filter(invoice__ledger_reference__in=ids))
    sent = _sent_elements(changed)
    return sum(not verify(push, _found(push, there), sent.get(push.pk), at=at) for push in changed)


def _with_relations(pushes: PracticeQuerySet[Push]) -> Sequence[Push]:
    return list(pushes.select_related("invoice", "batch"))


def _of_our_app(gateway: Gateway, *, changed_since: datetime) -> dict[str, LedgerInvoice]:
    found: dict[str, LedgerInvoice] = {}
    for page in range(1, PAGES + 1):
        invoices, is_last = gateway.invoices_of_our_app(page=page, changed_since=changed_since)
        found |= _by_id(invoices)
        if is_last:
            break
    return found


def _by_id(invoices: Iterable[LedgerInvoice]) -> dict[str, LedgerInvoice]:
    return {invoice.external_id: invoice for invoice in invoices}


def _found(push: Push, there: dict[str, LedgerInvoice]) -> LedgerInvoice | None:
    return there.get(push.invoice.ledger_reference)


def verify(push: Push, there: LedgerInvoice | None, sent: Json | None, *, at: datetime) -> bool:
    """Write down how this invoice stands in Xero; True where it agrees. A difference that is over is resolved."""
    found = [("missing", MISSING)] if there is None else disagreements(there, sent) if sent else []
    with transaction.atomic():
        _report(push, found, at=at)
        status = Push.Status.POSTED if found else Push.Status.VERIFIED
        rows = Push.objects.for_practice(push.practice_id).filter(
            pk=push.pk, status__in=[Push.Status.POSTED, Push.Status.VERIFIED]
        )
        rows.update(status=status, verified_at=at)
    return not found


def _report(push: Push, found: Sequence[tuple[str, str]], *, at: datetime) -> None:
    known = Difference.objects.for_practice(push.practice_id).filter(invoice=push.invoice, resolved_at=None)
    known.exclude(kind__in=[kind for kind, _ in found]).exclude(kind=Difference.Kind.DUPLICATE).update(resolved_at=at)
    for kind, detail in found:
        known.get_or_create(
            practice_id=push.practice_id,
            invoice=push.invoice,
            kind=kind,
            resolved_at=None,
            defaults={"detail": detail[:500], "found_at": at},
        )


def _sent_elements(pushes: Sequence[Push]) -> dict[int, Json]:
    """The element of each push as it left us; every batch is read once."""
    by_hash: dict[tuple[int | None, str], Json] = {}
    for batch in {push.batch for push in pushes if push.batch}:
        for element in elements_in(bytes(batch.body), "Invoices"):
            by_hash[batch.pk, sha256(element_bytes(element))] = element
    found = {push.pk: by_hash.get((push.batch_id, push.element_sha256)) for push in pushes}
    return {pk: element for pk, element in found.items() if element is not None}
