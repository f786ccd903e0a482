"""Why something was not done to a proposal: sentences for people, whichever face they came by."""

from billing.operations import engagements
from proposals.documents import DocumentsUnavailable
from proposals.errors import ProposalRefusal
from proposals.models import MovedOn

REFUSALS = (
    ProposalRefusal,
    MovedOn,
    DocumentsUnavailable,
    engagements.AlreadyActive,
    engagements.AlreadyEnded,
)
