"""What is due at signing is invoiced at signing."""

from collections import defaultdict
from datetime import datetime

from billing.calendar import first_of, today_in
from billing.drafting import invoice_drafts
from billing.models import BillingMethod, EngagedService, Engagement, Invoice, PlanLine
from billing.operations import letters
from billing.operations.raising import Wanted, raise_invoices
from billing.operations.standstill import NOT_CONNECTED, SAFE_MODE, open_reasons
from billing.operations.terms import terms_of, tracking_of
from billing.records import BillableLine
from clients.models import User


def raise_acceptance(engagement: Engagement, *, by: User | None, at: datetime) -> None:
    """One invoice per payer for what is due at signing. What an adjustment carries on was billed then already."""
    together = ("entity", "line_tracking__category", "service_tracking__category", "continues")
    due = engagement.services.filter(billing_method=BillingMethod.ONCE_ACCEPTANCE).select_related(*together)
    by_payer = defaultdict(list)
    for service in due:
        if service.continues is None or service.continues.billing_method != BillingMethod.ONCE_ACCEPTANCE:
            by_payer[service.client_id].append(_billable(service, engagement.number))
    if not by_payer:
        return
    practice = engagement.practice
    holds = [hold for hold in open_reasons(practice) if hold.reason != NOT_CONNECTED]  # that waits by itself
    terms = terms_of(practice, list(by_payer))
    today = today_in(practice.zone, at)
    wanted = [
        Wanted(
            draft,
            payer,
            f"acc:{engagement.source}:{payer}:{draft.group}",
            Invoice.Kind.ACCEPTANCE,
            engagement=engagement,
            is_released=not holds,
        )
        for payer, lines in by_payer.items()
        for draft in invoice_drafts(
            lines, terms[payer], kind=Invoice.Kind.ACCEPTANCE, month=first_of(today), posted_on=today, period=""
        )
        if draft.total
    ]
    invoices = raise_invoices(practice, wanted, by=by, at=at)
    if holds and holds[0].reason != SAFE_MODE:
        for invoice in invoices:
            letters.acceptance_waits(invoice, reason=holds[0].sentence, at=at)


def _billable(service: EngagedService, number: int) -> BillableLine:
    is_elsewhere = service.entity is not None and service.entity_id != service.client_id
    entity_name = str(service.entity) if is_elsewhere else ""
    return BillableLine(
        kind=PlanLine.Kind.ONE_OFF,
        description=f"{service.name} ({entity_name})" if entity_name else service.name,
        quantity=service.quantity,
        unit_price=service.price,
        amount=service.amount,
        engaged_service_id=service.pk,
        account_id=service.ledger_account_id,
        line_tracking=tracking_of(service.line_tracking),
        service_tracking=tracking_of(service.service_tracking),
        entity_name=entity_name,
        why=f"Once on acceptance of proposal {number}",
        proposal_number=number,
    )
