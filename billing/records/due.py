"""What is due in a month, and how it compares with the month before."""

from dataclasses import dataclass
from decimal import Decimal

from billing.models import PlanLine, PlanRow


@dataclass(frozen=True, slots=True)
class DueLine:
    """One line of a billing plan: what, how much, and why it is due. `description` is what the invoice will say."""

    engaged_service_id: int
    client_id: int
    kind: PlanLine.Kind
    name: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    is_cyclical: bool
    why: str


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of last month's stored plan, as far as the change type looks at it."""

    name: str
    amount: Decimal
    is_cyclical: bool


@dataclass(frozen=True, slots=True)
class RowDraft:
    """One client's row: its lines and how it compares with last month."""

    client_id: int
    lines: tuple[DueLine, ...]
    amount: Decimal
    last_amount: Decimal
    last_line_count: int
    change: PlanRow.Change


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will go wrong, or should be looked at, when a plan posts: whose invoices it concerns, by name and amount."""

    code: str
    title: str
    sentence: str = ""
    clients: tuple[tuple[str, Decimal], ...] = ()
    more: int = 0
