"""Ringing for workers. The rows are the queue: a lost bell costs one sweep, never an invoice."""

from celery import current_app
from django.db import transaction


def ring_lane(practice_id: int) -> None:
    """After commit, ask any worker to serve this practice's lane."""
    _after_commit("xero_sync.tasks.post_lane", practice_id)


def ring_sync(run_id: int) -> None:
    """After commit, ask any worker to carry out this sync."""
    _after_commit("xero_sync.tasks.sync", run_id)


def ring_recheck(connection_id: int) -> None:
    """After commit, ask any worker to look again at the contacts that hold invoices up."""
    _after_commit("xero_sync.tasks.recheck", connection_id)


def _after_commit(task: str, argument: int) -> None:
    # Tasks stand above operations and are known here by name alone. A broker that is down must not fail the caller.
    transaction.on_commit(lambda: _send(task, argument), robust=True)


def _send(task: str, argument: int) -> None:
    current_app.signature(task, args=(argument,)).apply_async()
