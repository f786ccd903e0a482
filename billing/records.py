"""Frozen facts that cross borders: what a ledger lists, what was agreed, what is due, what will be invoiced."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from billing.models import (
    BillingMethod,
    Invoice,
    InvoiceDateRule,
    PlanLine,
    PlanRow,
    PostingHold,
    PostingStatus,
    TermsRule,
)

PENNY = Decimal("0.01")


def pence(amount: Decimal) -> Decimal:
    """Rounded half up to pence."""
    return amount.quantize(PENNY, rounding="ROUND_HALF_UP")


# ── What a ledger lists ──────────────────────────────────────────────────────────────────────────────────────────────


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


# ── What was agreed ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """One agreed service, as an accepted offer hands it over. `payer_id` and `entity_id` default to the client.

    `continues_id` is the engaged service that this one carries on: same cycle, never billed twice.
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
    has_alignment: bool = False
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


# ── What is due in a month ───────────────────────────────────────────────────────────────────────────────────────────


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


# ── What will be invoiced ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Tracking:
    """A tracking option with the category it is from."""

    option_id: int
    category_id: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveTerms:
    """How one client is billed: the client's own value, else the practice's. `levels` says which, by field name."""

    invoice_date_rule: str = InvoiceDateRule.FIRST
    invoice_day: int = 1
    terms_rule: str = TermsRule.AFTER_DATE
    terms_days: int = 14
    is_recurring_consolidated: bool = False
    is_one_off_consolidated: bool = False
    is_entity_consolidated: bool = False
    recurring_label: str = "Professional services"
    one_off_label: str = "One-off services"
    has_own_alignment_invoice: bool = False
    recurring_account_id: int | None = None
    one_off_account_id: int | None = None
    recurring_status: str = PostingStatus.DRAFT
    acceptance_status: str = PostingStatus.DRAFT
    completion_status: str = PostingStatus.DRAFT
    template_id: int | None = None
    is_always_draft: bool = False
    destination: str = "xero"
    purchase_order: str = ""
    reference_pattern: str = ""
    client_tracking: Tracking | None = None
    owner_tracking: Tracking | None = None
    levels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BillableLine:
    """A line on its way into an invoice. `entity_name` is filled only where somebody else pays."""

    kind: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    engaged_service_id: int | None = None
    account_id: int | None = None
    line_tracking: Tracking | None = None
    service_tracking: Tracking | None = None
    entity_name: str = ""
    why: str = ""
    proposal_number: int | None = None


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as the ledger will get it. `note` flags what a person should know, as a dropped tracking option."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    account_id: int | None
    tracking_1: Tracking | None = None
    tracking_2: Tracking | None = None
    engaged_service_id: int | None = None
    why: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """One invoice to be. `group` tells apart the invoices of one client in one month."""

    group: str
    lines: tuple[LineDraft, ...]
    invoice_date: date
    due_date: date
    reference: str
    posting_status: str
    template_id: int | None
    destination: str

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class InvoicePreview:
    """What one invoice will look like: the draft itself and the words around it.

    `invoice` is the stored invoice once it was raised; until then the number is not taken yet.
    """

    client_id: int
    client_name: str
    draft: InvoiceDraft
    terms_sentence: str
    levels: dict[str, str]
    notes: tuple[str, ...] = ()
    invoice: Invoice | None = None


@dataclass(frozen=True, slots=True)
class CompletionPreview:
    """What marking work as completed will raise: one invoice."""

    client_id: int
    client_name: str
    engagement_id: int | None
    proposal_number: int | None
    item_count: int
    total: Decimal
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Why nothing of a practice is sent at present. `since` is unknown for Safe Mode."""

    reason: str
    since: datetime | None
    sentence: str

    @property
    def is_confirmable(self) -> bool:
        """A person may let what waits go out; the others end when their cause ends."""
        return self.reason == PostingHold.Reason.CONFIRMATION
