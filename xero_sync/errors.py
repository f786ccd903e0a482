"""The four ways Xero does not say yes. Nothing else about its failures is known to the house."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a connection cannot be used."""

    EXPIRED = "expired"  # the access token is old: refresh once, then ask again
    GRANT = "grant"  # the refresh token is worthless: somebody has to consent again
    TENANT = "tenant"  # this token does not reach the organisation: ask /connections why
    RIGHTS = "rights"  # a scope or a right of the Xero user is missing


class Scope(StrEnum):
    """Which limit or obstacle asks us to wait."""

    MINUTE = "minute"
    DAY = "day"
    SPARED = "spared"  # what is left of the day is kept for people
    CONCURRENT = "concurrent"
    APP = "app"  # all practices share it
    UNREACHABLE = "unreachable"  # nothing was sent
    REFRESHING = "refreshing"  # another worker is renewing the token
    OUR_APP = "our_app"  # our own client id or secret is refused: we have to act, not the practice


class XeroFailure(Exception):
    """A call that did not end in a parsed yes."""


class ConnectionLost(XeroFailure):
    """Xero does not let us in. Nothing was done."""

    def __init__(self, cause: Cause, words: str) -> None:
        super().__init__(words)
        self.cause = cause


class TryLater(XeroFailure):
    """Known not to have been done; ask again after `seconds`."""

    def __init__(self, seconds: float, scope: Scope, words: str = "") -> None:
        super().__init__(words or f"Xero asked us to wait {seconds:.0f} s ({scope}).")
        self.seconds = seconds
        self.scope = scope


class Refused(XeroFailure):
    """The whole request was turned down and nothing of it was done; `reasons` are Xero's own words."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class OutcomeUnknown(XeroFailure):
    """No reply that can be trusted: it may have been done or not. Only reading back can tell."""

    def __init__(self, words: str, *, http_status: int | None = None) -> None:
        super().__init__(words)
        self.http_status = http_status
