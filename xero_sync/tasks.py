"""The bells. Each takes an id at most and asks one operation; the moment is the database's."""

from celery import shared_task

from clients.operations import current
from xero_sync.operations import connections, pulls, pushes, tokens
from xero_sync.ports import at_work, reached


@shared_task
def post_lane(practice_id: int) -> None:
    """One turn of one practice's lane; rings again while more can be done, so that others get their turn between."""
    with at_work():
        has_more = pushes.post_batch(practice_id=practice_id, at=current())
    if has_more:
        post_lane.delay(practice_id)
    reached("before_ack")


@shared_task
def sync(run_id: int) -> None:
    """Carry out one sync."""
    with at_work():
        pulls.run_sync(run_id=run_id, at=current())


@shared_task
def recheck(connection_id: int) -> None:
    """Look again at the contacts that hold invoices up."""
    with at_work():
        pulls.recheck(connection_id=connection_id, at=current())


@shared_task
def ring_for_rechecks() -> None:
    """Ring for contacts that may be repaired by now."""
    pulls.ring_for_rechecks(at=current())


@shared_task
def sweep() -> None:
    """Ring for whatever was left behind."""
    pushes.sweep(at=current())


@shared_task
def distrust() -> None:
    """A worker starts: read what stands in Xero before anything leaves."""
    pushes.distrust_all()


@shared_task
def nightly() -> None:
    """Ask for the night's syncs that are due."""
    pulls.nightly(at=current())


@shared_task
def check_connections() -> None:
    """Check connections before they are needed."""
    connections.check_all(at=current())


@shared_task
def refresh_tokens() -> None:
    """Renew what nobody used for a week."""
    tokens.refresh_quiet(at=current())
