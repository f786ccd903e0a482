"""One sync, step by step. A crash costs the step it was in: steps repeat harmlessly and finished ones are skipped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from clients.models import PracticeQuerySet
from clients.operations import Stopwatch
from xero_sync.errors import ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater, XeroFailure
from xero_sync.models import Connection, SyncRun
from xero_sync.operations import budgets, connections, lanes
from xero_sync.operations.pulls import steps
from xero_sync.ports import Gateway
from xero_sync.records import Limits

LEASE = timedelta(seconds=120)
MOST_TRIES = 10
RETRY_SECONDS = 60.0
Status = SyncRun.Status


class RunTaken(Exception):
    """Another worker carries out this sync now."""


@dataclass
class Run:
    """A sync that this worker holds."""

    row: SyncRun
    connection: Connection
    gateway: Gateway
    watch: Stopwatch
    noted: Limits | None = None

    @property
    def at(self) -> datetime:
        return self.watch.now()

    @property
    def is_nightly(self) -> bool:
        return self.row.is_nightly

    def tell(self, step: str, **counts: int) -> None:
        """Show progress and keep the lease; raises `RunTaken` where another worker has taken over."""
        self.row.counts |= counts
        if not held(self.row).update(step=step[:60], counts=self.row.counts, lease_until=self.at + LEASE):
            raise RunTaken
        if self.gateway.limits is not self.noted:
            self.noted = self.gateway.limits
            budgets.note_limits(self.connection.practice, self.noted, at=self.at)


Step = Callable[[Run], None]
STEPS: tuple[tuple[str, Step], ...] = (
    ("Reading the organisation", steps.organisation),
    ("Reading account codes", steps.accounts),
    ("Reading branding themes", steps.templates),
    ("Reading tracking categories", steps.tracking),
    ("Reading contacts", steps.contacts),
    ("Matching clients", steps.matching),
    ("Looking after what was held up", steps.healing),
    ("Looking at posted invoices", steps.watching),
)


def run_sync(*, run_id: int, at: datetime) -> str:
    """Carry out a sync that waits, or take over one whose worker is gone; its status afterwards."""
    row = _taken(run_id, at=at)
    if row is None:
        return ""
    watch = Stopwatch(at)
    connection = row.connection
    try:
        if row.is_nightly:
            _spare_the_day(connection, at=watch.now())
        gateway = connections.gateway_of(connection, at=watch.now())
        _carry_out(Run(row, connection, gateway, watch))
        connections.let_in(connection)
    except RunTaken:
        return ""
    except ConnectionLost as lost:
        wait = connections.investigate(connection=connection, lost=lost, at=watch.now())
        _stop_or_wait(row, wait or lost, at=watch.now())
    except (TryLater, OutcomeUnknown, Refused) as failure:
        _stop_or_wait(row, failure, at=watch.now())
    row.refresh_from_db()
    return row.status


def _spare_the_day(connection: Connection, *, at: datetime) -> None:
    """What nobody waits for leaves the last tenth of a day's calls to people."""
    wait = budgets.wait_of(lanes.lane_of(connection.practice), at=at)
    if wait:
        raise wait


def _taken(run_id: int, *, at: datetime) -> SyncRun | None:
    """Become the one worker of this sync."""
    rows = SyncRun.objects.across_practices().filter(pk=run_id)
    free = rows.filter(Q(status=Status.WAITING, not_before__lte=at) | Q(status=Status.RUNNING, lease_until__lt=at))
    row = free.select_related("connection__practice", "connection__grant").first()
    if row is None or not row.connection.grant_id:
        return None
    fence, started_at = row.fence + 1, row.started_at or at
    mine = free.filter(fence=row.fence)
    if not mine.update(status=Status.RUNNING, fence=fence, lease_until=at + LEASE, started_at=started_at):
        return None
    row.fence, row.status, row.started_at = fence, Status.RUNNING, started_at
    return row


def held(row: SyncRun) -> PracticeQuerySet[SyncRun]:
    """The row, as long as this worker still holds it."""
    rows = SyncRun.objects.for_practice(row.practice_id)
    return rows.filter(pk=row.pk, status=Status.RUNNING, fence=row.fence)


def _carry_out(run: Run) -> None:
    for number, (words, step) in enumerate(STEPS):
        if number < run.row.steps_done:
            continue
        run.tell(words)
        step(run)
        run.tell(words)
        held(run.row).update(steps_done=number + 1)
        run.row.steps_done = number + 1
    held(run.row).update(status=Status.DONE, finished_at=run.at, lease_until=None, step="", problem="")


def _stop_or_wait(row: SyncRun, failure: XeroFailure, *, at: datetime) -> None:
    """Go on later from the step that failed, or give up with words for people. To be told to wait is no failure."""
    is_told = isinstance(failure, TryLater) and failure.scope is not Scope.UNREACHABLE
    tries = row.counts.get("tries", 0) + (not is_told)
    row.connection.refresh_from_db()
    counts = {**row.counts, "tries": tries}
    if tries >= MOST_TRIES or not row.connection.is_connected or isinstance(failure, Refused):
        held(row).update(
            status=Status.FAILED, finished_at=at, lease_until=None, problem=str(failure)[:500], counts=counts
        )
        return
    seconds = failure.seconds if isinstance(failure, TryLater) else RETRY_SECONDS
    seconds = 0.0 if isinstance(failure, ConnectionLost) else seconds
    held(row).update(
        status=Status.WAITING,
        lease_until=None,
        not_before=at + timedelta(seconds=seconds),
        problem=str(failure)[:500],
        counts=counts,
    )
