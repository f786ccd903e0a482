"""Programs' keys to a practice."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from clients.errors import RoleTooHigh
from clients.models import ApiToken, Invitation, Membership, Practice, Role, User
from clients.operations import audit
from clients.records import token_hash

RANK = {role: rank for rank, role in enumerate([Role.NONE, Role.APPRENTICE, Role.MEMBER, Role.ADMIN, Role.OWNER])}


def issue_token(*, practice: Practice, name: str, role: str, days: int, by: User, at: datetime) -> tuple[ApiToken, str]:
    """A token and its secret, which is shown once and never stored. Raises RoleTooHigh."""
    maker = practice.memberships.with_login().filter(user=by).first()
    if maker is None or RANK[Role(role)] > RANK[Role(maker.role)]:
        raise RoleTooHigh
    secret = f"socket_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            practice=practice,
            name=name.strip(),
            role=role,
            token_hash=token_hash(secret),
            created_by=by,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        facts = {"role": role, "expires_at": token.expires_at}
        audit.record(practice=practice, action="token.issued", by=by, at=at, subject=token, facts=facts)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, at: datetime) -> bool:
    """The token stops working with the next request; False when it had been revoked before."""
    revoked = token.practice.apitokens.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    if revoked:
        audit.record(practice=token.practice_id, action="token.revoked", by=by, at=at, subject=token)
    return bool(revoked)


def revoke_tokens_above(*, membership: Membership, role: str, by: User, at: datetime) -> int:
    """A person who may do less from now on leaves no token behind that may do more. How many were revoked."""
    if membership.user_id is None:
        return 0
    made = membership.practice.apitokens.filter(created_by=membership.user_id, revoked_at=None)
    tokens = made.filter(role__in=_above(role))
    about = [(token, {"made_by": membership.name}) for token in tokens]
    audit.record_all(practice=membership.practice_id, action="token.revoked", by=by, at=at, about=about)
    return tokens.update(revoked_at=at)


def revoke_invitations_above(*, membership: Membership, role: str, by: User, at: datetime) -> int:
    """Nor an open invitation that they could not write any more: it may lead to themselves. How many were revoked."""
    if membership.user_id is None:
        return 0
    waiting = membership.practice.invitations.filter(invited_by=membership.user_id, accepted_at=None, revoked_at=None)
    if RANK[Role(role)] >= RANK[Role.ADMIN]:
        waiting = waiting.filter(role__in=_above(role))
    about: list[tuple[Invitation, dict[str, str]]] = [(each, {"written_by": membership.name}) for each in waiting]
    audit.record_all(practice=membership.practice_id, action="team.invitation_revoked", by=by, at=at, about=about)
    return waiting.update(revoked_at=at)


def _above(role: str) -> list[str]:
    return [each for each in Role.values if RANK[Role(each)] > RANK[Role(role)]]


def record_use(*, token: ApiToken, at: datetime) -> None:
    """Remembers when a token was last used, to the hour: a program that asks all day writes little."""
    if token.used_at is None or at - token.used_at > timedelta(hours=1):
        token.practice.apitokens.filter(pk=token.pk).update(used_at=at)
