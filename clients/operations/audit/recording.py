"""Writing into the audit log, beside the deed and in its transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial, update_wrapper
from typing import Any

from django.db import models, transaction

from clients.models import AuditEvent, Practice, User
from clients.operations.audit.sealing import CHUNK, seal
from clients.records import plain

OURSELVES = "Socket"
Facts = Mapping[str, Any]
_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("gathered", default=None)


def record(
    *,
    practice: Practice | int,
    action: str,
    by: User | None,
    at: datetime,
    subject: models.Model | None = None,
    facts: Facts | None = None,
    actor_name: str = "",
) -> AuditEvent:
    """Write one event in the caller's transaction. Never secrets, tokens or what a letter says.

    `action` has a sentence in `clients.records.acts`; `by` is nobody where Socket did it by itself; `actor_name` names
    who is no user, as a signer. What comes of it is sealed once the transaction is committed, or soon after.
    """
    told = record_all(
        practice=practice, action=action, by=by, at=at, about=[(subject, facts or {})], actor_name=actor_name
    )
    return told[0]


def record_all(
    *,
    practice: Practice | int,
    action: str,
    by: User | None,
    at: datetime,
    about: Iterable[tuple[models.Model | None, Facts]],
    actor_name: str = "",
) -> list[AuditEvent]:
    """The same for many things at once, each a subject and its facts, in one query."""
    key = practice if isinstance(practice, int) else practice.pk
    name = (actor_name or _name_of(by))[:300]
    events = [
        AuditEvent(
            practice_id=key,
            at=at,
            actor=by,
            actor_name=name,
            action=action,
            facts=plain(facts),
            **_subject(subject),
        )
        for subject, facts in about
    ]
    gathered = _gathered.get()
    if gathered is None:
        _write(events)
    else:
        gathered += events
    return events


@contextmanager
def together(*, is_sealed: bool = True) -> Iterator[None]:
    """Everything that is recorded within is written by one query at its end; nothing of it where the block fails.

    Opened inside a transaction, and not around a savepoint that may fail: its events would be written all the same.
    Where it is not sealed after the commit, whoever opened it asks for that once he is through with many; else the
    clock does.
    """
    if _gathered.get() is not None:
        yield
        return
    events: list[AuditEvent] = []
    token = _gathered.set(events)
    try:
        yield
    finally:
        _gathered.reset(token)
    _write(events, is_sealed=is_sealed)


def _write(events: list[AuditEvent], *, is_sealed: bool = True) -> None:
    AuditEvent.objects.bulk_create(events, batch_size=CHUNK)
    for key in {event.practice_id for event in events} if is_sealed else ():
        seal_soon(practice_id=key)


def _name_of(by: User | None) -> str:
    if by is None:
        return OURSELVES
    return f"{by.acts_through}, for {by}" if by.acts_through else str(by)


def _subject(subject: models.Model | None) -> dict[str, str]:
    if subject is None:
        return {}
    return {
        "subject_type": subject._meta.label_lower,
        "subject_id": str(subject.pk),
        "subject": plain(str(subject))[:300],
    }


def seal_soon(*, practice_id: int) -> None:
    """Seal once the transaction is over, at once outside of one; once for each practice that it writes about. What
    goes wrong there is logged and left to the clock."""
    wanted = partial(seal, practice_id=practice_id)
    waiting = transaction.get_connection().run_on_commit
    if not any(isinstance(f, partial) and f.func is seal and f.keywords == wanted.keywords for _, f, _ in waiting):
        # Django names what fails after a commit, and a bare partial has no name.
        transaction.on_commit(update_wrapper(wanted, seal), robust=True)
