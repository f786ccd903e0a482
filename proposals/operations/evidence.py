"""What is kept of an act on the signing page."""

from datetime import datetime

from proposals import signing
from proposals.models import Proposal, ProposalDocument, Signature, SigningLink
from proposals.records import Evidence

NAME_LENGTH = 200
AGENT_LENGTH = 500


def proposal_behind(link: SigningLink) -> Proposal:
    """The proposal as the link knows it: of another version, every guarded move on it fails."""
    proposals = Proposal.objects.for_practice(link.practice_id).select_related("client", "practice", "replaces")
    proposal = proposals.get(pk=link.proposal_id)
    if proposal.version != link.version:
        raise signing.LinkClosed
    return proposal


def keep_signature(
    proposal: Proposal, link: SigningLink, act: str, *, name: str, evidence: Evidence, at: datetime, reason: str = ""
) -> None:
    Signature.objects.create(
        practice_id=proposal.practice_id,
        proposal=proposal,
        version=link.version,
        act=act,
        signer_name=name,
        signer_email=link.recipient_email,
        signed_at=at,
        ip_address=evidence.ip_address,
        user_agent=evidence.user_agent[:AGENT_LENGTH],
        consent_version=signing.CONSENT_VERSION if act == Signature.Act.SIGNED else "",
        document_sha256=offer_sha256(proposal),
        link=link,
        reason=reason,
    )


def offer_sha256(proposal: Proposal) -> str:
    offers = proposal.documents.filter(kind=ProposalDocument.Kind.OFFER, version=proposal.version)
    return offers.values_list("sha256", flat=True).first() or ""
