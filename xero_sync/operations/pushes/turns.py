"""One turn of one lane: three short transactions around one call (reference/posting.md §5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog
from django.db import transaction

from billing.models import Invoice
from billing.operations import holds, plans
from clients.models import Practice
from clients.operations import Stopwatch, audit
from xero_sync.errors import ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater, XeroFailure
from xero_sync.models import Batch, Connection, Push
from xero_sync.operations import app_limit, bells, budgets, connections, lanes, reconciliation
from xero_sync.operations.lanes import CALL, Lease, LeaseLost
from xero_sync.operations.outages import despite_outage
from xero_sync.operations.pushes import finishing, looking, unknown
from xero_sync.operations.pushes.batches import MOST
from xero_sync.operations.pushes.claiming import claim_contacts, claim_invoices
from xero_sync.operations.pushes.contacts import contacts_answered
from xero_sync.ports import Gateway, reached
from xero_sync.records import BatchReply, LedgerInvoice

log = structlog.get_logger(__name__)
A_LOT = 10_000
IN_A_ROW = 3  # batches of a turn while no other practice waits: to begin a turn costs as much as a batch
LONG = timedelta(seconds=5)  # none of them begins after that


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to: how long to wait before the next one, whether there was anything to do, and what Xero's
    answers say about the lane."""

    wait: TryLater | None = None
    did_something: bool = True
    learned: lanes.Learned = field(default_factory=dict)

    @property
    def is_told_to_wait(self) -> bool:
        return self.wait is not None and self.wait.seconds > 0


def post_batch(*, practice_id: int, at: datetime) -> bool:
    """One turn in a free slot of this practice's lane: a batch, or a few in a row. True when more can be done at once.

    Where a run ends or pauses, or something was refused, the plans are settled and the audit log is sealed: after each
    batch that would cost as much as the batch. What a worker leaves of it when it dies, the clock does in a minute.

    Does nothing while a hold is open, the connection does not work, every slot is taken or Xero asked us to wait. Any
    number of workers may ask at any time.
    """
    connection = connections.connection_of(practice_id)
    if connection is None or not connection.is_connected:
        return False
    practice = connection.practice
    if not has_work(practice, at=at):  # the night's reading may have done what this bell was rung for
        _wind_up(practice, at=at)
        return False
    if holds.is_held(practice):
        return False
    lease = lanes.take(practice, at=at)
    if lease is None:
        return False
    return _served(lease, connection, Stopwatch(at))


def _served(lease: Lease, connection: Connection, watch: Stopwatch) -> bool:
    began = watch.now()
    try:
        turn = _turn(lease, connection, watch)
    except LeaseLost:
        return False
    except Exception:
        despite_outage(lambda: lanes.release(lease, at=watch.now(), wait=lanes.note_failure(lease.practice)))
        raise
    despite_outage(lambda: lanes.release(lease, at=watch.now(), wait=turn.wait, learned=turn.learned))
    has_more = _has_more(lease, turn, at=watch.now())
    if (turn.did_something and not has_more) or _has_refused(lease.practice, since=began):
        _wind_up(lease.practice, at=watch.now())
    return has_more


def _wind_up(practice: Practice, *, at: datetime) -> None:
    audit.seal_soon(practice_id=practice.pk)
    plans.settle_practice(practice=practice, at=at)


def _has_more(lease: Lease, turn: Turn, *, at: datetime) -> bool:
    if turn.is_told_to_wait:
        return False
    if turn.did_something:
        return has_work(lease.practice, at=at)
    # The bell for reading back may have rung while this turn kept the first slot for nothing.
    return lease.is_first and reconciliation.is_due(lease.practice)


def _has_refused(practice: Practice, *, since: datetime) -> bool:
    """Whether anybody is to be told: the plan's letter about refusals goes when it is settled."""
    return Invoice.objects.for_practice(practice).refused().filter(refused_at__gte=since).exists()


def post_all(*, practice_id: int, at: datetime) -> int:
    """Turn after turn until nothing can be done at once; how many turns. For commands and the tick."""
    watch, turns = Stopwatch(at), 1
    while post_batch(practice_id=practice_id, at=watch.now()) and turns < A_LOT:
        turns += 1
    return turns


def has_work(practice: Practice, *, at: datetime) -> bool:
    """Whether a turn would find something to do."""
    pushes = Push.objects.for_practice(practice)
    batches = Batch.objects.for_practice(practice)
    return pushes.has_due(at) or batches.has_unsettled(at) or reconciliation.is_due(practice)


