"""Xero's login service: the consent page, tokens and their revocation."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from sandbox.xero import signing
from sandbox.xero.records import Json, User, stable_id
from sandbox.xero.replies import reply
from sandbox.xero.state import State
from sandbox.xero.tokens import Access, Grant, InvalidGrant
from sandbox.xero.wire import Answer

SCOPES = frozenset(
    {"openid", "profile", "email", "offline_access", "accounting.attachments", "accounting.budgets.read"}
)
FAMILIES = ("invoices", "contacts", "settings", "payments", "banktransactions", "manualjournals", "attachments")
KNOWN = SCOPES | {f"accounting.{f}" for f in FAMILIES} | {f"accounting.{f}.read" for f in FAMILIES}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
KEPT = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
MEANINGS = {
    "accounting.invoices": "Create and read invoices",
    "accounting.contacts": "Create and read contacts",
    "accounting.contacts.read": "Read contacts",
    "accounting.invoices.read": "Read invoices",
    "accounting.settings": "Read and change accounts, tracking and organisation settings",
    "accounting.settings.read": "Read accounts, branding themes, tracking and organisation settings",
    "offline_access": "Stay connected while you are away",
    "email": "See your name and e-mail address",
}

identity = Blueprint("identity", __name__)


class BadRequest(Exception):
    """A consent request that ends on Xero's own error page, never at the caller's address."""

    def __init__(self, error: str, explanation: str) -> None:
        super().__init__(error)
        self.error, self.explanation = error, explanation


@dataclass
class Consent:
    """A checked request for consent."""

    fields: dict[str, str]
    redirect_uri: str
    scopes: frozenset[str]

    def back(self, **answer: str) -> BaseResponse:
        if self.fields.get("state"):
            answer["state"] = self.fields["state"]
        glue = "&" if urlsplit(self.redirect_uri).query else "?"
        return redirect(f"{self.redirect_uri}{glue}{urlencode(answer)}")


def the_state() -> State:
    state: State = current_app.extensions["sandbox"]
    return state


def checked(state: State, values: MultiDict[str, str]) -> Consent:
    fields = {name: values[name] for name in KEPT if values.get(name)}
    uri = fields.get("redirect_uri", "")
    if fields.get("client_id") != state.client_id:
        raise BadRequest("unauthorized_client", "Unknown client or client not enabled.")
    if not is_registered(state, uri):
        raise BadRequest("unauthorized_client", f"Invalid redirect_uri: {uri or 'none was sent'}.")
    if fields.get("response_type") != "code":
        raise BadRequest("unsupported_response_type", "The response_type has to be code.")
    scopes = frozenset(fields.get("scope", "").split())
    unknown = sorted(s for s in scopes if s not in KNOWN and not s.startswith("accounting.reports."))
    if unknown or not scopes:
        raise BadRequest("invalid_scope", f"Invalid scope for client: {', '.join(unknown) or 'none was sent'}.")
    if fields.get("code_challenge") and fields.get("code_challenge_method", "plain") != "S256":
        raise BadRequest("invalid_request", "The code_challenge_method has to be S256.")
    return Consent(fields, uri, scopes)


def is_registered(state: State, uri: str) -> bool:
    """As registered, to the letter. With nothing registered, any address of this machine will do."""
    if state.redirect_uris:
        return uri in state.redirect_uris
    parts = urlsplit(uri)
    return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK


@identity.get("/identity/connect/authorize")
def ask() -> BaseResponse | tuple[str, int]:
    state = the_state()
    try:
        consent = checked(state, request.args)
    except BadRequest as bad:
        return refused_page(bad)
    user = chosen_user(state, request.args.get("as"))
    return page(state, consent, user)


@identity.post("/identity/connect/authorize")
def decide() -> BaseResponse | tuple[str, int]:
    """Allow or cancel. Fields: those of the request, `user`, `tenant` (one or more), `decision`."""
    state = the_state()
    try:
        consent = checked(state, request.form)
    except BadRequest as bad:
        return refused_page(bad)
    if request.form.get("decision") != "allow":
        return consent.back(error="access_denied")
    user = chosen_user(state, request.form.get("user"))
    tenants = [t for t in request.form.getlist("tenant") if t in user.tenant_ids]
    if user.tenant_ids and not tenants:
        return page(state, consent, user, "Choose the organisation you want to connect.")
    return consent.back(code=allowed(state, consent, user, tenants), scope=consent.fields["scope"])


def refused_page(bad: BadRequest) -> tuple[str, int]:
    return render_template("error.html", error=bad.error, explanation=bad.explanation), 400


def chosen_user(state: State, key: str | None) -> User:
    """By id or e-mail address; otherwise the first there is."""
    for user in state.users.values():
        if key in (user.user_id, user.email):
            return user
    return next(iter(state.users.values()))


def page(state: State, consent: Consent, user: User, hint: str = "") -> BaseResponse:
    others = [(other, f"?{urlencode({**consent.fields, 'as': other.email})}") for other in state.users.values()]
    content = render_template(
        "consent.html",
        fields=consent.fields,
        user=user,
        others=[(other, link) for other, link in others if other is not user],
        tenants=[state.organisations[t] for t in user.tenant_ids if t in state.organisations],
        connected={c.tenant_id for c in state.live_connections(user.user_id)},
        bulk=state.settings.bulk_connect,
        meanings=[MEANINGS[scope] for scope in sorted(consent.scopes) if scope in MEANINGS],
        hint=hint,
    )
    return Response(content)


def allowed(state: State, consent: Consent, user: User, tenants: list[str]) -> str:
    with state.lock:
        at = state.clock.now()
        event_id = stable_id("consent", user.user_id, len(state.vault.codes) + 1)
        for tenant_id in tenants:
            state.connect(user.user_id, tenant_id, event_id)
        grant = Grant(user.user_id, state.client_id, consent.scopes, event_id, consent.fields.get("nonce"))
        return state.vault.consent(grant, consent.redirect_uri, consent.fields.get("code_challenge"), at)


@identity.post("/connect/token")
def token() -> Response:
    state = the_state()
    form = request.form
    with state.lock:
        client_id = authenticated(state, form)
        if client_id is None:
            return reply(Answer(400, {"error": "invalid_client"}))
        try:
            return reply(issued(state, client_id, form), "application/json")
        except InvalidGrant:
            return reply(Answer(400, {"error": "invalid_grant"}))


def authenticated(state: State, form: MultiDict[str, str]) -> str | None:
    """The client by HTTP Basic or by form fields, with the right secret."""
    client_id, secret = basic(request.headers.get("Authorization", ""))
    client_id, secret = client_id or form.get("client_id"), secret or form.get("client_secret")
    return client_id if (client_id, secret) == (state.client_id, state.client_secret) else None


def basic(header: str) -> tuple[str | None, str | None]:
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return unquote_plus(name), unquote_plus(secret)


def issued(state: State, client_id: str, form: MultiDict[str, str]) -> Answer:
    at, vault = state.clock.now(), state.vault
    kind = form.get("grant_type")
    if kind == "authorization_code":
        verifier = form.get("code_verifier")
        grant = vault.redeem(form.get("code", ""), client_id, form.get("redirect_uri", ""), verifier, at)
    elif kind == "refresh_token":
        grant = vault.rotate(form.get("refresh_token", ""), client_id, at)
    else:
        return Answer(400, {"error": "unsupported_grant_type"})
    return Answer(200, tokens_for(state, grant))


def tokens_for(state: State, grant: Grant) -> Json:
    at = state.clock.now()
    life = state.settings.access_token_life
    base: Json = {"iss": issuer(state), "nbf": int(at.timestamp()), "iat": int(at.timestamp())}
    serial = len(state.vault.access) + 1
    claims: Json = {
        **base,
        "aud": f"{issuer(state)}/resources",
        "exp": int((at + timedelta(seconds=life)).timestamp()),
        "client_id": grant.client_id,
        "sub": grant.user_id.replace("-", ""),
        "xero_userid": grant.user_id,
        "authentication_event_id": grant.event_id,
        "jti": stable_id("token", grant.event_id, serial),
        "scope": sorted(grant.scopes),
    }
    access_token = signing.signed(claims)
    state.vault.access[access_token] = Access(grant, at + timedelta(seconds=life))
    content: Json = {"access_token": access_token, "expires_in": life, "token_type": "Bearer"}
    if "openid" in grant.scopes:
        content["id_token"] = signing.signed(id_claims(state, grant, base))
    if "offline_access" in grant.scopes:
        content["refresh_token"] = state.vault.issue_refresh(grant, at)
    return {**content, "scope": " ".join(sorted(grant.scopes))}


def id_claims(state: State, grant: Grant, base: Json) -> Json:
    user = state.users[grant.user_id]
    given, _, family = user.name.partition(" ")
    claims: dict[str, Any] = {
        **base,
        "aud": grant.client_id,
        "exp": base["iat"] + 300,
        "sub": user.user_id.replace("-", ""),
        "xero_userid": user.user_id,
        "email": user.email,
        "preferred_username": user.email,
        "given_name": given,
        "family_name": family,
    }
    return {**claims, "nonce": grant.nonce} if grant.nonce else claims


def issuer(state: State) -> str:
    return state.public_url or request.host_url.rstrip("/")


@identity.post("/connect/revocation")
def revoke() -> Response:
    """Whoever brings a refresh token loses every connection of that user with this client."""
    state = the_state()
    with state.lock:
        if authenticated(state, request.form) is None:
            return reply(Answer(400, {"error": "invalid_client"}))
        entry = state.vault.refresh.get(request.form.get("token", ""))
        if entry is not None:
            state.vault.revoke_user(entry.grant.user_id)
            state.disconnect(user_id=entry.grant.user_id)
    return reply(Answer(200, ""))


@identity.get("/.well-known/openid-configuration")
def discovery() -> Response:
    base = issuer(the_state())
    return reply(
        Answer(
            200,
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/identity/connect/authorize",
                "token_endpoint": f"{base}/connect/token",
                "revocation_endpoint": f"{base}/connect/revocation",
                "jwks_uri": f"{base}/.well-known/openid-configuration/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "subject_types_supported": ["public"],
            },
        )
    )


@identity.get("/.well-known/openid-configuration/jwks")
def keys() -> Response:
    return reply(Answer(200, signing.public_keys()))
