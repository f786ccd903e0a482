"""Programs' keys to a practice."""

import secrets
from datetime import datetime, timedelta

from clients.errors import RoleTooHigh
from clients.models import ApiToken, Membership, Practice, Role, User
from clients.records import token_hash

RANK = {role: rank for rank, role in enumerate([Role.NONE, Role.APPRENTICE, Role.MEMBER, Role.ADMIN, Role.OWNER])}


def issue_token(*, practice: Practice, name: str, role: str, days: int, by: User, at: datetime) -> tuple[ApiToken, str]:
    """A token and its secret, which is shown once and never stored. Raises RoleTooHigh."""
    maker = practice.memberships.with_login().filter(user=by).first()
    if maker is None or RANK[Role(role)] > RANK[Role(maker.role)]:
        raise RoleTooHigh
    secret = f"socket_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        practice=practice,
        name=name.strip(),
        role=role,
        token_hash=token_hash(secret),
        created_by=by,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    return token, secret


def revoke_token(*, token: ApiToken, at: datetime) -> bool:
    """The token stops working with the next request; False when it had been revoked before."""
    return bool(token.practice.apitokens.filter(pk=token.pk, revoked_at=None).update(revoked_at=at))


def revoke_tokens_above(*, membership: Membership, role: str, at: datetime) -> int:
    """A person who may do less from now on leaves no token behind that may do more. How many were revoked."""
    if membership.user_id is None:
        return 0
    made = membership.practice.apitokens.filter(created_by=membership.user_id, revoked_at=None)
    tokens = made.filter(role__in=_above(role))
    return tokens.update(revoked_at=at)


def revoke_invitations_above(*, membership: Membership, role: str, at: datetime) -> int:
    """Nor an open invitation that they could not write any more: it may lead to themselves. How many were revoked."""
    if membership.user_id is None:
        return 0
    waiting = membership.practice.invitations.filter(invited_by=membership.user_id, accepted_at=None, revoked_at=None)
    if RANK[Role(role)] >= RANK[Role.ADMIN]:
        waiting = waiting.filter(role__in=_above(role))
    return waiting.update(revoked_at=at)


def _above(role: str) -> list[str]:
    return [each for each in Role.values if RANK[Role(each)] > RANK[Role(role)]]


def record_use(*, token: ApiToken, at: datetime) -> None:
    """Remembers when a token was last used, to the hour: a program that asks all day writes little."""
    if token.used_at is None or at - token.used_at > timedelta(hours=1):
        token.practice.apitokens.filter(pk=token.pk).update(used_at=at)