def _turn(lease: Lease, connection: Connection, watch: Stopwatch) -> Turn:
    """What there is to do first, done."""
    is_asked = unknown.take_over(lease, at=watch.now())
    wait = budgets.wait_of(lease.lane, at=watch.now())
    if wait:
        return Turn(wait)
    gateway = None
    try:
        gateway = connections.gateway_of(connection, at=watch.now())
        end = _work(lease, connection, gateway, watch, is_asked=is_asked)
    except ConnectionLost as lost:
        wait = connections.investigate(connection=connection, lost=lost, at=watch.now())
        return Turn(wait or _after_refusal(lease.practice))
    except TryLater as later:
        wait = _heeded(lease.practice, later, at=watch.now())
        return Turn(wait, learned={**_learned(lease, gateway, at=watch.now()), **budgets.NOTHING_LEFT})
    except (OutcomeUnknown, Refused):
        return Turn(lanes.note_failure(lease.practice))
    if end is not End.NOTHING:
        connections.let_in(connection)
    learned = _learned(lease, gateway, at=watch.now())
    if end is End.DONE:
        learned |= lanes.ANSWERED
    return Turn(app_limit.nearly_used_up(gateway.limits), end is not End.NOTHING, learned)


def _learned(lease: Lease, gateway: Gateway | None, *, at: datetime) -> dict[str, object]:
    return budgets.learned_from(gateway.limits, lease.lane.recent_calls, at=at) if gateway else {}


def _after_refusal(practice: Practice) -> TryLater | None:
    """Where the connection is lost, its hold makes us wait; where that could not be found out, the breaker does."""
    connection = connections.connection_of(practice)
    return lanes.note_failure(practice) if connection and connection.is_connected else None


def _heeded(practice: Practice, later: TryLater, *, at: datetime) -> TryLater:
    if later.scope is Scope.APP:
        lanes.slow_everybody(until=at + timedelta(seconds=later.seconds))
    if later.scope is Scope.OUR_APP:
        log.error("xero_refuses_our_app", practice_id=practice.pk)
    return lanes.note_failure(practice) if later.scope is Scope.UNREACHABLE else later


class End(Enum):
    """What a turn came to with Xero. Only what was carried out ends a row of failures: Xero may answer every question
    and yet take nothing."""

    NOTHING = auto()
    ASKED = auto()
    DONE = auto()


def _work(lease: Lease, connection: Connection, gateway: Gateway, watch: Stopwatch, *, is_asked: bool) -> End:
    """Pressing questions first, then contacts that invoices wait for, then invoices, then the other questions, then
    reading back what was posted."""
    if is_asked and (pressing := unknown.pressing(lease, at=watch.now())):
        unknown.find_out(lease, pressing, gateway, watch)
        return End.ASKED
    if not looking.is_known(lease, connection, gateway, watch):
        return End.NOTHING
    looking.adopt(lease, connection, at=watch.now())
    if lease.lane.is_failing:
        _knock(lease, gateway, watch)
    if batch := _claimed(lease, connection, at=watch.now()):
        return _send_in_a_row(lease, connection, batch, gateway, watch)
    if is_asked and (open_ones := unknown.questions(lease, at=watch.now())):
        unknown.find_out(lease, open_ones, gateway, watch)
        return End.ASKED
    return End.DONE if reconciliation.read_back(lease, gateway, watch) else End.NOTHING


def _claimed(lease: Lease, connection: Connection, *, at: datetime) -> Batch | None:
    if not Push.objects.for_practice(lease.practice).has_due(at):
        return None
    return claim_contacts(lease, connection, at=at) or claim_invoices(lease, connection, at=at)


def _send_in_a_row(lease: Lease, connection: Connection, first: Batch, gateway: Gateway, watch: Stopwatch) -> End:
    """This batch, then a few more as long as all goes well and nobody waits for his turn."""
    _call_others(lease.practice, first, at=watch.now())
    latest, sent = watch.now() + LONG, 0
    batch: Batch | None = first
    while batch:
        reached("after_t1")
        if _send(lease, batch, gateway, watch) is End.NOTHING:
            break
        sent += 1
        is_over = sent == IN_A_ROW or watch.now() > latest
        batch = None if is_over else _following(lease, connection, gateway, at=watch.now())
    return End.DONE if sent else End.NOTHING


