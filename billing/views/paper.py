"""An invoice as paper, with the reasons beside it: from the plan before it is raised, from itself afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from billing.models import Invoice, InvoiceLine, InvoiceTemplate, LedgerAccount
from billing.ports import ContactStanding
from billing.records import InvoicePreview, LineDraft
from billing.reports.plan_page import contact_label
from clients.models import Client, Practice

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line and why it is there. The rate is what the account brings; it is shown, never sent."""

    description: str
    detail: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    rate: Decimal | None
    why: str
    coding: str
    note: str

    @property
    def vat(self) -> Decimal:
        rate = self.rate or Decimal()
        return (self.amount * rate / 100).quantize(PENNY, rounding=ROUND_HALF_UP)

    @property
    def rate_words(self) -> str:
        return "–" if self.rate is None else f"{self.rate.normalize():f}%"


@dataclass(frozen=True, slots=True)
class Paper:
    """One invoice as the client will see it, and how it goes to the ledger."""

    practice: Practice
    client: Client
    contact: str
    template: str
    invoice_date: date
    due_date: date
    number: str
    reference: str
    arrives_as: str
    terms: str
    lines: list[PaperLine] = field(default_factory=list)
    notes: Sequence[str] = ()

    @property
    def net(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        return sum((line.vat for line in self.lines), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        return self.net + self.vat

    @property
    def is_vat_known(self) -> bool:
        return all(line.rate is not None for line in self.lines)

    @property
    def rates(self) -> str:
        known = sorted({line.rate_words for line in self.lines if line.rate is not None})
        return f"{', '.join(known)}, from the accounts" if known else "Set by Xero"


def papers_of(
    practice: Practice, client: Client, previews: Iterable[InvoicePreview], standing: ContactStanding | None
) -> list[Paper]:
    """What a client's invoices of a plan will look like."""
    found = list(previews)
    accounts = _accounts(practice, [line.account_id for each in found for line in each.draft.lines])
    themes = {theme.pk: theme.name for theme in InvoiceTemplate.objects.for_practice(practice)}
    return [
        Paper(
            practice=practice,
            client=client,
            contact=contact_words(standing, client),
            template=themes.get(each.draft.template_id or 0, ""),
            invoice_date=each.draft.invoice_date,
            due_date=each.draft.due_date,
            number=str(each.invoice.number or "") if each.invoice else "",
            reference=each.draft.reference,
            arrives_as=each.draft.posting_status.capitalize(),
            terms=each.terms_sentence,
            lines=[_draft_line(line, accounts) for line in each.draft.lines],
            notes=each.notes,
        )
        for each in found
    ]


def paper_of_invoice(invoice: Invoice, standing: ContactStanding | None) -> Paper:
    """A raised invoice, as it was raised."""
    lines = invoice.lines.select_related(
        "ledger_account", "tracking_1__category", "tracking_2__category", "engaged_service"
    )
    return Paper(
        practice=invoice.practice,
        client=invoice.client,
        contact=contact_words(standing, invoice.client),
        template=invoice.template.name if invoice.template else "",
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        number=invoice.ledger_number or invoice.number or "",
        reference=invoice.reference,
        arrives_as=invoice.get_posting_status_display(),
        terms="",
        lines=[_stored_line(line) for line in lines],
    )


def contact_words(standing: ContactStanding | None, client: Client) -> str:
    """Existing, or to be created; what holds it back otherwise."""
    if standing is None:
        return client.name
    if standing.kind == "linked":
        return f"{standing.label}, existing"
    if standing.kind in ("unmatched", "suggested"):
        return f"{client.name}, will be created"
    return contact_label(standing)


def _accounts(practice: Practice, ids: Iterable[int | None]) -> dict[int, LedgerAccount]:
    wanted = {account_id for account_id in ids if account_id}
    return LedgerAccount.objects.for_practice(practice).in_bulk(wanted) if wanted else {}


def _draft_line(line: LineDraft, accounts: Mapping[int, LedgerAccount]) -> PaperLine:
    account = accounts.get(line.account_id or 0)
    tracking = [each.label for each in (line.tracking_1, line.tracking_2) if each]
    return _line(line, account, tracking)


def _stored_line(line: InvoiceLine) -> PaperLine:
    tracking = [str(each) for each in (line.tracking_1, line.tracking_2) if each]
    return _line(line, line.ledger_account, tracking)


def _line(line: LineDraft | InvoiceLine, account: LedgerAccount | None, tracking: Sequence[str]) -> PaperLine:
    title, _, detail = line.description.partition("\n")
    coding = [f"Account {account.code}" if account else "No account code", *tracking]
    return PaperLine(
        description=title,
        detail=detail,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        rate=account.tax_rate if account else None,
        why=line.why,
        coding=", ".join(coding),
        note=line.note,
    )
