"""What a ledger lists: frozen facts that cross the border into the catalogue."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One account code of the ledger."""

    external_id: str
    code: str
    name: str
    is_sales: bool
    is_archived: bool = False
    tax_name: str = ""
    tax_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OptionRecord:
    """One value of a tracking category."""

    external_id: str
    name: str
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """One tracking category with its options."""

    external_id: str
    name: str
    is_archived: bool = False
    options: tuple[OptionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """One look of an invoice in the ledger."""

    external_id: str
    name: str
    position: int = 0
