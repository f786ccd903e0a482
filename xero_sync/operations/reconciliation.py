"""Reading back what was posted. What differs is reported; it is never overwritten and never posted again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from clients.models import Practice, PracticeQuerySet
from clients.operations import Stopwatch
from xero_sync.models import Batch, Connection, Difference, Push
from xero_sync.operations import budgets, twins, unwanted
from xero_sync.operations.expecting import ROWS, Sent, expected_of, sent_of
from xero_sync.operations.lanes import Lease, announce_call
from xero_sync.ports import Gateway
from xero_sync.records import Json, LedgerInvoice
from xero_sync.translation.replies import disagreements

CLOCK_SLACK = timedelta(days=1)
WATCHED = timedelta(days=7)
PAGE = 1_000  # invoices in a call
PAGES = 40
AT_A_TIME = 20_000
NUMBERS_PER_CALL = 50
MISSING = "It was posted, but Xero does not have it any more."


def read_back(lease: Lease, gateway: Gateway, watch: Stopwatch) -> bool:
    """Read what we posted since the last time, a thousand a call, and compare each to the penny.

    The first slot's business, once nothing is on its way any more. Whether anything was read; what was read before a
    limit was met is kept.
    """
    if not lease.is_first or not is_due(lease.practice):
        return False
    unread = Push.objects.for_practice(lease.practice).unread().order_by("invoice__posted_at", "pk")
    pushes = sent_of(unread[:AT_A_TIME])
    budgets.require_room(lease.practice, calls=len(pushes) // PAGE + 1, at=watch.now())
    since = min(push.posted_at or watch.now() for push in pushes) - CLOCK_SLACK
    there = of_our_app(gateway, changed_since=since, announce=lambda: announce_call(lease, gateway, at=watch.now()))
    verify_all([push for push in pushes if _found(push, there)], there, at=watch.now())
    unseen = [push for push in pushes if _found(push, there) is None]
    for start in range(0, len(unseen), NUMBERS_PER_CALL):
        asked = unseen[start : start + NUMBERS_PER_CALL]
        announce_call(lease, gateway, at=watch.now())
        numbered = gateway.invoices_numbered([push.number for push in asked if push.number])
        verify_all(asked, _by_id(numbered), at=watch.now())
    return True


def is_due(practice: Practice) -> bool:
    """Whether something was posted and not read back, and nothing more is on its way."""
    pushes = Push.objects.for_practice(practice)
    return pushes.unread().exists() and not pushes.on_the_way().exists()


def watch(*, connection: Connection, gateway: Gateway, at: datetime) -> int:
    """Look for what people did to our invoices of the last seven days, for late twins, and for what stands there though
    it was cancelled here. Only what changed is read.

    How many differ.
    """
    sent = Batch.objects.for_practice(connection.practice_id).filter(sent_at__gte=at - WATCHED)
    recent = Push.objects.for_practice(connection.practice_id).filter(
        status__in=[Push.Status.POSTED, Push.Status.VERIFIED], invoice__posted_at__gte=at - WATCHED
    )
    reported = unwanted.first_reported(connection)
    if not (reported or recent.exists() or sent.exists()):
        return 0
    since = min(at - WATCHED, reported or at)
    there = of_our_app(gateway, changed_since=since - CLOCK_SLACK)
    changed = recent.filter(invoice__ledger_reference__in=list(there))
    differing = verify_all(sent_of(changed), there, at=at)
    _remove_twins(connection, gateway, there, at=at)
    return differing + unwanted.report(connection, there.values(), at=at)


def _remove_twins(
    connection: Connection, gateway: Gateway, there: Mapping[str, LedgerInvoice], *, at: datetime
) -> None:
    pairs = twins.twins_of(connection, there)
    expected = expected_of([push for push, _ in pairs])
    for push, twin in pairs:
        twins.remove(push, twin, expected.get(push.pk), gateway, at=at)


def of_our_app(
    gateway: Gateway, *, changed_since: datetime, announce: Callable[[], object] = lambda: None
) -> dict[str, LedgerInvoice]:
    """Everything that our app made in Xero and that changed since then, by Xero's id, a thousand a call; each is
    announced before."""
    found: dict[str, LedgerInvoice] = {}
    for page in range(1, PAGES + 1):
        announce()
        invoices, is_last = gateway.invoices_of_our_app(page=page, changed_since=changed_since)
        found |= _by_id(invoices)
        if is_last:
            break
    return found


def _by_id(invoices: Iterable[LedgerInvoice]) -> dict[str, LedgerInvoice]:
    return {invoice.external_id: invoice for invoice in invoices}


def _found(push: Sent, there: Mapping[str, LedgerInvoice]) -> LedgerInvoice | None:
    return there.get(push.reference)


def verify_all(pushes: Sequence[Sent], there: Mapping[str, LedgerInvoice], *, at: datetime) -> int:
    """Write down how these invoices of one practice stand in Xero; how many differ.

    Those that agree, by far the most, are written together.
    """
    if not pushes:
        return 0
    practice_id = pushes[0].practice_id
    reported = set(_open_differences(practice_id).values_list("invoice_id", flat=True))
    expected = expected_of(pushes)
    found = {push.pk: _differences(_found(push, there), expected.get(push.pk)) for push in pushes}
    in_order = [push.pk for push in pushes if not found[push.pk] and push.pk not in reported]
    for start in range(0, len(in_order), ROWS):
        _known_posted(practice_id).filter(pk__in=in_order[start : start + ROWS]).update(
            status=Push.Status.VERIFIED, verified_at=at
        )
    for push in pushes:
        if found[push.pk] or push.pk in reported:
            _write_down(push, found[push.pk], at=at)
    return sum(bool(one) for one in found.values())


def _differences(there: LedgerInvoice | None, expected: Json | None) -> list[tuple[str, str]]:
    if there is None:
        return [(Difference.Kind.MISSING, MISSING)]
    return disagreements(there, expected) if expected else []


def _known_posted(practice_id: int) -> PracticeQuerySet[Push]:
    return Push.objects.for_practice(practice_id).filter(status__in=[Push.Status.POSTED, Push.Status.VERIFIED])


def _open_differences(practice_id: int) -> PracticeQuerySet[Difference]:
    return Difference.objects.for_practice(practice_id).filter(resolved_at=None)


def _write_down(push: Sent, found: Sequence[tuple[str, str]], *, at: datetime) -> None:
    """A difference that is over is resolved; a twin is the sweep's business."""
    with transaction.atomic():
        known = _open_differences(push.practice_id).filter(invoice=push.pk)
        over = known.exclude(kind__in=[kind for kind, _ in found]).exclude(kind=Difference.Kind.DUPLICATE)
        over.update(resolved_at=at)
        for kind, detail in found:
            known.get_or_create(
                practice_id=push.practice_id,
                invoice_id=push.pk,
                kind=kind,
                resolved_at=None,
                defaults={"detail": detail[:500], "found_at": at},
            )
        status = Push.Status.POSTED if found else Push.Status.VERIFIED
        _known_posted(push.practice_id).filter(pk=push.pk).update(status=status, verified_at=at)
