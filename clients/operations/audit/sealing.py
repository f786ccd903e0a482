"""Sealing: numbering the events of a practice and chaining each to the hash of the one before.

That is done after the commit, in a short transaction of its own: nobody waits for the end of the chain while he holds
other rows. What a crash leaves unsealed, the clock seals.
"""

from datetime import datetime

import structlog
from django.db import IntegrityError, transaction

from clients.models import AuditChain, AuditEvent
from clients.records import GENESIS, digest, entry_of

log = structlog.get_logger(__name__)
CHUNK = 500
MOST_ROUNDS = 20
SEAL = ("seq", "prev_hash", "hash")


def seal(*, practice_id: int) -> int:
    """Number what is unsealed and chain it to the practice's last hash; how many were sealed.

    By compare-and-swap on the end of the chain: of several workers one moves it on, the others look again. Repeated it
    finds nothing to do. Where the recorded end was tampered with nothing is sealed, and `verify` says what is wrong.
    """
    done = 0
    for _ in range(MOST_ROUNDS):
        chain = chain_of(practice_id)
        waiting = list(AuditEvent.objects.for_practice(practice_id).unsealed().order_by("pk")[:CHUNK])
        sealed = _append(chain, waiting) if waiting else 0
        done += sealed
        if len(waiting) < CHUNK and sealed == len(waiting):
            break
    return done


def chain_of(practice_id: int) -> AuditChain:
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
            AuditEvent.objects.for_practice(chain.practice_id).bulk_update(waiting, SEAL)
            return len(waiting)
    except IntegrityError:  # the number is taken: somebody turned the recorded end back
        log.error("audit_chain_broken", practice_id=chain.practice_id, seq=chain.seq)
        return 0


def seal_left(*, at: datetime) -> int:
    """Seal what was left behind in any practice; how many events."""
    left = AuditEvent.objects.across_practices().unsealed().filter(at__lte=at)
    keys = left.order_by().values_list("practice_id", flat=True).distinct()
    return sum(seal(practice_id=key) for key in keys)
