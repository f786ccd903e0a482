"""What will be invoiced, on its way from a line to the ledger."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from billing.models import Invoice, InvoiceDateRule, PostingHold, PostingStatus, TermsRule


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
    """Why nothing of a practice is sent at present. `since` is unknown for Safe Mode and for no ledger."""

    reason: str
    since: datetime | None
    sentence: str

    @property
    def is_confirmable(self) -> bool:
        """A person may let what waits go out; the others end when their cause ends."""
        return self.reason == PostingHold.Reason.CONFIRMATION
