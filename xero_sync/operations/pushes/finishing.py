"""T3: what a reply, or the lack of one, makes of a batch. Everything here asks for the fence first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from billing.models import Invoice
from billing.operations import invoices as billing_invoices
from billing.operations.recording import Posting, record_all_posted
from clients.models import PracticeQuerySet
from clients.operations import audit
from xero_sync.models import Batch, Connection, Contact, Push
from xero_sync.operations.lanes import Lease
from xero_sync.operations.pushes.claiming import refuse
from xero_sync.records import BatchReply, Element, Json, LedgerInvoice
from xero_sync.translation.addresses import invoice_url
from xero_sync.translation.elements import element_bytes, elements_in, sha256
from xero_sync.translation.refusals import Refusal, explained, is_number_taken, refusal
from xero_sync.translation.replies import INVOICE_KEYS, external_id, is_ours, matched, under_number

Status = Batch.Status
MOST_ATTEMPTS = 5
FEW = 10
SPACE = timedelta(minutes=1)
MOST_RENUMBERINGS = 5
TO_RECORD = (  # that an invoice was posted
    "practice",
    "element_sha256",
    "invoice__practice",
    "invoice__uid",
    "invoice__number",
    "invoice__total",
    "invoice__currency",
)
READY_AGAIN = {"status": Push.Status.READY, "batch": None, "element_sha256": "", "contact_external_id": ""}


def still_ours(lease: Lease, batch: Batch, *, was: Sequence[str], **changes: object) -> bool:
    """Move the batch where our fence still holds. False: another worker has taken over and will find out itself."""
    rows = Batch.objects.for_practice(lease.practice).filter(
        pk=batch.pk, slot=lease.slot, fence=lease.fence, status__in=was
    )
    return bool(rows.update(**changes))


def sent_elements(batch: Batch) -> list[Json]:
    return elements_in(batch.body, "Invoices")


def pushes_by_position(batch: Batch, sent: Sequence[Json]) -> dict[int, Push]:
    """Which push each element of the batch stands for, while that is still open."""
    return _by_position(_open_pushes(batch).select_related("invoice", "invoice__client"), sent)


def _open_pushes(batch: Batch) -> PracticeQuerySet[Push]:
    return Push.objects.for_practice(batch.practice_id).unfinished().filter(batch=batch)


def _by_position(pushes: Iterable[Push], sent: Sequence[Json]) -> dict[int, Push]:
    positions = {sha256(element_bytes(element)): position for position, element in enumerate(sent)}
    return {positions[push.element_sha256]: push for push in pushes}


@dataclass(frozen=True, slots=True)
class Answers:
    """What was sent, and by its position what Xero's reply says of it."""

    sent: Sequence[Json]
    elements: Mapping[int, Element]
    correlation_id: str


def answers_of(batch: Batch, reply: BatchReply) -> Answers:
    sent = sent_elements(batch)
    return Answers(sent, matched(sent, reply.elements, INVOICE_KEYS), reply.correlation_id)


def numbers_to_look_up(answers: Answers) -> list[str]:
    """Numbers that Xero says are taken: perhaps by ourselves, at an attempt whose answer was lost."""
    taken = [p for p, e in answers.elements.items() if not e.is_accepted and is_number_taken(e.words)]
    return [number for position in taken if (number := answers.sent[position].get("InvoiceNumber"))]


def answered(
    lease: Lease, batch: Batch, answers: Answers, there: Sequence[LedgerInvoice] | None, *, at: datetime
) -> None:
    """Each element is posted, refused, or stays unknown where the reply does not speak of it.

    `there` holds what Xero has under the numbers that it called taken; None where that could not be asked.
    """
    sent, elements = answers.sent, answers.elements
    with transaction.atomic(), audit.together(is_sealed=False):
        pushes = _by_position(_open_pushes(batch).select_related("invoice").only(*TO_RECORD), sent)
        open_ends = 0
        if not still_ours(
            lease,
            batch,
            was=[Status.SENDING],
            status=Status.DONE,
            finished_at=at,
            http_status=200,
            correlation_id=answers.correlation_id,
        ):
            return
        accepted = {p: e for p, e in elements.items() if p in pushes and _is_accepted(e)}
        _all_posted([(pushes[position], element) for position, element in accepted.items()], batch, at=at)
        left = pushes_by_position(batch, sent) if len(accepted) < len(pushes) else {}
        for position, push in left.items():
            open_ends += not _settled(push, batch, sent[position], elements.get(position), there, at=at)
        if open_ends:
            _leave_open_ends(batch, open_ends, at=at)


