"""Values that cross the rooms of this app: what is put in, what is offered, what waits."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from billing.models import BillingMethod

PENCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """The general part of a proposal as a person filled it in. `planned_start` is the 1st of a month."""

    title: str
    signatory_name: str
    signatory_email: str
    planned_start: date
    has_alignment: bool = False
    introduction: str = ""
    letter: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineTerms:
    """One line as a person filled it in: ids belong to the practice, or the operation refuses them."""

    name: str
    price: Decimal
    billing_method: str
    quantity: Decimal = Decimal("1")
    description: str = ""
    weekday: int = 0
    service_id: int | None = None
    continues_id: int | None = None
    line_tracking_id: int | None = None
    has_alignment: bool = False

    @property
    def amount(self) -> Decimal:
        """Price × quantity, rounded half up to pence."""
        return (self.price * self.quantity).quantize(PENCE, ROUND_HALF_UP)

    @property
    def is_aligned(self) -> bool:
        """Whether an alignment fee may be due on it: monthly services only, and none that is only carried on."""
        is_new = self.continues_id is None
        return self.has_alignment and is_new and self.billing_method == BillingMethod.MONTHLY


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that the client is shown, on the page and in the PDF; two equal offers are the same document."""

    number: int
    version: int
    title: str
    practice_name: str
    practice_address: str
    practice_email: str
    practice_phone: str
    principal: str
    client_name: str
    client_address: str
    prepared_by: str
    signatory_name: str
    signatory_email: str
    planned_start: date
    expires_on: date | None
    introduction: str
    letter: str
    alignment_months: int
    lines: tuple[LineTerms, ...]


@dataclass(frozen=True, slots=True)
class Fee:
    """One line of the fees as the client reads it."""

    name: str
    note: str
    amount: Decimal
    per: str
    billed: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FeeGroup:
    """Fees that come round together."""

    title: str
    fees: tuple[Fee, ...]
    total: Decimal
    per: str


@dataclass(frozen=True, slots=True)
class RunningTotal:
    """The sums beside the editor: one row per billing method, and what the first year comes to."""

    rows: tuple[tuple[str, Decimal], ...]
    first_year: Decimal
    monthly: Decimal


@dataclass(frozen=True, slots=True)
class FirstInvoice:
    """What will be billed and when, as far ahead as people plan. Without a date it is billed on signing."""

    amount: Decimal
    posts_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a letter: a heading or a paragraph."""

    text: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate of signing says."""

    number: int
    version: int
    document_sha256: str
    signer_name: str
    signer_email: str
    signed_at: datetime
    ip_address: str
    user_agent: str
    consent_version: str
    is_on_behalf: bool
    by_name: str
    reason: str
    link_by: str = ""
    link_at: datetime | None = None
    is_link_shared: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an act on the signing page came from."""

    ip_address: str | None
    user_agent: str
