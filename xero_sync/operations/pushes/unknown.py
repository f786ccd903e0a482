"""Finding out what became of batches: by reading back, never by sending first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db import transaction

from clients.operations import Stopwatch, audit
from xero_sync.models import Batch, Push
from xero_sync.operations.lanes import Lease, announce_call, live_leases
from xero_sync.operations.pushes.claiming import refuse
from xero_sync.operations.pushes.finishing import (
    MOST_ATTEMPTS,
    adopted_or_refused,
    not_done,
    overdue,
    pushes_by_position,
    sent_elements,
    still_ours,
)
from xero_sync.ports import Gateway
from xero_sync.records import Json, LedgerInvoice
from xero_sync.translation.refusals import refusal
from xero_sync.translation.replies import by_link, under_number

CLOCK_SLACK = timedelta(days=1)  # Xero's clock may be hours off ours
PAGES = 20
PATIENCE = timedelta(seconds=60)
ADDRESS = 1_900  # characters of numbers in one address: as long as with the fifty ids that are known to work

Sent = Mapping[int, list[Json]]
There = Mapping[int, LedgerInvoice]


def take_over(lease: Lease, *, at: datetime) -> bool:
    """Make the open batches of senders that are gone ours: what never left waits again, what may have left is
    unknown once its call is over for certain. Those of slots in use are left alone. Whether there were any."""
    batches = Batch.objects.for_practice(lease.practice)
    live = live_leases(lease.practice, at=at)
    open_ones = batches.filter(status__in=Batch.OPEN).defer("body")
    left = [batch for batch in open_ones if (batch.slot, batch.fence) not in live]
    for batch in left:
        if batch.status == Batch.Status.SENDING and batch.deadline_at and batch.deadline_at >= at:
            continue
        theirs = batches.filter(pk=batch.pk, slot=batch.slot, fence=batch.fence, status=batch.status)
        if not theirs.update(slot=lease.slot, fence=lease.fence):
            continue
        if batch.status == Batch.Status.PREPARED:
            not_done(lease, batch, "It never left.", at=at)
        elif batch.status == Batch.Status.SENDING:
            overdue(lease, batch)
        if batch.kind == Batch.Kind.CONTACTS:
            # Creating them again is refused by our number where they exist, and the one that exists is then linked.
            still_ours(lease, batch, was=[Batch.Status.UNKNOWN], status=Batch.Status.SUPERSEDED, finished_at=at)
    return bool(left)


def questions(lease: Lease, *, at: datetime) -> list[Batch]:
    """The batches whose outcome can be found out now, the oldest first: as many as one call asks for."""
    chosen: list[Batch] = []
    length = 0
    for batch in _open_questions(lease, at=at):
        length += sum(len(quote(number, safe="")) + 3 for number in _numbers(sent_elements(batch)))
        if chosen and length > ADDRESS:
            break
        chosen.append(batch)
    return chosen


def pressing(lease: Lease, *, at: datetime) -> list[Batch]:
    """`questions` where they come before all else: nothing comes through lately, or one of them has waited too long to
    wait for what else is due. Before that, one call asks for all of them together once nothing is."""
    found = questions(lease, at=at)
    is_late = any(batch.sent_at is None or batch.sent_at <= at - PATIENCE for batch in found)
    return found if is_late or lease.lane.is_failing else []


def _open_questions(lease: Lease, *, at: datetime) -> Iterator[Batch]:
    unsettled = Batch.objects.for_practice(lease.practice).unsettled(at).select_related("connection")
    ours = unsettled.filter(status=Batch.Status.UNKNOWN, slot=lease.slot, fence=lease.fence)
    return (ours | unsettled.abandoned(at)).iterator(chunk_size=2)


def recognise(lease: Lease, invoices: Collection[LedgerInvoice], *, at: datetime) -> None:
    """Settle the batches that are among what was just read, each as a whole; what is missing here is asked for by its
    number before anything is concluded from it."""
    marked = by_link(invoices)
    for batch in list(_open_questions(lease, at=at)):  # SQLite writes nothing behind a cursor that is still open
        sent = sent_elements(batch)
        there = _found(sent, carrying=[], marked=marked)
        if len(there) == len(sent):
            _settled(lease, batch, sent, there, at=at)


def find_out(lease: Lease, batches: Sequence[Batch], gateway: Gateway, watch: Stopwatch) -> None:
    """Read back, then settle: what is there is posted, what is not goes again with the same number and bytes."""
    sent = {batch.pk: sent_elements(batch) for batch in batches}
    there = read_back(lease, batches, sent, gateway, watch)
    for batch in batches:
        _settled(lease, batch, sent[batch.pk], there[batch.pk], at=watch.now())


def _settled(lease: Lease, batch: Batch, sent: list[Json], there: There, *, at: datetime) -> None:
    settle = _settle if batch.status == Batch.Status.UNKNOWN else _adopt_what_arrived
    settle(lease, batch, sent, there, at=at)


def _settle(lease: Lease, batch: Batch, sent: list[Json], there: There, *, at: datetime) -> None:
    with transaction.atomic(), audit.together():
        pushes = pushes_by_position(batch, sent)
        missing = [position for position in pushes if position not in there]
        end = Batch.Status.SUPERSEDED if missing else Batch.Status.DONE
        if not still_ours(lease, batch, was=[Batch.Status.UNKNOWN], status=end, finished_at=at):
            return
        for position, push in pushes.items():
            if position in there:
                adopted_or_refused(push, batch.connection, sent[position], there[position], at=at)
            else:
                _again(push, batch, at=at)


def _adopt_what_arrived(lease: Lease, batch: Batch, sent: list[Json], there: There, *, at: datetime) -> None:
    """Before its deadline: what is missing may still arrive, and is asked for again after it."""
    with transaction.atomic(), audit.together():
        pushes = pushes_by_position(batch, sent)
        is_whole = all(position in there for position in pushes)
        end = {"status": Batch.Status.DONE, "finished_at": at} if is_whole else {}
        abandoned = Batch.objects.for_practice(lease.practice).abandoned(at)
        theirs = abandoned.filter(pk=batch.pk, slot=batch.slot, fence=batch.fence)
        if not theirs.update(slot=lease.slot, fence=lease.fence, looked_at=at, **end):
            return
        for position in pushes.keys() & there.keys():
            adopted_or_refused(pushes[position], batch.connection, sent[position], there[position], at=at)


def read_back(
    lease: Lease, batches: Sequence[Batch], sent: Sent, gateway: Gateway, watch: Stopwatch
) -> dict[int, dict[int, LedgerInvoice]]:
    """What Xero holds of these batches, by batch and position: found by our numbers, else by our marker."""
    numbers = [number for batch in batches for number in _numbers(sent[batch.pk])]
    carrying = []
    if numbers:
        announce_call(lease, gateway, at=watch.now())
        carrying = gateway.invoices_numbered(numbers)
    unnumbered = [batch for batch in batches if len(_numbers(sent[batch.pk])) < len(sent[batch.pk])]
    marked = _by_marker(lease, unnumbered, gateway, watch) if unnumbered else {}
    return {batch.pk: _found(sent[batch.pk], carrying, marked) for batch in batches}


def _numbers(sent: Sequence[Json]) -> list[str]:
    return [element["InvoiceNumber"] for element in sent if element.get("InvoiceNumber")]


def _found(
    sent: Sequence[Json], carrying: Sequence[LedgerInvoice], marked: Mapping[str, LedgerInvoice]
) -> dict[int, LedgerInvoice]:
    found = {position: one for position, element in enumerate(sent) if (one := under_number(carrying, element))}
    for position, element in enumerate(sent):
        one = marked.get(str(element.get("Url") or "").lower())
        if one and position not in found:
            found[position] = one
    return found


def _by_marker(lease: Lease, batches: Sequence[Batch], gateway: Gateway, watch: Stopwatch) -> dict[str, LedgerInvoice]:
    """Everything that our app made since the first of them left, by its link."""
    since = min(batch.sent_at or batch.created_at for batch in batches) - CLOCK_SLACK
    found: list[LedgerInvoice] = []
    for page in range(1, PAGES + 1):
        announce_call(lease, gateway, at=watch.now())
        invoices, is_last = gateway.invoices_of_our_app(page=page, changed_since=since)
        found += invoices
        if is_last:
            break
    return by_link(found)


def _again(push: Push, batch: Batch, *, at: datetime) -> None:
    """Not there: send it again, unless it stood alone in a batch that ended without an answer too often."""
    if batch.item_count == 1 and batch.attempts >= MOST_ATTEMPTS:
        refuse(push, refusal("SET_ASIDE", batch.problem), at=at)
        return
    Push.objects.for_practice(push.practice_id).filter(pk=push.pk, status=Push.Status.UNKNOWN).update(
        status=Push.Status.READY
    )
