"""The signed document: made once after the signature, and brought to both sides."""

from datetime import datetime

from django.db import transaction

from notifications import outbox
from proposals import documents
from proposals.models import Proposal, ProposalDocument, Signature
from proposals.operations.sending import page_of
from proposals.records import Certificate


def make_signed_document(*, proposal: Proposal, at: datetime) -> ProposalDocument | None:
    """The signed PDF with its certificate, made once, and the letter that brings it to both sides.

    Runs after the signature was committed; a repeat finds the document and does nothing. None when nobody signed, or
    when what was signed is not kept: it is never drawn anew from rows that may have changed.
    """
    known = proposal.documents.filter(kind=ProposalDocument.Kind.SIGNED, version=proposal.version).first()
    signature = proposal.signatures.filter(version=proposal.version).exclude(act=Signature.Act.DECLINED).first()
    if known or not proposal.is_accepted or signature is None:
        return known
    offers = proposal.documents.filter(kind=ProposalDocument.Kind.OFFER, sha256=signature.document_sha256)
    offer = offers.filter(version=signature.version).first()
    if offer is None:
        return None
    content = documents.signed_pdf(bytes(offer.content), _certificate(signature))
    with transaction.atomic():
        document, is_new = ProposalDocument.objects.for_practice(proposal.practice_id).get_or_create(
            proposal=proposal,
            kind=ProposalDocument.Kind.SIGNED,
            version=proposal.version,
            defaults={
                "practice_id": proposal.practice_id,
                "content": content,
                "sha256": documents.sha256(content),
                "created_at": at,
            },
        )
        if is_new:
            _send_accepted(proposal, signature, content, at=at)
    return document


def _certificate(signature: Signature) -> Certificate:
    link = signature.link
    return Certificate(
        number=signature.proposal.number,
        version=signature.version,
        document_sha256=signature.document_sha256,
        signer_name=signature.signer_name,
        signer_email=signature.signer_email,
        signed_at=signature.signed_at,
        ip_address=signature.ip_address or "",
        user_agent=signature.user_agent,
        consent_version=signature.consent_version,
        is_on_behalf=signature.act == Signature.Act.ON_BEHALF,
        by_name=signature.by.name if signature.by else "",
        reason=signature.reason,
        link_by=link.made_by.name if link and link.made_by else "",
        link_at=link.created_at if link else None,
        is_link_shared=bool(link and link.is_shared),
    )


def _send_accepted(proposal: Proposal, signature: Signature, content: bytes, *, at: datetime) -> None:
    """The accepted letter with the signed PDF: to the signatory, and to whoever sent the proposal."""
    file = outbox.File(name=f"Proposal {proposal.number} signed.pdf", mime_type="application/pdf", content=content)
    context = {"proposal": proposal, "client": proposal.client, "signature": signature}
    sender = proposal.sent_by or proposal.created_by
    sides = [
        (
            outbox.Audience.CLIENT,
            [outbox.Recipient(email=signature.signer_email, name=signature.signer_name, user=None)],
        )
    ]
    if sender:
        sides.append((outbox.Audience.USER, [outbox.Recipient(email=sender.email, name=sender.name, user=sender)]))
    for audience, recipients in sides:
        outbox.write(
            practice=proposal.practice,
            slug="proposal_accepted",
            cause=f"proposal_accepted:{proposal.pk}:{audience}",
            recipients=[recipient for recipient in recipients if recipient.email],
            context={**context, "is_client": audience == outbox.Audience.CLIENT},
            audience=audience,
            at=at,
            url="" if audience == outbox.Audience.CLIENT else page_of(proposal),
            attachments=[file],
        )