def _settled(
    push: Push,
    batch: Batch,
    sent: Json,
    element: Element | None,
    there: Sequence[LedgerInvoice] | None,
    *,
    at: datetime,
) -> bool:
    """Whether the fate of an element that was not accepted is known now; an acceptance without an id says nothing."""
    if element is None or element.is_accepted:
        return False
    if is_number_taken(element.words):
        return there is not None and _number_taken(push, batch, sent, under_number(there, sent), element, at=at)
    reason = explained(element.words)
    refuse(push, reason, at=at)
    _learn(push, batch.connection, reason)
    return True


def _number_taken(
    push: Push, batch: Batch, sent: Json, there: LedgerInvoice | None, element: Element, *, at: datetime
) -> bool:
    """By ourselves at an earlier attempt, or by a person. The next number is taken only where a person's invoice is
    seen under this one and none of our own attempts can have arrived; else a person looks.

    Where Xero shows no invoice under a number that it calls taken, one of its two answers is wrong: it is asked again.
    """
    if there is None and batch.attempts + 1 < MOST_ATTEMPTS:
        return False
    is_first_attempt = batch.repeats_id is None
    if is_first_attempt and there and not is_ours(there, sent) and push.renumbered < MOST_RENUMBERINGS:
        _renumber(push, at=at)
        return True
    return adopted_or_refused(push, batch.connection, sent, there, words=element.words, at=at)


def _renumber(push: Push, *, at: datetime) -> None:
    """Somebody uses our numbers in Xero: this invoice gets the next one and goes out under it."""
    moved = Push.objects.for_practice(push.practice_id).filter(pk=push.pk, status__in=Push.UNFINISHED)
    if moved.update(renumbered=F("renumbered") + 1, **READY_AGAIN):
        billing_invoices.renumber(invoice=push.invoice, at=at)


def _is_accepted(element: Element) -> bool:
    return element.is_accepted and bool(external_id(element, "InvoiceID"))


def _all_posted(accepted: Sequence[tuple[Push, Element]], batch: Batch, *, at: datetime) -> None:
    """They are in Xero: told to billing in the same transaction, all at once."""
    pushes = Push.objects.for_practice(batch.practice_id).filter(pk__in=[push.pk for push, _ in accepted])
    pushes.filter(status__in=Push.UNFINISHED).update(status=Push.Status.POSTED, verified_at=None)
    postings = []
    for push, element in accepted:
        number = str(element.data.get("InvoiceNumber") or "")
        postings.append(_posting(push, batch.connection, external_id(element, "InvoiceID"), number))
    _record(postings, at=at)


def _record(postings: Sequence[Posting], *, at: datetime) -> None:
    """What billing could not take, because its reference is another invoice's, it has refused: it is not posted."""
    if not postings or record_all_posted(postings=postings, at=at):
        return
    pushes = Push.objects.for_practice(postings[0].invoice.practice_id).filter(status=Push.Status.POSTED)
    of_these = pushes.filter(invoice__in=[one.invoice.pk for one in postings])
    mixed_up = of_these.filter(invoice__status=Invoice.Status.REFUSED)
    mixed_up.update(status=Push.Status.REFUSED, batch=None, element_sha256="")


def _posting(push: Push, connection: Connection, reference: str, number: str) -> Posting:
    url = invoice_url(settings.XERO_APP_URL, connection.short_code, reference)
    return Posting(push.invoice, reference, number or push.invoice.number or "", url)


def posted(push: Push, connection: Connection, *, external_id: str, number: str, at: datetime) -> bool:
    """It is in Xero: told to billing in the same transaction."""
    moved = Push.objects.for_practice(push.practice_id).filter(pk=push.pk, status__in=Push.UNFINISHED)
    if moved.update(status=Push.Status.POSTED, verified_at=None):
        _record([_posting(push, connection, external_id, number)], at=at)
    return True


def adopted_or_refused(
    push: Push,
    connection: Connection,
    sent: Json,
    there: LedgerInvoice | None,
    *,
    words: Sequence[str] = (),
    at: datetime,
) -> bool:
    """Under our number stands an invoice: ours is adopted, a person's is left alone and ours refused."""
    if there is not None and is_ours(there, sent):
        return posted(push, connection, external_id=there.external_id, number=there.number, at=at)
    refuse(push, refusal("NUMBER_TAKEN", "\n".join(words)), at=at)
    return True


