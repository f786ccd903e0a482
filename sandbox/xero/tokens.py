"""Codes, access tokens and refresh tokens: who holds which, and for how long."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=60)
ROTATION_GRACE = timedelta(minutes=30)


class InvalidGrant(Exception):
    """A code or refresh token that is unknown, used, too old or for somebody else."""


@dataclass(frozen=True)
class Grant:
    """What one consent gave: this user lets this client do these things."""

    user_id: str
    client_id: str
    scopes: frozenset[str]
    event_id: str
    nonce: str | None = None


@dataclass
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str | None
    issued_at: datetime
    is_used: bool = False


@dataclass
class Access:
    grant: Grant
    expires_at: datetime


@dataclass
class Refresh:
    grant: Grant
    issued_at: datetime
    used_at: datetime | None = None


@dataclass
class Vault:
    """Every token of every user. Secrets are random in each run; ids are not."""

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    consented: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    refreshes: int = 0

    def consent(self, grant: Grant, redirect_uri: str, challenge: str | None, at: datetime) -> str:
        """Scopes add up with each consent, so the code carries all that were ever allowed."""
        holder = (grant.user_id, grant.client_id)
        self.consented[holder] = self.consented.get(holder, frozenset()) | grant.scopes
        code = secrets.token_urlsafe(32)
        self.codes[code] = Code(replace(grant, scopes=self.consented[holder]), redirect_uri, challenge, at)
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None, at: datetime) -> Grant:
        entry = self.codes.get(code)
        if entry is None or entry.is_used or entry.grant.client_id != client_id:
            raise InvalidGrant
        entry.is_used = True
        if at - entry.issued_at > CODE_LIFE or entry.redirect_uri != redirect_uri:
            raise InvalidGrant
        if entry.challenge is not None and s256(verifier or "") != entry.challenge:
            raise InvalidGrant
        return entry.grant

    def rotate(self, token: str, client_id: str, at: datetime) -> Grant:
        """A used token may be used again for half an hour, in case its successor never arrived."""
        entry = self.refresh.get(token)
        self.refreshes += 1
        if entry is None or entry.grant.client_id != client_id or at - entry.issued_at > REFRESH_LIFE:
            raise InvalidGrant
        if entry.used_at is not None and at - entry.used_at > ROTATION_GRACE:
            raise InvalidGrant
        entry.used_at = entry.used_at or at
        return entry.grant

    def issue_refresh(self, grant: Grant, at: datetime) -> str:
        token = secrets.token_urlsafe(32)
        self.refresh[token] = Refresh(grant, at)
        return token

    def revoke_user(self, user_id: str) -> None:
        """No refresh any more; access tokens live on until they expire, as signed tokens do."""
        self.refresh = {t: entry for t, entry in self.refresh.items() if entry.grant.user_id != user_id}
        self.consented = {holder: scopes for holder, scopes in self.consented.items() if holder[0] != user_id}

    def expire_access(self, user_id: str | None, at: datetime) -> int:
        old = [entry for entry in self.access.values() if user_id in (None, entry.grant.user_id)]
        for entry in old:
            entry.expires_at = min(entry.expires_at, at)
        return len(old)


def s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
