"""Looking at a plan without changing it: what its invoices will be, and what has changed since it was approved."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from billing.calendar import posts_when, today_in
from billing.drafting import terms_sentence
from billing.models import BillingPlan, Invoice, InvoiceLine
from billing.operations.plans.billables import drafts_for, lines_by_client
from billing.operations.plans.drawing import rows_now
from billing.operations.plans.reading import drawing_of
from billing.operations.terms import terms_of, tracking_of
from billing.records import InvoiceDraft, InvoicePreview, LineDraft
from clients.models import Client

Lines = dict[int, list[tuple[str, Decimal]]]


def drift(plan: BillingPlan) -> dict[int, str]:
    """By client, what a plan approved and not yet raised would bill differently if it were drawn now."""
    if not plan.is_finalised:
        return {}
    rows, _ = rows_now(plan.practice, plan.month, drawing_of(plan.practice, plan.month))
    now: Lines = {row.client_id: [(line.description, line.amount) for line in row.lines] for row in rows}
    approved: Lines = defaultdict(list)
    for client_id, description, amount in plan.lines.values_list("row__client_id", "description", "amount"):
        approved[client_id].append((description, amount))
    changed = [key for key in now.keys() | approved.keys() if sorted(now.get(key, [])) != sorted(approved.get(key, []))]
    return {key: _sentence(approved.get(key, []), now.get(key, [])) for key in changed}


def _sentence(approved: list[tuple[str, Decimal]], now: list[tuple[str, Decimal]]) -> str:
    return f"Changed since approval: {_summed(approved)} approved, {_summed(now)} as things are now. Reopen the plan."


def _summed(lines: list[tuple[str, Decimal]]) -> str:
    total = sum((amount for _, amount in lines), Decimal("0.00"))
    return f"£{total:,.2f} in {len(lines)} {'line' if len(lines) == 1 else 'lines'}"


def preview(*, plan: BillingPlan, client: Client, at: datetime | None = None) -> list[InvoicePreview]:
    """What this client's invoices will look like, or look like once they were raised. Writes nothing.

    `at` is when it is asked: a plan whose posting day has passed shows the dates it would get today.
    """
    terms = terms_of(plan.practice, [client.pk])[client.pk]
    words = terms_sentence(terms.terms_rule, terms.terms_days)
    found: list[tuple[InvoiceDraft, Invoice | None]]
    if plan.is_raised:
        found = [(_stored(invoice), invoice) for invoice in _invoices(plan, client)]
    else:
        lines = lines_by_client(plan, client.pk).get(client.pk, [])
        found = [(draft, None) for draft in drafts_for(plan, lines, terms, _posted_on(plan, at))]
    return [
        InvoicePreview(
            client_id=client.pk,
            client_name=client.name,
            draft=draft,
            terms_sentence=words,
            levels=terms.levels,
            notes=tuple(dict.fromkeys(line.note for line in draft.lines if line.note)),
            invoice=invoice,
        )
        for draft, invoice in found
    ]


def _posted_on(plan: BillingPlan, at: datetime | None) -> date:
    """The day it will be posted, as far as can be said now."""
    today = today_in(plan.practice.zone, at) if at else plan.posts_on
    return posts_when(plan.posts_on, today) or today


def _invoices(plan: BillingPlan, client: Client) -> list[Invoice]:
    related = ("lines__tracking_1__category", "lines__tracking_2__category")
    return list(plan.invoices.filter(client=client).order_by("pk").prefetch_related(*related))


def _stored(invoice: Invoice) -> InvoiceDraft:
    return InvoiceDraft(
        group=invoice.source_key.rsplit(":", 1)[-1],
        lines=tuple(_stored_line(line) for line in invoice.lines.all()),
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        reference=invoice.reference,
        posting_status=invoice.posting_status,
        template_id=invoice.template_id,
        destination=invoice.destination,
    )


def _stored_line(line: InvoiceLine) -> LineDraft:
    return LineDraft(
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        account_id=line.ledger_account_id,
        tracking_1=tracking_of(line.tracking_1),
        tracking_2=tracking_of(line.tracking_2),
        engaged_service_id=line.engaged_service_id,
        why=line.why,
        note=line.note,
    )
