from celery import shared_task

from clients.operations import current
from proposals import operations
from proposals.models import Proposal


@shared_task
def tick() -> None:
    """Activation, expiry, reminders, and whatever a lost bell left behind."""
    operations.tick(at=current())


@shared_task
def make_signed_document(proposal_id: int) -> None:
    """The signed PDF of one proposal."""
    proposal = Proposal.objects.across_practices().get(pk=proposal_id)
    operations.make_signed_document(proposal=proposal, at=current())
