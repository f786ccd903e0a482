"""Drafts that follow an earlier proposal: duplicate, adjust, renew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from billing.models import EngagedService
from clients.models import User
from proposals.errors import AlreadyReplaced, ClientClosed, NotRunning
from proposals.models import Proposal
from proposals.operations.drafts import next_month, write_draft
from proposals.operations.offers import terms_of
from proposals.records import LineTerms, Terms


def duplicate(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """A new draft for the same client with the same terms and lines."""
    lines = [replace(terms_of(line), continues_id=None) for line in proposal.lines.all()]
    return _copy(proposal, lines, kind=Proposal.Kind.NEW, replaces=None, by=by, at=at)


def adjust(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """A draft that changes a running proposal: its lines are the services as engaged, each carrying on its cycle.

    Raises NotRunning, AlreadyReplaced, ClientClosed.
    """
    _check_replaceable(proposal, "adjusted")
    lines = [_continued(service) for service in engaged(proposal)]
    return _follow(proposal, lines, Proposal.Kind.ADJUSTMENT, by=by, at=at)


def renew(*, proposal: Proposal, by: User | None, at: datetime) -> Proposal:
    """A draft that replaces a running proposal as a whole; every cycle begins anew with it, which its page warns of.

    Raises NotRunning, AlreadyReplaced, ClientClosed.
    """
    _check_replaceable(proposal, "renewed")
    lines = [replace(_continued(service), continues_id=None) for service in engaged(proposal)]
    return _follow(proposal, lines, Proposal.Kind.RENEWAL, by=by, at=at)


def engaged(proposal: Proposal) -> list[EngagedService]:
    """The services of its engagement that still come round or have not begun."""
    services = EngagedService.objects.for_practice(proposal.practice_id).active()
    return list(services.filter(engagement=proposal.engagement).exclude(billing_method__startswith="once_"))


def _check_replaceable(proposal: Proposal, act: str) -> None:
    if not proposal.is_running:
        raise NotRunning(proposal.number, act)
    if proposal.client.is_closed:
        raise ClientClosed(proposal.client.name)
    _check_not_replaced(proposal)


def _check_not_replaced(proposal: Proposal) -> None:
    follower = proposal.replaced_by.filter(status__in=Proposal.OPEN | {Proposal.Status.WON}).first()
    if follower:
        raise AlreadyReplaced(proposal.number, follower.number)


def _continued(service: EngagedService) -> LineTerms:
    return LineTerms(
        name=service.name,
        price=service.price,
        billing_method=service.billing_method,
        quantity=service.quantity,
        description=service.description,
        weekday=service.weekday,
        service_id=service.service_id,
        continues_id=service.pk,
        line_tracking_id=service.line_tracking_id,
    )


def _follow(source: Proposal, lines: Sequence[LineTerms], kind: str, *, by: User | None, at: datetime) -> Proposal:
    """Of two drafts at once (a double click) the database keeps one; the other is refused with its number."""
    try:
        return _copy(source, lines, kind=kind, replaces=source, by=by, at=at)
    except IntegrityError:
        _check_not_replaced(source)
        raise


def _copy(source: Proposal, lines: Sequence[LineTerms], *, by: User | None, at: datetime, **more: Any) -> Proposal:
    if source.client.is_closed:
        raise ClientClosed(source.client.name)
    terms = Terms(
        title=source.title,
        signatory_name=source.signatory_name,
        signatory_email=source.signatory_email,
        planned_start=next_month(source.client, at),
        has_alignment=source.has_alignment and more["replaces"] is None,
        introduction=source.introduction,
        letter=source.letter,
    )
    return write_draft(source.client, terms, lines, by=by, at=at, **more)
