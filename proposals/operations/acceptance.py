"""The signature: accept, accept on the client's behalf, decline."""

from datetime import datetime

from celery import current_app
from django.db import transaction

from billing.operations import engagements
from billing.records import ServiceTerms
from clients.models import User
from notifications import outbox
from proposals import drafting, signing
from proposals.errors import NameMissing, ReasonMissing
from proposals.models import Proposal, ProposalLine, Signature, SigningLink
from proposals.operations.checks import check_ready
from proposals.operations.evidence import NAME_LENGTH, keep_signature, offer_sha256, proposal_behind
from proposals.operations.offers import note, offer_of, terms_of
from proposals.operations.sending import REASON_LENGTH, page_of, tell_sender, today
from proposals.records import Evidence

SIGNED_TASK = "proposals.tasks.make_signed_document"


def mark_viewed(*, link: SigningLink, at: datetime) -> None:
    """Somebody looks at the page: kept once per link and once per version."""
    links = SigningLink.objects.for_practice(link.practice_id).filter(pk=link.pk, viewed_at=None)
    with transaction.atomic():
        if links.update(viewed_at=at):
            unseen = Proposal.objects.for_practice(link.practice_id).pending().filter(viewed_at=None)
            if unseen.filter(pk=link.proposal_id, version=link.version).update(viewed_at=at):
                note(link.proposal, "viewed", by=None, at=at, note=f"By {link.recipient_name}")
                tell_sender(link.proposal, "proposal_viewed", {"viewer_name": link.recipient_name}, at=at)


def accept(*, link: SigningLink, signer_name: str, evidence: Evidence, at: datetime) -> Proposal:
    """The client signs: Won, the evidence, the frozen engagement and its on-acceptance invoices, all or nothing.

    Of several acceptances at once one wins; the others raise MovedOn. Raises NameMissing; LinkClosed when the last day
    of the offer has passed.
    """
    name = signer_name.strip()[:NAME_LENGTH]
    if not name:
        raise NameMissing
    proposal = proposal_behind(link)
    if proposal.expires_on and proposal.expires_on < today(proposal, at):
        raise signing.LinkClosed
    with transaction.atomic():
        proposal.hold(at=at)
        keep_signature(proposal, link, Signature.Act.SIGNED, name=name, evidence=evidence, at=at)
        _win(proposal, by=None, at=at)
        note(proposal, "signed", by=None, at=at, note=f"By {name}", actor_name=name)
        _tell_team(proposal, "proposal_signed", name, "", at=at)
        _ring(proposal)
    return proposal


def decline(*, link: SigningLink, reason: str, evidence: Evidence, at: datetime) -> Proposal:
    """The client says no: Lost, with the reason and the evidence. Raises ReasonMissing, MovedOn."""
    words = reason.strip()[:REASON_LENGTH]
    if not words:
        raise ReasonMissing
    proposal = proposal_behind(link)
    with transaction.atomic():
        proposal.lose(reason=words, at=at)
        name = link.recipient_name or proposal.signatory_name
        keep_signature(proposal, link, Signature.Act.DECLINED, name=name, evidence=evidence, at=at, reason=words)
        signing.revoke_all(proposal=proposal, at=at)
        note(proposal, "declined", by=None, at=at, note=words, actor_name=name)
        _tell_team(proposal, "proposal_declined", name, words, at=at)
    return proposal


def accept_on_behalf(*, proposal: Proposal, reason: str, by: User, at: datetime) -> Proposal:
    """An admin accepts for the client, with a reason that is kept as evidence. Raises ReasonMissing, MovedOn."""
    words = reason.strip()[:REASON_LENGTH]
    if not words:
        raise ReasonMissing
    check_ready(proposal, today(proposal, at), by_email=False)
    with transaction.atomic():
        proposal.hold(at=at)
        Signature.objects.create(
            practice_id=proposal.practice_id,
            proposal=proposal,
            version=proposal.version,
            act=Signature.Act.ON_BEHALF,
            signer_name=proposal.signatory_name or proposal.client.name,
            signer_email=proposal.signatory_email,
            signed_at=at,
            document_sha256=offer_sha256(proposal),
            by=by,
            reason=words,
        )
        _win(proposal, by=by, at=at)
        note(proposal, "accepted_on_behalf", by=by, at=at, note=words)
        _ring(proposal)
    return proposal


def _win(proposal: Proposal, *, by: User | None, at: datetime) -> None:
    months = offer_of(proposal).alignment_months
    engagement = engagements.begin(
        client=proposal.client,
        source=f"proposal:{proposal.uid}",
        number=proposal.number,
        title=proposal.title,
        planned_start=proposal.planned_start,
        has_alignment=proposal.has_alignment,
        terms=[_service_terms(line, months) for line in proposal.lines.all()],
        replaces=proposal.replaces.engagement if proposal.replaces else None,
        by=by,
        at=at,
    )
    proposal.win(engagement=engagement, at=at)


def _service_terms(line: ProposalLine, alignment_months: int) -> ServiceTerms:
    """A line as it was signed, its alignment fee for the months that the signed offer says."""
    return ServiceTerms(
        name=line.name,
        description=line.description,
        price=line.price,
        quantity=line.quantity,
        billing_method=line.billing_method,
        weekday=line.weekday,
        service_id=line.service_id,
        ledger_account_id=line.ledger_account_id,
        line_tracking_id=line.line_tracking_id,
        service_tracking_id=line.service_tracking_id,
        alignment_amount=drafting.alignment_of(terms_of(line), alignment_months),
        continues_id=line.continues_id,
    )


def _ring(proposal: Proposal) -> None:
    """The bell for the signed document, by name: tasks stand above operations. Should the broker be away, the tick
    finds that it is missing."""
    key = proposal.pk
    transaction.on_commit(lambda: current_app.send_task(SIGNED_TASK, [key]), robust=True)


def _tell_team(proposal: Proposal, slug: str, name: str, words: str, *, at: datetime) -> None:
    outbox.write(
        practice=proposal.practice,
        slug=slug,
        cause=f"{slug}:{proposal.pk}:{proposal.version}",
        recipients=outbox.to_team(proposal.practice),
        context={"proposal": proposal, "client": proposal.client, "signer_name": name, "reason": words, "at": at},
        audience=outbox.Audience.USER,
        at=at,
        url=page_of(proposal),
    )
