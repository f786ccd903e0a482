"""What crosses the border to Xero, in our own words. Frozen; ids are Xero's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the last reply said is left of the call limits; None where it did not say."""

    day: int | None = None
    minute: int | None = None
    app_minute: int | None = None


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What the token endpoint gives. `seconds` is the life of the access token from now."""

    access_token: str
    refresh_token: str
    seconds: int
    scope: str
    xero_user_id: str
    event_id: str

    def __repr__(self) -> str:
        return f"TokenSet(xero_user_id={self.xero_user_id!r})"


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """One entry of /connections. `external_id` names the connection, `tenant_id` the organisation."""

    external_id: str
    tenant_id: str
    kind: str
    name: str

    @property
    def is_organisation(self) -> bool:
        return self.kind.upper() == "ORGANISATION"


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """The organisation whose books these are."""

    name: str
    short_code: str
    base_currency: str
    country_code: str
    period_lock_date: date | None
    year_end_lock_date: date | None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact; `status` is active, archived or merged."""

    external_id: str
    name: str
    email: str
    company_number: str
    contact_number: str
    account_number: str
    postcode: str
    status: str
    merged_into: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of contacts."""

    contacts: tuple[ContactRecord, ...]
    is_last: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class LedgerInvoice:
    """An invoice as it stands in Xero. `subtotal` is net of VAT; `url` carries our marker."""

    external_id: str
    number: str
    type: str
    status: str
    contact_id: str
    date: date | None
    reference: str
    url: str
    currency: str
    subtotal: Decimal | None
    line_count: int | None

    @property
    def is_gone(self) -> bool:
        return self.status in {"DELETED", "VOIDED"}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a reply to a batch: accepted with its ids, or refused with Xero's words."""

    is_accepted: bool
    words: tuple[str, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BatchReply:
    """A parsed reply to a batch, its elements in the order in which they came (which proves nothing)."""

    elements: tuple[Element, ...]
    correlation_id: str


@dataclass(frozen=True, slots=True)
class TaxRateRecord:
    """What an account's tax type is called, and how high it is in per cent."""

    name: str
    rate: Decimal | None