def _learn(push: Push, connection: Connection, reason: Refusal) -> None:
    """What Xero's refusal says about our copy of the contact, so that its return is noticed."""
    contacts = Contact.objects.for_practice(push.practice_id).of(connection.tenant_id)
    contact = contacts.filter(external_id=push.contact_external_id)
    if reason.code in ("CONTACT_ARCHIVED", "CONTACT_MERGED"):
        contact.filter(status=Contact.Status.ACTIVE).update(status=Contact.Status.ARCHIVED)
    elif reason.code == "CONTACT_MISSING":
        contact.update(is_missing=True)


def outcome_unknown(lease: Lease, batch: Batch, problem: str, http_status: int | None, *, at: datetime) -> None:
    """No reply that can be trusted: nothing is concluded but that Xero has to be asked."""
    with transaction.atomic():
        if still_ours(lease, batch, was=[Status.SENDING], http_status=http_status):
            _leave_unknown(batch, problem, size=batch.item_count)


def overdue(lease: Lease, batch: Batch) -> None:
    """Whoever sent it is gone. Counted as an attempt; when that happens again a repeat carries half, for something in
    it may be poison."""
    with transaction.atomic():
        if still_ours(lease, batch, was=[Status.SENDING], attempts=F("attempts") + 1):
            size = _half(batch.item_count) if batch.attempts else batch.item_count
            _leave_unknown(batch, "The worker that sent this never came back.", size=size)


def _leave_open_ends(batch: Batch, count: int, *, at: datetime) -> None:
    """Counted as an attempt. They are asked for at once, and sent again a little later at the soonest: what Xero has
    not shown so far it may show by then. Few go alone, so that the next answer can only be about each: where Xero
    numbers them, every further attempt costs another quarantine."""
    size = 1 if count <= FEW else _half(count)
    _leave_unknown(batch, "Xero's reply does not say what became of every invoice.", size=size)
    Batch.objects.for_practice(batch.practice_id).filter(pk=batch.pk).update(attempts=F("attempts") + 1)
    _open_pushes(batch).update(not_before=at + SPACE)


def _half(count: int) -> int:
    return -(-count // 2)


def _leave_unknown(batch: Batch, problem: str, *, size: int) -> None:
    """`size` is how many of them a repeat may carry."""
    Batch.objects.for_practice(batch.practice_id).filter(pk=batch.pk).update(
        status=Status.UNKNOWN, problem=problem[:500], next_size=size
    )
    _open_pushes(batch).update(status=Push.Status.UNKNOWN)


def not_done(lease: Lease, batch: Batch, problem: str, *, at: datetime) -> None:
    """Known not to have been carried out: its invoices wait again, those that repeat an unknown one with its bytes."""
    with transaction.atomic():
        if still_ours(
            lease,
            batch,
            was=[Status.PREPARED, Status.SENDING],
            status=Status.SUPERSEDED,
            finished_at=at,
            problem=problem[:500],
        ):
            again = READY_AGAIN if batch.repeats_id is None else {"status": Push.Status.READY}
            _open_pushes(batch).update(**again)


def not_for_these_books(lease: Lease, batch: Batch, *, at: datetime) -> None:
    """In the caller's transaction, before it left: the practice moved to another organisation while this was written.
    What was never sent is written anew for that one; of a repeat nobody can say whether it stands in the former."""
    problem = "Connected to another organisation."
    was = [Status.PREPARED]
    if still_ours(lease, batch, was=was, status=Status.SUPERSEDED, finished_at=at, problem=problem):
        if batch.repeats_id is None:
            _open_pushes(batch).update(**READY_AGAIN)
            return
        for push in _open_pushes(batch).select_related("invoice"):
            refuse(push, refusal("OTHER_ORGANISATION"), at=at)


def turned_down(lease: Lease, batch: Batch, reasons: Sequence[str], *, at: datetime) -> None:
    """The whole request was refused: nothing exists of it. Halved until the one at fault stands alone and is refused;
    what may have arrived at an earlier attempt keeps its bytes."""
    with transaction.atomic(), audit.together():
        size = _half(batch.item_count)
        if not still_ours(
            lease,
            batch,
            was=[Status.SENDING],
            status=Status.SUPERSEDED,
            finished_at=at,
            http_status=400,
            next_size=size,
            problem="; ".join(reasons)[:500],
        ):
            return
        pushes = Push.objects.for_practice(lease.practice).unfinished().filter(batch=batch)
        if batch.item_count > 1:
            anew = {} if batch.repeats_id else {"element_sha256": "", "contact_external_id": ""}
            pushes.update(status=Push.Status.READY, **anew)
            return
        for push in pushes.select_related("invoice"):
            reason = explained(reasons)
            refuse(push, reason, at=at)
            _learn(push, batch.connection, reason)
