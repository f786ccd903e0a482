"""What each answer means: the outcome table of reference/posting.md §5 and xero.md §1.5."""

import json
from collections.abc import Mapping
from typing import Any

from xero_sync.errors import Cause, ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater, XeroFailure
from xero_sync.gateway.wire import RawReply
from xero_sync.records import Json, Limits

# How long to wait where Xero does not say (it promises Retry-After for minute and day only).
DEFAULT_WAITS = {Scope.MINUTE: 60.0, Scope.DAY: 3600.0, Scope.CONCURRENT: 2.0, Scope.APP: 10.0}
SCOPES = {"minute": Scope.MINUTE, "day": Scope.DAY, "daily": Scope.DAY, "appminute": Scope.APP}


def limits_of(headers: Mapping[str, str]) -> Limits:
    """What the three headers that come with every answer say."""
    names = ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining")
    day, minute, app_minute = (_whole(headers.get(name)) for name in names)
    return Limits(day, minute, app_minute)


def parsed(reply: RawReply) -> Json:
    """The document of a good reply; raises the failure that the answer means otherwise."""
    if not 200 <= reply.status < 300:
        raise failure_of(reply)
    document = document_of(reply)
    if document is None:
        raise OutcomeUnknown("Xero's answer could not be read.", http_status=reply.status)
    return document


def document_of(reply: RawReply) -> Json | None:
    try:
        document: Any = json.loads(reply.body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def failed_elements(reply: RawReply) -> list[Json]:
    """The elements that a 400 names: those failed. The others of the batch were carried out, and it is silent on them.

    Xero answers so where summarizeErrors=false was lost on the way; what it does not name has to be read back.
    """
    document = document_of(reply) if reply.status == 400 else None
    found = document.get("Elements") if document else None
    return [{**one, "HasErrors": True} for one in found or [] if isinstance(one, dict)]


def failure_of(reply: RawReply) -> XeroFailure:
    """The failure behind an answer that is not a yes. What is not understood is an unknown outcome, never a no."""
    document = document_of(reply) or {}
    if reply.status == 400:
        return _bad_request(document)
    if reply.status == 401:
        return _unauthorised(str(document.get("Detail") or document.get("detail") or ""))
    if reply.status in (403, 404):
        return ConnectionLost(Cause.TENANT, f"Xero does not let us into this organisation (HTTP {reply.status}).")
    if reply.status == 413:
        return Refused("The request was too large for Xero.")
    if reply.status == 429:
        return _too_many(reply.headers)
    return OutcomeUnknown(f"Xero answered with HTTP {reply.status}.", http_status=reply.status)


def _bad_request(document: Json) -> XeroFailure:
    """The whole request was turned down, unless it is a clash of keys: then something may have been done."""
    words = [str(document[name]) for name in ("Message", "Detail", "Title") if document.get(name)]
    if not words or "Elements" in document or "idempotency" in " ".join(words).lower():
        return OutcomeUnknown(words[0] if words else "Xero answered with HTTP 400.", http_status=400)
    return Refused(words[0])


def _unauthorised(detail: str) -> XeroFailure:
    if detail.startswith("AuthorizationUnsuccessful"):
        return ConnectionLost(Cause.RIGHTS, "The Xero user who connected may not do this, or did not agree to it.")
    return ConnectionLost(Cause.EXPIRED, "Xero did not accept our access token.")


def _too_many(headers: Mapping[str, str]) -> TryLater:
    problem = (headers.get("X-Rate-Limit-Problem") or "").lower()
    scope = SCOPES.get(problem, Scope.CONCURRENT if problem == "concurrent" else Scope.MINUTE)
    seconds = _whole(headers.get("Retry-After"))
    return TryLater(DEFAULT_WAITS[scope] if seconds is None else max(1, seconds), scope)


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None
