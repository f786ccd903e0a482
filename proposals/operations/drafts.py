"""Drafts: create, edit, lines."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.template.loader import render_to_string

from billing import calendar
from billing.models import Service
from clients.models import Client, User
from proposals.errors import BadTerms, ClientClosed
from proposals.models import Proposal, ProposalLine
from proposals.operations.checks import check_lines, check_terms
from proposals.operations.offers import note
from proposals.records import LineTerms, Terms

TRIES = 5


def create(*, client: Client, terms: Terms | None = None, by: User | None, at: datetime) -> Proposal:
    """A draft for the client. Without terms it starts next month, with our standing letter, addressed to the contact.

    Raises ClientClosed, BadTerms.
    """
    if client.is_closed:
        raise ClientClosed(client.name)
    return write_draft(client, terms or default_terms(client, at), [], by=by, at=at, kind=Proposal.Kind.NEW)


def default_terms(client: Client, at: datetime) -> Terms:
    """What a new draft says before anybody has touched it."""
    letter = render_to_string("proposals/letter.txt", {"client": client, "practice": client.practice})
    return Terms(
        title="Proposal",
        signatory_name=client.contact_name,
        signatory_email=client.email,
        planned_start=next_month(client, at),
        has_alignment=client.year_end_month is not None,
        letter=letter.strip(),
    )


def next_month(client: Client, at: datetime) -> date:
    """The 1st of the month after this one, where the practice is."""
    return calendar.add_months(calendar.first_of(at.astimezone(client.practice.zone).date()), 1)


def edit(*, proposal: Proposal, terms: Terms, by: User | None, at: datetime) -> Proposal:
    """Store the general part of a draft. Raises BadTerms; MovedOn when it is no draft any more."""
    check_terms(terms)
    with transaction.atomic():
        proposal.edit(at=at, **_values(terms))
    return proposal


def save_lines(*, proposal: Proposal, lines: Sequence[LineTerms], by: User | None, at: datetime) -> Proposal:
    """Replace a draft's lines by these, in this order. Raises BadTerms, NotYours; MovedOn when it is no draft."""
    check_lines(proposal, lines)
    with transaction.atomic():
        proposal.edit(at=at)
        proposal.lines.all().delete()
        _write_lines(proposal, lines)
    return proposal


def line_for(service: Service) -> LineTerms:
    """A service of the menu as the line that it becomes."""
    return LineTerms(
        name=service.name,
        description=service.description,
        price=service.price,
        billing_method=service.billing_method,
        service_id=service.pk,
        has_alignment=service.has_alignment,
    )


def write_draft(
    client: Client, terms: Terms, lines: Iterable[LineTerms], *, by: User | None, at: datetime, **more: Any
) -> Proposal:
    """The draft with the practice's next number; whoever loses the race for a number takes the one after."""
    check_terms(terms)
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                values = {**_values(terms), **more, "number": _next_number(client), "created_at": at}
                proposal = Proposal.objects.create(practice=client.practice, client=client, created_by=by, **values)
                _write_lines(proposal, lines)
                note(proposal, "created", by=by, at=at)
                return proposal
        except IntegrityError:
            if not tries_left:
                raise
    raise BadTerms({"number": "No number was free. Try again."})


def _next_number(client: Client) -> int:
    highest = Proposal.objects.for_practice(client.practice_id).aggregate(highest=Max("number"))["highest"]
    return (highest or 100) + 1


def _values(terms: Terms) -> dict[str, Any]:
    return {
        "title": terms.title.strip(),
        "signatory_name": terms.signatory_name.strip(),
        "signatory_email": terms.signatory_email.strip().lower(),
        "planned_start": calendar.first_of(terms.planned_start),
        "has_alignment": terms.has_alignment,
        "introduction": terms.introduction.strip(),
        "letter": terms.letter.strip(),
        "expires_on": terms.expires_on,
    }


def _write_lines(proposal: Proposal, lines: Iterable[LineTerms]) -> None:
    """Account and tracking category 2 are the service's own, copied so that the offer keeps them."""
    wanted = list(lines)
    services = Service.objects.for_practice(proposal.practice_id).in_bulk([line.service_id for line in wanted])
    ProposalLine.objects.bulk_create(
        _line(proposal, line, services.get(line.service_id or 0), position) for position, line in enumerate(wanted)
    )


def _line(proposal: Proposal, line: LineTerms, service: Service | None, position: int) -> ProposalLine:
    return ProposalLine(
        practice_id=proposal.practice_id,
        proposal=proposal,
        service=service,
        continues_id=line.continues_id,
        name=line.name.strip(),
        description=line.description.strip(),
        price=line.price,
        quantity=line.quantity,
        billing_method=line.billing_method,
        weekday=line.weekday,
        ledger_account_id=service.ledger_account_id if service else None,
        line_tracking_id=line.line_tracking_id,
        service_tracking_id=service.tracking_option_id if service else None,
        has_alignment=line.is_aligned,
        position=position,
    )
