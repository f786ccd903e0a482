"""What a proposal offers, gathered from its rows; and its timeline."""

from dataclasses import replace
from datetime import date, datetime

from billing import calendar
from clients.models import Client, User
from clients.operations import audit
from proposals.models import Proposal, ProposalDocument, ProposalEvent, ProposalLine
from proposals.records import LineTerms, Offer, Terms

FROZEN = (
    "practice_name", "practice_address", "practice_email", "practice_phone", "principal", "client_name",
    "client_address", "prepared_by", "alignment_months",
)  # fmt: skip
AUDITED = {
    "sent": "proposal.sent",
    "shared": "proposal.shared",
    "reminded": "proposal.reminded",
    "reverted": "proposal.reverted",
    "signed": "proposal.signed",
    "declined": "proposal.declined",
    "accepted_on_behalf": "proposal.accepted_on_behalf",
    "start_confirmed": "proposal.start_confirmed",
    "activated": "proposal.activated",
    "superseded": "proposal.superseded",
    "ended": "proposal.ended",
    "lost": "proposal.lost",
    "expired": "proposal.expired",
}


def offer_of(proposal: Proposal) -> Offer:
    """Everything the client is shown. Two equal offers give the same document.

    Once it has been sent it names the practice and the client as that document does, whatever they are called since.
    """
    offer = _present(proposal)
    if proposal.is_draft:
        return offer
    sent = proposal.documents.filter(kind=ProposalDocument.Kind.OFFER, version=proposal.version)
    return replace(offer, **(sent.values_list("frozen", flat=True).first() or {}))


def frozen(offer: Offer) -> dict[str, str | int]:
    """What of an offer does not stand on the proposal and its lines, to be kept with the document."""
    return {name: getattr(offer, name) for name in FROZEN}


def _present(proposal: Proposal) -> Offer:
    practice, client = proposal.practice, proposal.client
    author = proposal.created_by
    return Offer(
        number=proposal.number,
        version=proposal.version,
        title=proposal.title,
        practice_name=practice.name,
        practice_address=practice.address,
        practice_email=practice.email,
        practice_phone=practice.phone,
        principal=practice.principal,
        client_name=client.name,
        client_address=client.address,
        prepared_by=author.name if author else "",
        signatory_name=proposal.signatory_name,
        signatory_email=proposal.signatory_email,
        planned_start=proposal.planned_start,
        expires_on=proposal.expires_on,
        introduction=proposal.introduction,
        letter=proposal.letter,
        alignment_months=alignment_months(proposal.client, proposal.planned_start, proposal.has_alignment),
        lines=tuple(terms_of(line) for line in proposal.lines.all()),
    )


def alignment_months(client: Client, start: date, has_alignment: bool) -> int:
    """How many months an alignment fee covers: none when the proposal says no or the client has no year end."""
    if not has_alignment or client.year_end_month is None:
        return 0
    return calendar.alignment_months(start, client.year_end_month)


def terms_of(line: ProposalLine) -> LineTerms:
    """A stored line as it was filled in."""
    return LineTerms(
        name=line.name,
        price=line.price,
        billing_method=line.billing_method,
        quantity=line.quantity,
        description=line.description,
        weekday=line.weekday,
        service_id=line.service_id,
        continues_id=line.continues_id,
        line_tracking_id=line.line_tracking_id,
        has_alignment=line.has_alignment,
    )


def present_terms(proposal: Proposal) -> Terms:
    """The general part as it stands, for a form that changes some of it."""
    return Terms(
        title=proposal.title,
        signatory_name=proposal.signatory_name,
        signatory_email=proposal.signatory_email,
        planned_start=proposal.planned_start,
        has_alignment=proposal.has_alignment,
        introduction=proposal.introduction,
        letter=proposal.letter,
        expires_on=proposal.expires_on,
    )


def note(proposal: Proposal, what: str, *, by: User | None, at: datetime, note: str = "", actor_name: str = "") -> None:
    """One entry of the timeline, in the caller's transaction; what matters stands in the audit log as well."""
    ProposalEvent.objects.create(
        practice_id=proposal.practice_id, proposal=proposal, what=what, note=note[:1000], by=by, at=at
    )
    if what in AUDITED:
        audit.record(
            practice=proposal.practice_id,
            action=AUDITED[what],
            by=by,
            at=at,
            subject=proposal,
            facts={"client": str(proposal.client), "version": proposal.version, "note": note},
            actor_name=actor_name,
        )
