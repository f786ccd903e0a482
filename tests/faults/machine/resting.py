"""The end of a schedule: faults stop, people undo what holds things back, and within twenty minutes all is at rest."""

from collections.abc import Callable

from billing.models import BillingPlan, Invoice
from tests.faults.machine import acts, checkpoints, clock, invariants
from tests.faults.machine.practices import Office
from tests.faults.machine.world import World
from xero_sync.models import Batch, Push
from xero_sync.operations import connections

# How long until the next sweep; together twenty minutes. Beat rings every five seconds, but late sweeps prove as much.
SWEEPS = (*[15] * 8, *[60] * 18)
LONGEST_LATENESS = 3700


def settle(world: World, *, longest_wait: float) -> list[str]:
    """Violations at rest, or of coming to rest. `longest_wait` is what Xero asked us to wait at most."""
    world.state.faults.clear()
    checkpoints.forget()
    world.advance(longest_wait)
    for office in world.offices:
        _let_go(world, office)
    _sweep_until_rest(world)
    found = _problems(world, invariants.i8_at_rest)
    _let_late_ones_come(world)
    return found + world.problems_at_rest()


def _let_go(world: World, office: Office) -> None:
    """What holds the practice back is lifted by a person; a lost connection is connected again."""
    connection = acts.connection_of(office)
    if world.is_access_doubtful or not connection.is_connected:
        for _ in range(2):  # the first may only learn that the access token is old
            connections.check_connection(connection=connection, at=clock.now())
    if not acts.connection_of(office).is_connected:
        acts.reconnect(office)
    acts.leave_safe_mode(office, send_waiting=True)


def _sweep_until_rest(world: World) -> None:
    for seconds in SWEEPS:
        world.advance(seconds)
        for office in world.offices:
            if not acts.connection_of(office).is_connected:
                _let_go(world, office)  # everybody was told
        world.sweep()
        if not _is_anything_open():
            break
    if BillingPlan.objects.across_practices().in_flight().exists():
        world.tick()


def _is_anything_open() -> bool:
    pushes = Push.objects.across_practices()
    waiting = pushes.unfinished().filter(invoice__status=Invoice.Status.RAISED, invoice__is_released=True)
    return (
        waiting.exists()
        or pushes.unread().exists()
        or Batch.objects.across_practices().filter(status__in=Batch.OPEN).exists()
    )


def _problems(world: World, invariant: Callable[[invariants.Local], object]) -> list[str]:
    return list(invariant(invariants.Local.read()))  # type: ignore[call-overload]


def _let_late_ones_come(world: World) -> None:
    """What Xero carries out late is there now; the night's watch looks at it."""
    if world.state.pending:
        world.advance(LONGEST_LATENESS)
        world.sweep()
    for office in world.offices:
        acts.watch(office)
    world.drain()
