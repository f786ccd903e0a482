"""Where invoices are on their way to Xero, and how those that arrived differ from what was sent. To be read only."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from billing.calendar import clock_in
from billing.models import Invoice
from billing.ports import Deviation, Whereabouts
from clients.models import Practice
from xero_sync.models import Batch, Difference, Lane, Push
from xero_sync.reports.pauses import REASONS, lane_of

Status = Push.Status
AT_REST = (Status.REFUSED, Status.WITHDRAWN)
TITLES = {
    Difference.Kind.MISSING: "Not in Xero any more",
    Difference.Kind.DUPLICATE: "Twice in Xero",
    Difference.Kind.TOTAL: "Another total in Xero",
    Difference.Kind.CONTACT: "On another contact in Xero",
    Difference.Kind.DELETED: "Deleted or voided in Xero",
    Difference.Kind.EDITED: "Edited in Xero",
    Difference.Kind.UNWANTED: "In Xero, though it is closed here",
}
IN_QUEUE = Whereabouts(
    "IN_QUEUE",
    "In the queue to Xero",
    "Its turn comes within minutes. If it still stands here in an hour, tell whoever runs Socket: nobody may "
    "be serving the queue.",
)
NOT_QUEUED = Whereabouts(
    "NOT_QUEUED", "Not in the queue to Xero", "It is wanted, and nothing will send it. Queue it again."
)
BEING_SENT = Whereabouts(
    "BEING_SENT", "On the way to Xero", "It was sent a moment ago; the answer is not here yet.", is_away=True
)
BEING_CHECKED = Whereabouts(
    "BEING_CHECKED",
    "Not known yet whether it arrived",
    "Xero gave no answer. Socket looks for it by its number before anything is sent again, so it cannot arrive twice.",
    is_away=True,
)
SENT_BEFORE = Whereabouts(
    "SENT_BEFORE",
    "It goes out once more",
    "It was sent without an answer and is not in Xero. It goes again with the same number and the same content.",
    is_away=True,
)
ADRIFT = Whereabouts(
    "REFERENCE_TAKEN",
    "Xero named another of our invoices for it",
    "What Xero answered belongs to another invoice here. Look there for its number, then mark it as handled by hand.",
)


def whereabouts(practice: Practice, invoice_ids: Collection[int], *, at: datetime) -> dict[int, Whereabouts]:
    """Of invoices that may go: what became of the push of each. In two queries, however many are asked for."""
    lane = lane_of(practice)
    pushes = (
        Push.objects.for_practice(practice)
        .filter(invoice__in=invoice_ids)
        .select_related("batch", "practice", "invoice")
    )
    return {push.invoice_id: _place(push, lane, at) for push in pushes.defer("batch__body")}


def _place(push: Push, lane: Lane | None, at: datetime) -> Whereabouts:
    if push.status in AT_REST:
        return NOT_QUEUED
    if push.status in (Status.POSTED, Status.VERIFIED):
        return ADRIFT
    if push.status == Status.UNKNOWN:
        return _being_checked(push, lane, at)
    if push.status != Status.READY:
        return BEING_SENT
    paused = _paused(push, lane, at)
    return paused or (SENT_BEFORE if push.element_sha256 else IN_QUEUE)


def _being_checked(push: Push, lane: Lane | None, at: datetime) -> Whereabouts:
    """When it is looked for: at once, unless Xero asked us to wait or could still make it late under its own number."""
    batch = push.batch
    waits = [lane.next_ok_at] if lane else []
    if batch and batch.sent_at and not push.invoice.number:
        waits.append(batch.sent_at + Batch.QUARANTINE)
    until = max([wait for wait in waits if wait > at], default=None)
    if until is None:
        return BEING_CHECKED
    sentence = f"{BEING_CHECKED.sentence} The next look is at {clock_in(push.practice.zone, until, at=at)}."
    return Whereabouts(BEING_CHECKED.code, BEING_CHECKED.title, sentence, until, is_away=True)


def _paused(push: Push, lane: Lane | None, at: datetime) -> Whereabouts | None:
    until = max([push.not_before, *([lane.next_ok_at] if lane else [])])
    if until <= at:
        return None
    is_the_lanes = lane is not None and lane.next_ok_at == until
    why = REASONS.get(lane.waiting_for if lane and is_the_lanes else "", "Xero is not asked for a moment.")
    sentence = f"{why} It goes on by itself at {clock_in(push.practice.zone, until, at=at)}."
    return Whereabouts("PAUSED", "Waits for Xero", sentence, until, is_away=bool(push.element_sha256))


def differing(practice: Practice) -> QuerySet[Invoice]:
    """Invoices that differ from what stands in Xero, while nobody has said that this is known."""
    unseen = Difference.objects.for_practice(practice).filter(resolved_at=None, seen_at=None)
    return Invoice.objects.for_practice(practice).filter(pk__in=unseen.order_by().values("invoice"))


def differences(practice: Practice, invoice_ids: Collection[int]) -> list[Deviation]:
    """How these invoices differ from what stands in Xero, the newest first."""
    rows = Difference.objects.for_practice(practice).filter(invoice__in=invoice_ids, resolved_at=None)
    return [
        Deviation(
            invoice_id=row.invoice_id,
            code=f"{row.kind.upper()}_IN_XERO",
            title=TITLES[Difference.Kind(row.kind)],
            sentence=row.detail,
            found_at=row.found_at,
            is_seen=row.seen_at is not None,
        )
        for row in rows.order_by("-found_at", "pk")
    ]
