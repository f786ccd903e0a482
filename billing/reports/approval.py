"""What approving a plan will do, in numbers: said before it happens. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import BillingSettings
from billing.models.settings import PostingStatus
from billing.reports.plan_page import Entry

NOTHING = Decimal("0.00")
CREATED = frozenset({"unmatched", "suggested"})


@dataclass(frozen=True, slots=True)
class Forecast:
    """The sentence of the approval dialog, in parts."""

    invoices: int
    amount: Decimal
    drafts: int
    approved: int
    created: list[Entry]
    likely: int
    held: list[Entry]
    held_invoices: int
    posts_on: date | None
    is_at_once: bool

    @property
    def held_amount(self) -> Decimal:
        return sum((entry.amount for entry in self.held), NOTHING)


def forecast(
    found: Iterable[Entry],
    counts: Mapping[int, int],
    settings: BillingSettings,
    always_draft: Collection[int],
    *,
    posts: date | None,
    today: date,
) -> Forecast:
    """What will be posted when, what arrives as what, whose contact will be made, and what is held back."""
    billed = [entry for entry in found if entry.amount > 0]
    held = [entry for entry in billed if entry.is_held]
    going = [entry for entry in billed if not entry.is_held]
    created = [entry for entry in going if entry.standing and entry.standing.kind in CREATED]
    approved = sum(counts.get(each.client_id, 1) for each in going if _is_approved(each, settings, always_draft))
    invoices = sum(counts.get(each.client_id, 1) for each in going)
    return Forecast(
        invoices=invoices,
        amount=sum((entry.amount for entry in going), NOTHING),
        drafts=invoices - approved,
        approved=approved,
        created=created,
        likely=sum(1 for entry in created if entry.standing and entry.standing.kind == "suggested"),
        held=held,
        held_invoices=sum(counts.get(each.client_id, 1) for each in held),
        posts_on=posts,
        is_at_once=posts is not None and posts <= today,
    )


def _is_approved(entry: Entry, settings: BillingSettings, always_draft: Collection[int]) -> bool:
    if entry.template_id in always_draft:
        return False
    return (entry.posting_status or settings.recurring_status) == PostingStatus.APPROVED
