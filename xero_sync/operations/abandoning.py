"""What becomes of unfinished postings when the practice moves to another organisation."""

from datetime import datetime

from django.db.models import Q

from xero_sync.models import Batch, Connection, Push
from xero_sync.operations.pushes.claiming import refuse
from xero_sync.operations.pushes.queueing import ReadyAgain
from xero_sync.translation.refusals import refusal


def abandon(connection: Connection, *, at: datetime) -> None:
    """In the caller's transaction: what never left is written anew for the new organisation; of what may have left
    nobody can say any more whether it arrived, so it is refused aloud and a person looks."""
    batches = Batch.objects.for_practice(connection.practice_id).filter(connection=connection, status__in=Batch.OPEN)
    # Batches before pushes, as whoever finishes a batch locks them: the other order could deadlock.
    batches.update(status=Batch.Status.SUPERSEDED, finished_at=at, problem="Connected to another organisation.")
    under_way = Q(status=Push.Status.UNKNOWN) | Q(status=Push.Status.CLAIMED, batch__sent_at__isnull=False)
    waits_to_be_repeated = Q(status=Push.Status.READY) & ~Q(element_sha256="")
    repeated = Q(status=Push.Status.CLAIMED, batch__repeats__isnull=False)
    doubtful = Push.objects.for_practice(connection.practice_id).filter(batch__connection=connection)
    for push in doubtful.filter(under_way | waits_to_be_repeated | repeated).select_related("invoice"):
        refuse(push, refusal("OTHER_ORGANISATION"), at=at)
    unsent = Push.objects.for_practice(connection.practice_id).filter(
        Q(status=Push.Status.READY) | Q(status=Push.Status.CLAIMED, batch__sent_at=None)
    )
    unsent.update(**ReadyAgain)
