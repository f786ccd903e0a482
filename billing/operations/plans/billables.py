"""From a plan's stored lines to the drafts of its invoices."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from billing.calendar import period_label
from billing.drafting import invoice_drafts
from billing.models import BillingPlan, EngagedService, Invoice, PlanLine
from billing.operations.terms import tracking_of
from billing.records import BillableLine, EffectiveTerms, InvoiceDraft

TOGETHER = (
    "engaged_service__engagement",
    "engaged_service__entity",
    "engaged_service__line_tracking__category",
    "engaged_service__service_tracking__category",
)


def lines_by_client(plan: BillingPlan, client_id: int | None = None) -> dict[int, list[BillableLine]]:
    """The plan's stored lines as billable lines, by paying client, in the order of the plan."""
    lines = plan.lines.select_related("row", *TOGETHER)
    if client_id is not None:
        lines = lines.filter(row__client_id=client_id)
    found: dict[int, list[BillableLine]] = defaultdict(list)
    for line in lines.order_by("row__position", "row_id", "position"):
        found[line.row.client_id].append(_billable(line))
    return found


def drafts_for(
    plan: BillingPlan, lines: Sequence[BillableLine], terms: EffectiveTerms, posted_on: date
) -> list[InvoiceDraft]:
    """The invoices of one client's row. A row that comes to nothing has none."""
    drafts = invoice_drafts(
        lines,
        terms,
        kind=Invoice.Kind.RECURRING,
        month=plan.month,
        posted_on=posted_on,
        period=period_label(plan.month),
    )
    return [draft for draft in drafts if draft.total]


def _billable(line: PlanLine) -> BillableLine:
    service: EngagedService = line.engaged_service
    is_elsewhere = service.entity_id is not None and service.entity_id != line.row.client_id
    return BillableLine(
        kind=line.kind,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        engaged_service_id=service.pk,
        account_id=service.ledger_account_id,
        line_tracking=tracking_of(service.line_tracking),
        service_tracking=tracking_of(service.service_tracking),
        entity_name=str(service.entity) if is_elsewhere else "",
        why=line.why,
        proposal_number=service.engagement.number,
    )
