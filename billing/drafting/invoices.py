"""From billable lines to invoices: consolidation, account codes, tracking, dates and reference. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import calendar
from billing.drafting.references import invoice_reference, posting_status
from billing.drafting.tracking import slots
from billing.models import PlanLine
from billing.records import BillableLine, EffectiveTerms, InvoiceDraft, LineDraft, Tracking

ONE = Decimal("1")
MAIN, ALIGNMENT = "main", "alignment"
WHY_LIMIT = 300


def invoice_drafts(
    lines: Sequence[BillableLine], terms: EffectiveTerms, *, kind: str, month: date, posted_on: date, period: str
) -> list[InvoiceDraft]:
    """The invoices of one client: one, or two where alignment fees have an invoice of their own."""
    drafts = []
    for group, members in _groups(lines, terms):
        day = calendar.invoice_date(
            terms.invoice_date_rule, day=terms.invoice_day, posted_on=posted_on, billing_month=month
        )
        drafts.append(
            InvoiceDraft(
                group=group,
                lines=tuple(_consolidated(members, terms, period)),
                invoice_date=day,
                due_date=calendar.due_date(terms.terms_rule, days=terms.terms_days, invoice_date=day),
                reference=_reference(members, terms, period),
                posting_status=posting_status(terms, kind),
                template_id=terms.template_id,
                destination=terms.destination,
            )
        )
    return drafts


def _groups(lines: Sequence[BillableLine], terms: EffectiveTerms) -> list[tuple[str, list[BillableLine]]]:
    if not terms.has_own_alignment_invoice:
        return [(MAIN, list(lines))] if lines else []
    alignment = [line for line in lines if line.kind == PlanLine.Kind.ALIGNMENT]
    others = [line for line in lines if line.kind != PlanLine.Kind.ALIGNMENT]
    return [(group, members) for group, members in ((ALIGNMENT, alignment), (MAIN, others)) if members]


def _reference(lines: Iterable[BillableLine], terms: EffectiveTerms, period: str) -> str:
    numbers = {line.proposal_number for line in lines if line.proposal_number is not None}
    return invoice_reference(
        terms.reference_pattern, proposals=numbers, period=period, purchase_order=terms.purchase_order
    )


@dataclass(frozen=True, slots=True)
class _Coded:
    """A line with its account and tracking decided."""

    line: BillableLine
    account_id: int | None
    tracking_1: Tracking | None
    tracking_2: Tracking | None
    note: str

    @property
    def group(self) -> tuple[object, ...]:
        """What must be equal for two lines to become one."""
        line = self.line
        return line.kind, line.entity_name, self.account_id, self.tracking_1, self.tracking_2


def _coded(line: BillableLine, terms: EffectiveTerms) -> _Coded:
    is_one_off = line.kind == PlanLine.Kind.ONE_OFF
    default = terms.one_off_account_id if is_one_off else terms.recurring_account_id
    first, second, note = slots(
        line=line.line_tracking,
        client=terms.client_tracking,
        service=line.service_tracking,
        owner=terms.owner_tracking,
    )
    return _Coded(line, line.account_id or default, first, second, note)


def _consolidated(lines: Iterable[BillableLine], terms: EffectiveTerms, period: str) -> list[LineDraft]:
    """The lines in their order; those of a consolidated family merge where the first of their group stands."""
    groups: dict[tuple[object, ...], list[_Coded]] = {}
    for position, line in enumerate(lines):
        coded = _coded(line, terms)
        key = coded.group if _is_consolidated(line, terms) else (position,)
        groups.setdefault(key, []).append(coded)
    return [_merged(group, terms, period) if len(group) > 1 else _single(group[0]) for group in groups.values()]


def _is_consolidated(line: BillableLine, terms: EffectiveTerms) -> bool:
    if line.entity_name:
        return terms.is_entity_consolidated
    if line.kind == PlanLine.Kind.ONE_OFF:
        return terms.is_one_off_consolidated
    return terms.is_recurring_consolidated


def _single(coded: _Coded) -> LineDraft:
    line = coded.line
    return LineDraft(
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        account_id=coded.account_id,
        tracking_1=coded.tracking_1,
        tracking_2=coded.tracking_2,
        engaged_service_id=line.engaged_service_id,
        why=line.why,
        note=coded.note,
    )


def _merged(group: Sequence[_Coded], terms: EffectiveTerms, period: str) -> LineDraft:
    first = group[0]
    total = sum((coded.line.amount for coded in group), Decimal("0.00"))
    parts = "; ".join(f"{coded.line.description} £{coded.line.amount:,.2f}" for coded in group)
    return LineDraft(
        description=_label(first.line, terms, period),
        quantity=ONE,
        unit_price=total,
        amount=total,
        account_id=first.account_id,
        tracking_1=first.tracking_1,
        tracking_2=first.tracking_2,
        why=f"{len(group)} lines in one: {parts}"[:WHY_LIMIT],
        note=first.note,
    )


def _label(line: BillableLine, terms: EffectiveTerms, period: str) -> str:
    labels = {PlanLine.Kind.ONE_OFF: terms.one_off_label, PlanLine.Kind.ALIGNMENT: "Alignment fees"}
    label = labels.get(PlanLine.Kind(line.kind), terms.recurring_label)
    named = f"{label} ({line.entity_name})" if line.entity_name else label
    return f"{named}, {period}" if period else named
