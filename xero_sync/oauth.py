"""Xero's login service: consent, tokens, connections. The only module that makes HTTP calls by hand.

https://developer.xero.com/documentation/guides/oauth2/auth-flow
"""

import base64
import binascii
import hashlib
import json
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings

from xero_sync.errors import Cause, ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater
from xero_sync.ports import away
from xero_sync.records import Json, TenantRecord, TokenSet

SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"  # no more
)
CALLBACK_PATH = "/xero/callback"
TIMEOUT = (5.0, 20.0)
WHOLE_SECONDS = 30.0
LARGEST_REPLY = 1_000_000
OUR_FAULTS = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"})


def redirect_uri() -> str:
    """The address registered with the Xero app."""
    return f"{settings.SITE_URL}{CALLBACK_PATH}"


def authorize_url(*, state: str, verifier: str) -> str:
    """Xero's consent page. `acr_values` asks for one organisation per consent."""
    asked = {
        "response_type": "code",
        "client_id": settings.XERO_CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "scope": SCOPES,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "acr_values": "bulk_connect:false",
    }
    return f"{settings.XERO_AUTHORIZE_URL}?{urlencode(asked)}"


def challenge(verifier: str) -> str:
    """PKCE S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def exchange(*, code: str, verifier: str) -> TokenSet:
    """Trades the code of a consent for tokens. A used, old or foreign code is `ConnectionLost`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri(), "code_verifier": verifier}
    return _tokens(form)


def refresh(refresh_token: str) -> TokenSet:
    """A new pair; the old refresh token can be repeated for 30 minutes if this answer is lost."""
    return _tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})


def revoke(refresh_token: str) -> None:
    """Ends every connection of that Xero user with us."""
    _send("POST", _identity("/connect/revocation"), form={"token": refresh_token})


def tenants(access_token: str, *, event_id: str = "") -> list[TenantRecord]:
    """What the token reaches; with `event_id` only what that consent added."""
    query = f"?{urlencode({'authEventId': event_id})}" if event_id else ""
    found = _send("GET", f"{settings.XERO_API_URL}/connections{query}", bearer=access_token)
    if not isinstance(found, list):
        raise OutcomeUnknown("Xero's list of connections could not be read.")
    return [_tenant(entry) for entry in found if isinstance(entry, dict)]


def remove(access_token: str, external_id: str) -> None:
    """Disconnects one organisation; one that is gone already is fine."""
    try:
        _send("DELETE", f"{settings.XERO_API_URL}/connections/{external_id}", bearer=access_token)
    except ConnectionLost as lost:
        if lost.cause is not Cause.TENANT:
            raise


def _tenant(entry: Json) -> TenantRecord:
    names = ("id", "tenantId", "tenantType", "tenantName")
    external_id, tenant_id, kind, name = (str(entry.get(name) or "") for name in names)
    return TenantRecord(external_id, tenant_id, kind, name[:255])


def _identity(path: str) -> str:
    return f"{settings.XERO_IDENTITY_URL}{path}"


def _tokens(form: dict[str, str]) -> TokenSet:
    found = _send("POST", _identity("/connect/token"), form=form)
    try:
        claims = _claims(found["access_token"])
        return TokenSet(
            access_token=found["access_token"],
            refresh_token=found["refresh_token"],
            seconds=int(found.get("expires_in") or 1800),
            scope=str(found.get("scope") or "")[:500],
            xero_user_id=str(claims["xero_userid"]),
            event_id=str(claims.get("authentication_event_id") or ""),
        )
    except (KeyError, TypeError, ValueError, IndexError, binascii.Error) as error:
        raise OutcomeUnknown("Xero's tokens could not be read.") from error


def _claims(token: str) -> Json:
    """What the token says about itself. It came from Xero over TLS, so its signature adds nothing here."""
    middle = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


def _send(method: str, url: str, *, form: dict[str, str] | None = None, bearer: str = "") -> Any:
    """One call, no proxy, no redirect, no repeat, thirty seconds at most."""
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    auth = None if bearer else (settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET)
    with away(), requests.Session() as session:
        session.trust_env = False
        try:
            with session.request(
                method, url, data=form, headers=headers, auth=auth, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as reply:
                body = _body(reply)
        except requests.ConnectTimeout as error:
            raise TryLater(15, Scope.UNREACHABLE, "Xero's login service could not be reached.") from error
        except (requests.RequestException, OSError) as error:
            raise OutcomeUnknown(f"Xero's login service did not answer ({type(error).__name__}).") from error
    return _understood(reply.status_code, reply.headers.get("Retry-After"), body, is_login=not bearer)


def _body(reply: requests.Response) -> bytes:
    """The whole reply, read in pieces under one deadline."""
    ends, body = time.monotonic() + WHOLE_SECONDS, b""
    for piece in reply.iter_content(8192):
        body += piece
        if time.monotonic() > ends or len(body) > LARGEST_REPLY:
            raise OSError("The whole reply took too long.")
    return body


def _understood(status: int, retry_after: str | None, body: bytes, *, is_login: bool) -> Any:
    """The document of a good reply; our four failures otherwise (reference/xero.md §1.5)."""
    document = _document(body)
    if 200 <= status < 300:
        return document
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TryLater(float(retry_after) if retry_after and retry_after.isdigit() else 60.0, Scope.MINUTE)
    if is_login and status in (400, 401):
        raise _login_failure(document)
    if status == HTTPStatus.UNAUTHORIZED:
        raise ConnectionLost(Cause.EXPIRED, "Xero did not accept our access token.")
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        raise ConnectionLost(Cause.TENANT, "Xero knows no such connection of ours.")
    raise OutcomeUnknown(f"Xero's login service answered with HTTP {status}.", http_status=status)


def _login_failure(document: Any) -> Exception:
    error = str(document.get("error", "")) if isinstance(document, dict) else ""
    if error == "invalid_grant":
        return ConnectionLost(Cause.GRANT, "Xero no longer accepts our consent: it expired or was withdrawn.")
    if error in OUR_FAULTS:
        return TryLater(900, Scope.OUR_APP, "Xero does not accept Socket's own credentials. Ask whoever runs Socket.")
    if error:
        return Refused(error)
    return OutcomeUnknown("Xero's login service gave no reason.")


def _document(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
