"""Links to the signing page: made, found, revoked. The token is told once and only its SHA-256 is kept."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from clients.models import User
from clients.records import token_hash
from proposals.models import Proposal, SigningLink

LIFETIME = timedelta(days=30)
CONSENT_VERSION = "2026-09"
CONSENT = (
    "I have read the proposal and the engagement letter and I agree to them.",
    "I agree to sign electronically. We keep your name, the time, your IP address and browser, and a fingerprint of "
    "the exact document.",
)


class LinkClosed(Exception):
    """The link is unknown, expired, revoked or replaced, or its proposal is no longer on offer: one answer for all."""

    def __init__(self) -> None:
        super().__init__("This link cannot be used any more. Ask the firm that sent it for a new one.")


def issue(
    *, proposal: Proposal, name: str, email: str, at: datetime, by: User | None = None, is_shared: bool = False
) -> str:
    """A new link for one recipient to the present version; its token, which is never known again."""
    token = secrets.token_urlsafe(32)
    SigningLink.objects.create(
        practice_id=proposal.practice_id,
        proposal=proposal,
        version=proposal.version,
        recipient_name=name,
        recipient_email=email,
        token_hash=token_hash(token),
        is_shared=is_shared,
        made_by=by,
        created_at=at,
        expires_at=at + LIFETIME,
    )
    return token


def find(*, token: str, at: datetime) -> SigningLink:
    """The open link behind a token, or LinkClosed. It opens pending and accepted proposals only."""
    links = SigningLink.objects.across_practices().select_related("proposal__client", "proposal__practice")
    link = links.filter(token_hash=token_hash(token)).first()
    if link is None or not link.is_open(at) or not (link.proposal.is_pending or link.proposal.is_accepted):
        raise LinkClosed
    return link


def revoke_all(*, proposal: Proposal, at: datetime) -> int:
    """Close every open link of a proposal."""
    links = SigningLink.objects.for_practice(proposal.practice_id).unrevoked()
    return links.filter(proposal=proposal).update(revoked_at=at)


def address(token: str) -> str:
    """The whole address of a link, for letters."""
    return str(settings.SITE_URL) + reverse("signing:proposal", kwargs={"token": token})
