"""How a plan stands as people read it: its status, unless its ledger takes nothing for hours."""

from dataclasses import dataclass
from datetime import datetime

from billing.models import BillingPlan, Invoice
from billing.operations.standstill import pause_of, resumes

ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` for its look, `label` for its name; while it waits for an hour, that hour and a sentence about it."""

    state: str
    label: str
    until: datetime | None = None
    sentence: str = ""

    @property
    def is_paused(self) -> bool:
        return self.until is not None


def standing_of(plan: BillingPlan, *, at: datetime) -> Standing:
    """Worked out anew whenever somebody looks: a pause ends by itself, and no row has to notice that it did."""
    as_stored = Standing(plan.status, plan.get_status_display())
    if plan.status != BillingPlan.Status.POSTING:
        return as_stored
    pause = pause_of(plan.practice, at=at)
    waiting = _waiting(plan) if pause else 0
    if pause is None or not waiting:
        return as_stored
    who = "1 invoice waits" if waiting == 1 else f"{waiting:,} invoices wait"
    return Standing(ATTENTION, "Attention", pause.until, f"{resumes(plan.practice, pause, at=at)}; {who}.")


def _waiting(plan: BillingPlan) -> int:
    return Invoice.objects.for_practice(plan.practice_id).filter(plan=plan, is_released=True).waiting().count()
