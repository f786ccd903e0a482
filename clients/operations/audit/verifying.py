"""Reading the audit log: is it whole, how does it stand, and all of it to take away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import Max

from clients.models import AuditChain, AuditEvent, Practice
from clients.operations.audit.sealing import CHUNK, chain_of
from clients.records import Entry, Fault, Head, entry_of, first_fault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class State:
    """How a practice's log stands: what is sealed, what waits for it, and what the last verification found."""

    entries: int = 0
    last_hash: str = ""
    unsealed: int = 0
    since: datetime | None = None
    verified_at: datetime | None = None
    verified: int = 0
    fault: str = ""


def state(*, practice: Practice) -> State:
    """Four queries, however long the log is."""
    events = AuditEvent.objects.for_practice(practice)
    unsealed = events.unsealed().count()
    chain = AuditChain.objects.for_practice(practice).first()
    if chain is None:
        return State(unsealed=unsealed)
    return State(
        entries=chain.seq,
        last_hash=chain.hash,
        unsealed=unsealed,
        since=events.filter(seq=1).values_list("at", flat=True).first(),
        verified_at=chain.verified_at,
        verified=chain.verified_seq,
        fault=chain.fault,
    )


def exported(*, practice: Practice) -> tuple[Head, Iterator[Entry]]:
    """Where the log ends at this moment, and every entry up to there, in order; read in chunks."""
    chain = AuditChain.objects.for_practice(practice).first()
    head = Head(chain.seq, chain.hash) if chain else Head()
    sealed = AuditEvent.objects.for_practice(practice).sealed().filter(seq__lte=head.seq).order_by("seq")
    return head, map(entry_of, sealed.iterator(chunk_size=CHUNK))


def verify(*, practice: Practice, at: datetime) -> Fault | None:
    """Read the whole chain and check every hash: the first bad record, or None. What was found is kept for the page."""
    sealed = AuditEvent.objects.for_practice(practice).sealed()
    top = sealed.aggregate(top=Max("seq"))["top"] or 0  # read before the end: what is sealed meanwhile is not judged
    chain = chain_of(practice.pk)
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
