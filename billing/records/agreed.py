"""What was agreed, as an accepted offer hands it over and as the due test needs it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import BillingMethod

PENNY = Decimal("0.01")


def pence(amount: Decimal) -> Decimal:
    """Rounded half up to pence."""
    return amount.quantize(PENNY, rounding="ROUND_HALF_UP")


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """One agreed service, as an accepted offer hands it over. `payer_id` and `entity_id` default to the client.

    `alignment_amount` is the alignment fee as it was signed. `continues_id` is the engaged service that this one
    carries on: same cycle, never billed twice.
    """

    name: str
    price: Decimal
    billing_method: str = BillingMethod.MONTHLY
    description: str = ""
    quantity: Decimal = Decimal("1")
    weekday: int = 0
    service_id: int | None = None
    ledger_account_id: int | None = None
    line_tracking_id: int | None = None
    service_tracking_id: int | None = None
    alignment_amount: Decimal = Decimal("0.00")
    entity_id: int | None = None
    payer_id: int | None = None
    continues_id: int | None = None

    @property
    def amount(self) -> Decimal:
        return pence(self.price * self.quantity)


@dataclass(frozen=True, slots=True)
class EngagedTerms:
    """One engaged service as the due test needs it. `last_month` is the earliest of all the ends that bind it."""

    id: int
    client_id: int
    name: str
    billing_method: str
    price: Decimal
    starts_on: date
    anchor: date
    quantity: Decimal = Decimal("1")
    weekday: int = 0
    last_month: date | None = None
    alignment_amount: Decimal = Decimal("0.00")
    entity_name: str = ""
    was_billed: bool = False
    was_aligned: bool = False

    @property
    def amount(self) -> Decimal:
        return pence(self.price * self.quantity)
