"""One practice's way to Xero: a few slots, one sender in each, and no call before Xero wants to hear from us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from clients.models import Practice
from xero_sync.errors import Scope, TryLater
from xero_sync.models import AT_ONCE, Lane, Slot
from xero_sync.operations import budgets, holders
from xero_sync.ports import Gateway

SLOTS = 4  # Xero takes five calls at once for an organisation; one is kept for people
TURN = timedelta(seconds=90)
CALL = timedelta(seconds=90)  # a call ends within 66 s; the rest is for what follows
Learned = Mapping[str, object]  # columns of the lane and their values
ANSWERED: Learned = {"failures_in_a_row": 0}  # Xero answers: the row of failures is over
BACK_OFF_SECONDS = (0, 15, 30, 60, 120, 300)  # after the first, second, … failure in a row


class LeaseLost(Exception):
    """Another worker has the slot now: whatever this one still holds is stale and must not be written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send in one slot until it is given back or runs out; `fence` grows with every holder of the slot.

    `lane` is as it stood just before the slot was taken; its calls, when the last one was announced.
    """

    practice: Practice
    slot: int
    fence: int
    lane: Lane

    @property
    def is_first(self) -> bool:
        """Only the first slot creates contacts, looks around and reads back, so that none of it happens twice."""
        return self.slot == 0


def lane_of(practice: Practice) -> Lane:
    """The practice's lane, made with its slots when it is first needed."""
    return Lane.objects.for_practice(practice).first() or _made(practice)


def _made(practice: Practice) -> Lane:
    with transaction.atomic():
        lane, is_new = Lane.objects.for_practice(practice).get_or_create(
            practice=practice, defaults={"next_ok_at": AT_ONCE}
        )
        if is_new:
            Slot.objects.bulk_create(Slot(practice=practice, lane=lane, number=number) for number in range(SLOTS))
    return lane


def take(practice: Practice, *, at: datetime) -> Lease | None:
    """Become the one sender of a free slot, the first before the others; None where all are taken or the lane waits.

    Compare-and-swap on the slot's own columns, so that it holds on a database without row locks too.
    """
    lane = lane_of(practice)
    if lane.next_ok_at > at:
        return None
    slots = Slot.objects.for_practice(practice).filter(lane=lane)
    for number, fence in slots.free(at).order_by("number").values_list("number", "fence"):
        mine = slots.free(at).filter(number=number, fence=fence)
        if mine.update(fence=fence + 1, lease_until=at + TURN, holder=holders.here()):
            return Lease(practice, number, fence + 1, lane)
    return None


def has_free_slot(practice: Practice, *, at: datetime) -> bool:
    """Whether another worker could send now: a slot was never taken, given back, or its lease ran out."""
    return Slot.objects.for_practice(practice).free(at).exists()


def extend(lease: Lease, *, until: datetime) -> None:
    """Hold on until then; raises `LeaseLost` where another worker has taken over."""
    slot = Slot.objects.for_practice(lease.practice).filter(number=lease.slot, fence=lease.fence)
    if not slot.update(lease_until=until):
        raise LeaseLost


def announce_call(lease: Lease, gateway: Gateway, *, at: datetime) -> None:
    """Just before a call: hold on for as long as it may take, and count it, knowing what the answer before it said.
    Raises `LeaseLost`, or `TryLater` where Xero asked us to wait meanwhile or a limit is used up."""
    extend(lease, until=at + CALL)
    hear(lease, gateway, at=at)
    lease.lane.recent_calls = budgets.spend(lease.practice, at=at)


def hear(lease: Lease, gateway: Gateway, *, at: datetime, learned: Learned | None = None) -> None:
    """Note at once what the last answer says about the lane: other slots ask before their next call."""
    heard = {**budgets.learned_from(gateway.limits, lease.lane.recent_calls, at=at), **(learned or {})}
    if heard:
        Lane.objects.for_practice(lease.practice).update(**heard)


