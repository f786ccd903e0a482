"""What holds a practice's invoices back: lost connections, Safe Mode, and the confirmation after it."""

from datetime import datetime

from django.db import transaction

from billing.models import Invoice, PostingHold
from billing.operations import letters
from billing.operations.plans import settle_practice
from billing.operations.raising import enqueue
from billing.operations.standstill import NOT_CONNECTED as NOT_CONNECTED
from billing.operations.standstill import SAFE_MODE as SAFE_MODE
from billing.operations.standstill import SENTENCES
from billing.operations.standstill import is_held as is_held
from billing.operations.standstill import open_reasons as open_reasons
from billing.operations.standstill import why_nothing_leaves as why_nothing_leaves
from billing.ports import all_ledgers
from clients import operations as clients
from clients.models import Practice, User
from clients.operations import audit
from notifications import outbox

Reason = PostingHold.Reason
MOST_NAMED = 100  # invoices by number in one entry of the audit log


@transaction.atomic
def place(*, practice: Practice, reason: str, at: datetime) -> PostingHold:
    """Hold everything back for this reason from now on; the same hold again is the one that stands.

    When the ledger is lost, invoices due at signing that wait at this moment wait for a person from then on.
    """
    holds = PostingHold.objects.for_practice(practice)
    hold, is_new = holds.get_or_create(practice=practice, reason=reason, lifted_at=None, defaults={"since": at})
    if is_new:
        facts = {"reason": Reason(reason).label}
        audit.record(practice=practice, action="hold.placed", by=None, at=at, facts=facts)
    if is_new and reason != Reason.CONFIRMATION:
        _keep_for_a_person(practice, SENTENCES[Reason(reason)], at=at)
    _tell(practice, at=at)
    return hold


@transaction.atomic
def lift(*, practice: Practice, reason: str, by: User | None, at: datetime) -> bool:
    """Lift the hold of this reason; False when there was none. What waits goes out unless something else holds it."""
    held = PostingHold.objects.for_practice(practice).open().filter(reason=reason)
    lifted = bool(held.update(lifted_at=at, lifted_by=by))
    if lifted:
        _begin_the_wait_anew(practice, at=at)
        facts = {"reason": Reason(reason).label}
        audit.record(practice=practice, action="hold.lifted", by=by, at=at, facts=facts)
    _tell(practice, at=at)
    return lifted


@transaction.atomic
def enter_safe_mode(*, practice: Practice, by: User | None, at: datetime) -> None:
    """From now on nothing leaves the practice. A confirmation asked for before is asked again on leaving."""
    if clients.set_safe_mode(practice=practice, is_on=True, at=at):
        audit.record(practice=practice, action="hold.safe_mode_entered", by=by, at=at)
    PostingHold.objects.for_practice(practice).open().filter(reason=Reason.CONFIRMATION).update(
        lifted_at=at, lifted_by=by
    )
    _tell(practice, at=at)


@transaction.atomic
def leave_safe_mode(*, practice: Practice, send_waiting: bool, by: User, at: datetime) -> list[Invoice]:
    """Leave Safe Mode. What waited goes out only when the person says so; else it waits for `confirm_waiting`.

    Letters to clients that were held wait with the invoices. Answers the invoices that waited.
    """
    is_left = clients.set_safe_mode(practice=practice, is_on=False, at=at)
    waiting = waiting_invoices(practice)
    if is_left:
        facts = {"waiting": len(waiting), "sent_at_once": send_waiting}
        audit.record(practice=practice, action="hold.safe_mode_left", by=by, at=at, facts=facts)
    if send_waiting:
        confirm_waiting(practice=practice, by=by, at=at)
    elif waiting or outbox.held_count(practice):
        place(practice=practice, reason=Reason.CONFIRMATION, at=at)
    _begin_the_wait_anew(practice, at=at)
    _tell(practice, at=at)
    return waiting


@transaction.atomic
def confirm_waiting(*, practice: Practice, by: User, at: datetime) -> list[Invoice]:
    """Let what waits go out: a person has seen the list, those due at signing and letters to clients included."""
    waiting = waiting_invoices(practice)
    held_back = Invoice.objects.for_practice(practice).waiting().filter(is_released=False)
    released = list(held_back)
    held_back.update(is_released=True, waiting_since=at)
    for invoice in released:
        invoice.is_released = True
    enqueue(released, at=at)
    facts = {"invoices": len(waiting), "numbers": [str(invoice) for invoice in waiting[:MOST_NAMED]]}
    audit.record(practice=practice, action="hold.waiting_confirmed", by=by, at=at, facts=facts)
    outbox.deliver_held(practice=practice, at=at)
    lift(practice=practice, reason=Reason.CONFIRMATION, by=by, at=at)
    return waiting


def waiting_invoices(practice: Practice) -> list[Invoice]:
    """What would go out if nothing held it back, oldest first."""
    waiting = Invoice.objects.for_practice(practice).waiting().select_related("client", "plan")
    return list(waiting.order_by("raised_at", "pk"))


def _begin_the_wait_anew(practice: Practice, *, at: datetime) -> None:
    """What waited for this hold is not late on its way to the ledger: it sets out only now."""
    Invoice.objects.for_practice(practice).waiting().filter(is_released=True).update(waiting_since=at)


def _keep_for_a_person(practice: Practice, reason: str, *, at: datetime) -> None:
    waiting = Invoice.objects.for_practice(practice).waiting().filter(kind=Invoice.Kind.ACCEPTANCE, is_released=True)
    kept = list(waiting.select_related("client", "practice"))
    waiting.update(is_released=False)
    for invoice in kept:
        letters.acceptance_waits(invoice, reason=reason, at=at)


def _tell(practice: Practice, *, at: datetime) -> None:
    """Wake the ledgers and bring the plans to where they stand now."""
    for ledger in all_ledgers():
        ledger.wake(practice, at=at)
    settle_practice(practice=practice, at=at)
