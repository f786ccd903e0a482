"""The audit log: written beside the deed, sealed into the practice's chain of hashes after the commit.

Writing first and sealing later keeps the deed free of contention: nobody waits for the end of the chain while he holds
other rows. What a crash leaves unsealed, the clock seals.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial, update_wrapper
from typing import Any

import structlog
from django.db import IntegrityError, models, transaction
from django.db.models import Max

from clients.models import AuditChain, AuditEvent, Practice, User
from clients.records import GENESIS, Fault, Head, digest, entry_of, first_fault, plain

log = structlog.get_logger(__name__)
OURSELVES = "Socket"
CHUNK = 500
MOST_ROUNDS = 20
Facts = Mapping[str, Any]


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
    who is no user, as a signer. What comes of it is sealed once the transaction is committed.
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
    if events:
        AuditEvent.objects.bulk_create(events, batch_size=CHUNK)
        _seal_on_commit(key)
    return events


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


def _seal_on_commit(practice_id: int) -> None:
    """Once for each practice that a transaction writes about."""
    wanted = partial(seal, practice_id=practice_id)
    waiting = transaction.get_connection().run_on_commit
    if not any(isinstance(f, partial) and f.func is seal and f.keywords == wanted.keywords for _, f, _ in waiting):
        # Django names what fails after a commit, and a bare partial has no name.
        transaction.on_commit(update_wrapper(wanted, seal), robust=True)


def seal(*, practice_id: int) -> int:
    """Number what is unsealed and chain it to the practice's last hash; how many were sealed.

    By compare-and-swap on the end of the chain: of several workers one moves it on, the others look again. Repeated it
    finds nothing to do. Where the recorded end was tampered with nothing is sealed, and `verify` says what is wrong.
    """
    done = 0
    for _ in range(MOST_ROUNDS):
        chain = _chain(practice_id)
        waiting = list(AuditEvent.objects.for_practice(practice_id).unsealed().order_by("pk")[:CHUNK])
        sealed = _append(chain, waiting) if waiting else 0
        done += sealed
        if len(waiting) < CHUNK and sealed == len(waiting):
            break
    return done


def _chain(practice_id: int) -> AuditChain:
    chain, _ = AuditChain.objects.for_practice(practice_id).get_or_create(
        practice_id=practice_id, defaults={"hash": GENESIS}
    )
    return chain


def _append(chain: AuditChain, waiting: list[AuditEvent]) -> int:
    """The end of the chain is moved before the events are touched: whoever moves it has them for himself."""
    seq, last = chain.seq, chain.hash
    for event in waiting:
        seq += 1
        event.seq, event.prev_hash = seq, last
        event.hash = last = digest(entry_of(event))
    try:
        with transaction.atomic():
            rows = AuditChain.objects.for_practice(chain.practice_id).filter(pk=chain.pk)
            if not rows.filter(seq=chain.seq, hash=chain.hash).update(seq=seq, hash=last):
                return 0
            unsealed = AuditEvent.objects.for_practice(chain.practice_id).unsealed()
            return unsealed.bulk_update(waiting, ["seq", "prev_hash", "hash"])
    except IntegrityError:  # the number is taken: somebody turned the recorded end back
        log.error("audit_chain_broken", practice_id=chain.practice_id, seq=chain.seq)
        return 0


def seal_left(*, at: datetime) -> int:
    """Seal what was left behind in any practice; how many events."""
    left = AuditEvent.objects.across_practices().unsealed().filter(at__lte=at)
    keys = left.order_by().values_list("practice_id", flat=True).distinct()
    return sum(seal(practice_id=key) for key in keys)


def verify(*, practice: Practice, at: datetime) -> Fault | None:
    """Read the whole chain and check every hash: the first bad record, or None. What was found is kept for the page."""
    sealed = AuditEvent.objects.for_practice(practice).sealed()
    top = sealed.aggregate(top=Max("seq"))["top"] or 0  # read before the end: what is sealed meanwhile is not judged
    chain = _chain(practice.pk)
    told = sealed.filter(seq__lte=max(top, chain.seq)).order_by("seq").iterator(chunk_size=CHUNK)
    fault = first_fault(map(entry_of, told), Head(chain.seq, chain.hash))
    AuditChain.objects.for_practice(practice).filter(pk=chain.pk).update(
        verified_at=at, verified_seq=chain.seq, fault=fault.sentence if fault else ""
    )
    if fault:
        log.error("audit_chain_broken", practice_id=practice.pk, seq=fault.seq, what=fault.kind)
    return fault


def verify_all(*, at: datetime) -> int:
    """Verify the log of every practice; how many are broken."""
    practices = Practice.objects.filter(pk__in=AuditChain.objects.across_practices().values("practice"))
    return sum(verify(practice=practice, at=at) is not None for practice in practices)