def count_call(lease: Lease, *, at: datetime) -> None:
    """`announce_call` for a transaction; what concerns the app was counted before."""
    extend(lease, until=at + CALL)
    lease.lane.recent_calls = budgets.count(lease.practice, at=at)


@transaction.atomic
def release(lease: Lease, *, at: datetime, wait: TryLater | None = None, learned: Learned | None = None) -> None:
    """Give the slot back: the lane goes to the end of the line, with what was learned, and waits until Xero will hear
    us; a longer wait that another slot was told stands."""
    mine = Slot.objects.for_practice(lease.practice).filter(number=lease.slot, fence=lease.fence)
    if not mine.update(lease_until=None):
        return
    Lane.objects.for_practice(lease.practice).update(served_at=at, **(learned or {}))
    if wait:
        _wait(lease.practice, wait, at=at)


def _wait(practice: Practice | int, wait: TryLater, *, at: datetime) -> None:
    """A longer wait that was told before stands."""
    next_ok_at = at + timedelta(seconds=wait.seconds)
    lanes = Lane.objects.for_practice(practice).filter(next_ok_at__lt=next_ok_at)
    if wait.seconds > 0:
        lanes.update(next_ok_at=next_ok_at, waiting_for=wait.scope)


def free_the_gone(*, at: datetime) -> int:
    """Set free the slots of processes that have ended on this machine, as after a kill; how many. Their leases would
    run out by themselves, but the practice would wait for it. Where that goes on the lane waits longer and longer:
    something in it may be what ends them."""
    held = Slot.objects.across_practices().exclude(lease_until=None)
    holding = held.order_by().values_list("holder", "practice_id").distinct()
    gone = [(holder, practice_id) for holder, practice_id in holding if holders.is_gone(holder)]
    if not gone:
        return 0
    freed = held.filter(holder__in={holder for holder, _ in gone}).update(lease_until=None)
    Lane.objects.across_practices().filter(practice__in={practice for _, practice in gone}).update(rung_at=AT_ONCE)
    for practice_id in {practice_id for _, practice_id in gone}:
        _wait(practice_id, note_failure(practice_id), at=at)
    return freed


def live_leases(practice: Practice, *, at: datetime) -> set[tuple[int, int]]:
    """(slot, fence) of every worker that may be sending for this practice now."""
    held = Slot.objects.for_practice(practice).filter(lease_until__gte=at)
    return set(held.values_list("number", "fence"))


def is_trusted(practice: Practice) -> bool:
    """Whether we have read what stands in Xero since the last reason for doubt."""
    return lane_of(practice).is_trusted


def trust(practice: Practice) -> None:
    Lane.objects.for_practice(practice).update(is_trusted=True)


def distrust(practice: Practice) -> None:
    """Before its next invoice leaves, this practice's lane reads what stands in Xero."""
    Lane.objects.for_practice(practice).update(is_trusted=False)


def distrust_all() -> int:
    """Every lane reads what stands in Xero before its next invoice leaves; how many. Asked when a worker starts: the
    database may have been put back to an older copy, and only Xero knows what was posted since."""
    return Lane.objects.across_practices().filter(is_trusted=True).update(is_trusted=False)


def note_failure(practice: Practice | int) -> TryLater:
    """One more call without an answer; the longer the row, the longer the wait (the breaker)."""
    lanes = Lane.objects.for_practice(practice)
    lanes.filter(failures_in_a_row__lt=1000).update(failures_in_a_row=F("failures_in_a_row") + 1)
    failures = lanes.get().failures_in_a_row
    seconds = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
    return TryLater(seconds, Scope.UNREACHABLE, "Xero does not answer.")


def slow_everybody(*, until: datetime) -> None:
    """Our app as a whole is over its limit: no lane calls before then."""
    Lane.objects.across_practices().filter(next_ok_at__lt=until).update(next_ok_at=until, waiting_for=Scope.APP)
