"""Tokens: sealed at rest, renewed by one worker at a time, never by the SDK."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from clients.operations import Stopwatch
from xero_sync import oauth
from xero_sync.errors import Cause, ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater
from xero_sync.models import Grant
from xero_sync.records import TokenSet

LEAST_LIFE = timedelta(seconds=120)
LEASE = timedelta(seconds=60)  # longer than a refresh can take
NONCE_BYTES = 12
KEY_ID_BYTES = 4


class Unreadable(Exception):
    """A sealed token cannot be opened: a foreign row's ciphertext, or a key that is no longer configured."""


@dataclass(frozen=True, slots=True)
class Access:
    """An access token with more than two minutes to live, and which version of the grant it is."""

    token: str
    version: int

    def __repr__(self) -> str:
        return f"Access(version={self.version})"


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many consents stand under the newest key, and how many no configured key opens."""

    done: int
    unreadable: int


def _keys() -> dict[bytes, bytes]:
    """The configured keys by their public id, the newest first."""
    try:
        keys = [base64.urlsafe_b64decode(key) for key in settings.FIELD_ENCRYPTION_KEYS]
    except binascii.Error as error:
        raise Unreadable("FIELD_ENCRYPTION_KEYS are not base64.") from error
    return {hashlib.sha256(key).digest()[:KEY_ID_BYTES]: key for key in keys}


def seal(token: str, *, grant_id: int, kind: str) -> bytes:
    """AES-GCM under the newest key, bound to the grant and to what it is: moved elsewhere it opens no more."""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return key_id + nonce + AESGCM(key).encrypt(nonce, token.encode(), _bound_to(grant_id, kind))


def unseal(sealed: bytes | memoryview, *, grant_id: int, kind: str) -> str:
    """The token, by whichever configured key sealed it."""
    content = bytes(sealed)
    key_id, rest = content[:KEY_ID_BYTES], content[KEY_ID_BYTES:]
    key = _keys().get(key_id)
    if key is None:
        raise Unreadable("The key that sealed this token is not configured any more.")
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _bound_to(grant_id, kind)).decode()
    except InvalidTag as error:
        raise Unreadable("This token was not sealed for this grant.") from error


def _bound_to(grant_id: int, kind: str) -> bytes:
    return f"xero grant {grant_id} {kind}".encode()


def keep(tokens: TokenSet, *, at: datetime) -> Grant:
    """Store what a consent gave: one grant per Xero user, whose older tokens it replaces."""
    with transaction.atomic():
        grant, _ = Grant.objects.get_or_create(
            xero_user_id=tokens.xero_user_id,
            defaults={"access_token": b"", "refresh_token": b"", "expires_at": at, "refreshed_at": at},
        )
        while not _store(grant, tokens, at=at):
            grant.refresh_from_db()
    grant.refresh_from_db()
    return grant


def _store(grant: Grant, tokens: TokenSet, *, at: datetime) -> bool:
    """Write a new pair where the version still is the one we saw."""
    rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
    return bool(
        rows.update(
            access_token=seal(tokens.access_token, grant_id=grant.pk, kind="access"),
            refresh_token=seal(tokens.refresh_token, grant_id=grant.pk, kind="refresh"),
            scope=tokens.scope,
            token_version=grant.token_version + 1,
            expires_at=at + timedelta(seconds=tokens.seconds),
            refreshed_at=at,
            refresh_lease_until=None,
            is_dead=False,
        )
    )


def access(*, grant_id: int, at: datetime, stale_version: int = 0) -> Access:
    """An access token that lives long enough; renewed first where it does not, or where Xero refused `stale_version`.

    One worker renews; the others are told to try later and never call. Raises `ConnectionLost` when nothing but a new
    consent can help, `TryLater` when it will pass.
    """
    grant = Grant.objects.get(pk=grant_id)
    if grant.is_dead:
        raise ConnectionLost(Cause.GRANT, "Xero no longer accepts our consent.")
    if grant.token_version != stale_version and grant.expires_at - at > LEAST_LIFE:
        return _access(grant)
    if not _lease(grant, at=at):
        raise TryLater(2, Scope.REFRESHING, "Another worker is renewing the access to Xero.")
    return _access(_renewed(grant, at=at))


def _access(grant: Grant) -> Access:
    return Access(unseal(grant.access_token, grant_id=grant.pk, kind="access"), grant.token_version)


def refresh_token(grant: Grant) -> str:
    return unseal(grant.refresh_token, grant_id=grant.pk, kind="refresh")


def _lease(grant: Grant, *, at: datetime) -> bool:
    """Become the one worker who may renew this version."""
    rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
    free = rows.filter(refresh_lease_until=None) | rows.filter(refresh_lease_until__lt=at)
    return bool(free.update(refresh_lease_until=at + LEASE))


def _renewed(grant: Grant, *, at: datetime) -> Grant:
    """Renew, store where nobody else did, and answer with what stands in the row.

    When the answer is lost the old refresh token works for another 30 minutes, so the lease is given back at once.
    """
    watch = Stopwatch(at)
    try:
        tokens = oauth.refresh(refresh_token(grant))
    except ConnectionLost:
        return _reread_or_dead(grant)
    except (TryLater, OutcomeUnknown, Refused) as failure:
        _give_back(grant)
        seconds, scope = (failure.seconds, failure.scope) if isinstance(failure, TryLater) else (30, Scope.UNREACHABLE)
        raise TryLater(seconds, scope, str(failure)) from failure
    _store(grant, tokens, at=watch.now())
    grant.refresh_from_db()
    return grant


def _give_back(grant: Grant) -> None:
    Grant.objects.filter(pk=grant.pk, token_version=grant.token_version).update(refresh_lease_until=None)


def _reread_or_dead(grant: Grant) -> Grant:
    """Xero refused the refresh token: either another worker was faster, or the consent is gone."""
    rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
    if rows.update(is_dead=True, refresh_lease_until=None):
        raise ConnectionLost(Cause.GRANT, "Xero no longer accepts our consent: it expired or was withdrawn.")
    grant.refresh_from_db()
    return grant


def refresh_quiet(*, at: datetime, older_than: timedelta = timedelta(days=6)) -> int:
    """Renew grants that nobody used for a week, so that none drifts to the day on which unused tokens die; and forget
    those that no connection came of."""
    forget_unused(at=at)
    quiet = Grant.objects.filter(is_dead=False, refreshed_at__lt=at - older_than)
    renewed = 0
    for grant in quiet:
        try:
            access(grant_id=grant.pk, at=at, stale_version=grant.token_version)
            renewed += 1
        except (ConnectionLost, TryLater):
            continue  # the nightly check says so, once
    return renewed


def forget_unused(*, at: datetime, older_than: timedelta = timedelta(days=1)) -> int:
    """Delete grants that no connection came of, as when somebody left at the choice of the organisation."""
    unused = Grant.objects.filter(connections=None, refreshed_at__lt=at - older_than)
    return unused.delete()[0]


def reseal_all() -> Resealed:
    """Seal every token under the newest key, after one was put in front of the others. May be repeated."""
    outcomes = [_reseal(grant) for grant in Grant.objects.order_by("pk")]
    return Resealed(done=outcomes.count(True), unreadable=outcomes.count(False))


def _reseal(grant: Grant) -> bool:
    """False where none of the keys opens it. A worker that renewed it meanwhile has changed the version: once more."""
    while True:
        rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
        try:
            access_token = seal(_access(grant).token, grant_id=grant.pk, kind="access")
            renewal = seal(refresh_token(grant), grant_id=grant.pk, kind="refresh")
        except Unreadable:
            return False
        if rows.update(access_token=access_token, refresh_token=renewal):
            return True
        grant.refresh_from_db()
