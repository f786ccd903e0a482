"""To the client and back: send, share, remind, revert, mark as lost."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from billing import calendar
from clients.models import Client, User
from notifications import outbox
from proposals import documents, drafting, signing
from proposals.errors import OfferChanged, ReasonMissing
from proposals.models import Proposal, ProposalDocument
from proposals.operations.checks import check_ready
from proposals.operations.offers import frozen, note, offer_of
from proposals.records import Offer

REASON_LENGTH = 1000


def send(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """Draft to Pending, with the letter that carries the signatory's own link.

    The document is made before the transaction, stored with its SHA-256, and sent only if the draft is still what was
    printed. Raises NotReady, ClientClosed, OfferChanged, DocumentsUnavailable; MovedOn when it is no draft any more.
    """
    check_ready(proposal, today(proposal, at))
    offer, content = _print(proposal)
    with transaction.atomic():
        _make_pending(proposal, offer, content, by=by, at=at)
        token = _link(proposal, by=by, at=at)
        note(proposal, "sent", by=by, at=at, note=f"To {proposal.signatory_name}, {proposal.signatory_email}")
        _write_to_signatory(proposal, offer, token, slug="proposal", by=by, at=at)
    return proposal


def share(*, proposal: Proposal, by: User | None, at: datetime) -> str:
    """A new signing link to hand over oneself; its address is told once. A draft becomes Pending by it.

    Raises as `send` does.
    """
    if proposal.is_pending:
        with transaction.atomic():
            proposal.hold(at=at)
            return _shared(proposal, by=by, at=at)
    check_ready(proposal, today(proposal, at), by_email=False)
    offer, content = _print(proposal)
    with transaction.atomic():
        _make_pending(proposal, offer, content, by=by, at=at)
        return _shared(proposal, by=by, at=at)


def remind(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """Write to the signatory again, with a link of its own. By hand as often as wanted, once a day.

    Raises MovedOn when it is not pending.
    """
    with transaction.atomic():
        proposal.hold(at=at)
        offer, token = offer_of(proposal), _link(proposal, by=by, at=at)
        note(proposal, "reminded", by=by, at=at, note=f"To {proposal.signatory_name}, {proposal.signatory_email}")
        _write_to_signatory(proposal, offer, token, slug="proposal_reminder", by=by, at=at)
    return proposal


def revert(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """Pending to Draft while nobody has signed: links are dead, the next sending is a new version.

    Raises MovedOn when it is not pending any more.
    """
    with transaction.atomic():
        proposal.revert(at=at)
        signing.revoke_all(proposal=proposal, at=at)
        note(proposal, "reverted", by=by, at=at)
    return proposal


def mark_lost(*, proposal: Proposal, reason: str, by: User | None, at: datetime) -> Proposal:
    """Pending to Lost, with the reason. Raises ReasonMissing, MovedOn."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        proposal.lose(reason=reason.strip()[:REASON_LENGTH], at=at)
        signing.revoke_all(proposal=proposal, at=at)
        note(proposal, "lost", by=by, at=at, note=reason.strip())
    return proposal


def lose_pending_of_client(*, client: Client, reason: str, by: User | None, at: datetime) -> list[Proposal]:
    """Every pending proposal of a client that is being closed becomes Lost."""
    pending = Proposal.objects.for_practice(client.practice_id).pending().filter(client=client).select_related("client")
    return [mark_lost(proposal=proposal, reason=reason, by=by, at=at) for proposal in pending]


def today(proposal: Proposal, at: datetime) -> date:
    """The day it is where the practice is."""
    return calendar.today_in(proposal.practice.zone, at)


def page_of(proposal: Proposal) -> str:
    """The path of a proposal's page; the outbox makes it an address."""
    return reverse("proposals:proposal", kwargs={"practice": proposal.practice.slug, "proposal_id": proposal.pk})


def tell_sender(proposal: Proposal, slug: str, context: dict[str, Any], *, at: datetime) -> None:
    """A letter to whoever sent it, once per version."""
    sender = proposal.sent_by or proposal.created_by
    if sender is None:
        return
    outbox.write(
        practice=proposal.practice,
        slug=slug,
        cause=f"{slug}:{proposal.pk}:{proposal.version}",
        recipients=[outbox.Recipient(email=sender.email, name=sender.name, user=sender)],
        context={"proposal": proposal, "client": proposal.client, **context},
        audience=outbox.Audience.USER,
        at=at,
        url=page_of(proposal),
    )


def _print(proposal: Proposal) -> tuple[Offer, bytes]:
    offer = offer_of(proposal)
    return offer, documents.offer_pdf(offer)


def _make_pending(proposal: Proposal, offer: Offer, content: bytes, *, by: User | None, at: datetime) -> None:
    proposal.send(by=by, at=at)
    if offer_of(Proposal.objects.for_practice(proposal.practice_id).get(pk=proposal.pk)) != offer:
        raise OfferChanged
    ProposalDocument.objects.create(
        practice_id=proposal.practice_id,
        proposal=proposal,
        kind=ProposalDocument.Kind.OFFER,
        version=proposal.version,
        content=content,
        sha256=documents.sha256(content),
        frozen=frozen(offer),
        created_at=at,
    )


def _shared(proposal: Proposal, *, by: User | None, at: datetime) -> str:
    note(proposal, "shared", by=by, at=at)
    return signing.address(_link(proposal, by=by, at=at, is_shared=True))


def _link(proposal: Proposal, *, by: User | None, at: datetime, is_shared: bool = False) -> str:
    name, email = proposal.signatory_name, proposal.signatory_email
    return signing.issue(proposal=proposal, name=name, email=email, at=at, by=by, is_shared=is_shared)


def _write_to_signatory(
    proposal: Proposal, offer: Offer, token: str, *, slug: str, by: User | None, at: datetime
) -> None:
    outbox.write(
        practice=proposal.practice,
        slug=slug,
        cause=f"{slug}:{proposal.pk}:{proposal.version}:{today(proposal, at):%Y-%m-%d}",
        recipients=[outbox.Recipient(email=proposal.signatory_email, name=proposal.signatory_name, user=None)],
        context={
            "offer": offer,
            "groups": drafting.fee_groups(offer),
            "sign_url": signing.address(token),
            "sender_name": by.name if by else offer.prepared_by or offer.practice_name,
        },
        audience=outbox.Audience.CLIENT,
        at=at,
    )