def _following(lease: Lease, connection: Connection, gateway: Gateway, *, at: datetime) -> Batch | None:
    """The next batch, where no other practice waits and nothing that a turn asks at its beginning speaks against it."""
    connections.let_in(connection)
    lanes.hear(lease, gateway, at=at, learned=lanes.ANSWERED)
    if Push.objects.across_practices().has_due_elsewhere(lease.practice, at):
        return None
    lane = lanes.lane_of(lease.practice)
    must_wait = app_limit.nearly_used_up(gateway.limits) or budgets.wait_of(lane, at=at)
    return _claimed(lease, connection, at=at) if lane.is_trusted and not must_wait else None


def _knock(lease: Lease, gateway: Gateway, watch: Stopwatch) -> None:
    """Nothing came through lately: a question that changes nothing goes before anything is sent, so that an outage
    does not leave one batch after the other in doubt."""
    lanes.announce_call(lease, gateway, at=watch.now())
    gateway.invoices_of_our_app(page=1, changed_since=watch.now())


def _call_others(practice: Practice, batch: Batch, *, at: datetime) -> None:
    """More may be due than this slot carries: another worker may take the next one, unless all are taken; whoever gives
    one back rings by himself. After a full batch nobody looks first whether anything is left: nearly always it is."""
    is_full = batch.item_count == MOST
    if lanes.has_free_slot(practice, at=at) and (is_full or Push.objects.for_practice(practice).has_due(at)):
        bells.ring_lane(practice.pk)


def _send(lease: Lease, batch: Batch, gateway: Gateway, watch: Stopwatch) -> End:
    """T2, the call, T3. Failures are written down here and told to the lane by raising them on."""
    try:
        if not _marked(lease, batch, at=watch.now()):
            return End.NOTHING
    except TryLater as wait:
        finishing.not_done(lease, batch, str(wait), at=watch.now())
        raise
    reached("after_t2")
    try:
        reply = _call(batch, gateway)
    except (ConnectionLost, TryLater) as failure:
        finishing.not_done(lease, batch, str(failure), at=watch.now())
        raise
    except Refused as refused:
        finishing.turned_down(lease, batch, refused.reasons, at=watch.now())
        return End.DONE
    except OutcomeUnknown as failure:
        finishing.outcome_unknown(lease, batch, str(failure), failure.http_status, at=watch.now())
        raise
    reached("before_t3")
    try:
        despite_outage(lambda: _finish(lease, batch, reply, gateway, watch))
    except XeroFailure as failure:
        finishing.outcome_unknown(lease, batch, str(failure), None, at=watch.now())
        raise
    reached("after_t3")
    return End.DONE


def _marked(lease: Lease, batch: Batch, *, at: datetime) -> bool:
    """T2: about to leave. The holds are asked once more; a hold placed meanwhile gives everything back unsent."""
    if holds.is_held(lease.practice):
        finishing.not_done(lease, batch, "A hold was placed before it left.", at=at)
        return False
    app_limit.spend(at)
    with transaction.atomic():
        if not connections.is_current(batch.connection):
            finishing.not_for_these_books(lease, batch, at=at)
            return False
        lanes.count_call(lease, at=at)
        is_ours = finishing.still_ours(
            lease,
            batch,
            was=[Batch.Status.PREPARED],
            status=Batch.Status.SENDING,
            sent_at=at,
            deadline_at=at + CALL,
        )
        if not is_ours:
            raise LeaseLost
    return True


def _call(batch: Batch, gateway: Gateway) -> BatchReply:
    create = gateway.create_contacts if batch.kind == Batch.Kind.CONTACTS else gateway.create_invoices
    reached("before_send")
    reply = create(batch.body, tenant_id=batch.tenant_id, idempotency_key=batch.idempotency_key)
    reached("after_send")
    return reply


def _finish(lease: Lease, batch: Batch, reply: BatchReply, gateway: Gateway, watch: Stopwatch) -> None:
    if batch.kind == Batch.Kind.CONTACTS:
        contacts_answered(lease, batch, reply, gateway, watch)
        return
    answers = finishing.answers_of(batch, reply)
    numbers = finishing.numbers_to_look_up(answers)
    there = _looked_up(lease, numbers, gateway, at=watch.now()) if numbers else []
    finishing.answered(lease, batch, answers, there, at=watch.now())


def _looked_up(lease: Lease, numbers: list[str], gateway: Gateway, *, at: datetime) -> list[LedgerInvoice] | None:
    """What stands in Xero under numbers that it calls taken; None where it would not say now."""
    try:
        lanes.announce_call(lease, gateway, at=at)
        return gateway.invoices_numbered(numbers)
    except XeroFailure:
        return None
