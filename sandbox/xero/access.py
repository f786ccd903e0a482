"""Who is calling: bearer token, tenant and scope, refused in Xero's words."""

from __future__ import annotations

from sandbox.xero.records import Organisation
from sandbox.xero.state import State
from sandbox.xero.tokens import Access
from sandbox.xero.wire import forbidden, not_found, unauthorised

SCOPES = {
    "invoices": "accounting.invoices",
    "contacts": "accounting.contacts",
    "accounts": "accounting.settings",
    "brandingthemes": "accounting.settings",
    "currencies": "accounting.settings",
    "organisation": "accounting.settings",
    "taxrates": "accounting.settings",
    "trackingcategories": "accounting.settings",
}


def bearer(state: State, header: str | None) -> Access:
    """The token a call carries, unless it is missing, made up or too old."""
    kind, _, token = (header or "").partition(" ")
    access = state.vault.access.get(token.strip())
    if kind.lower() != "bearer" or access is None:
        raise unauthorised("AuthenticationUnsuccessful")
    if access.expires_at <= state.clock.now():
        raise unauthorised(f"TokenExpired: token expired at {access.expires_at:%m/%d/%Y %H:%M:%S}")
    return access


def tenant(state: State, access: Access, tenant_id: str | None) -> Organisation:
    """The organisation a call is for, if the token's owner has connected it."""
    wanted = (tenant_id or "").strip().lower()
    if not any(c.tenant_id == wanted for c in state.live_connections(access.grant.user_id)):
        raise forbidden()
    organisation = state.organisations[wanted]
    if organisation.type != "ORGANISATION":
        raise forbidden()
    return organisation


def check_scope(access: Access, resource: str, method: str) -> None:
    scope = SCOPES.get(resource)
    if scope is None:
        raise not_found()
    enough = {scope, f"{scope}.read"} if method in {"GET", "HEAD"} else {scope}
    if not enough & access.grant.scopes:
        raise unauthorised("AuthorizationUnsuccessful")
