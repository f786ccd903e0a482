"""Why a ledger refused an invoice, in a heading, a sentence and what to do. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import Invoice

CONTACT = frozenset({"CONTACT_ARCHIVED", "CONTACT_MERGED", "CONTACT_MISSING"})
ACCOUNT = frozenset({"ACCOUNT_INVALID", "ACCOUNT_MISSING"})
ON_CLIENT = frozenset({"TRACKING_INVALID", "TEMPLATE_MISSING"})

TITLES = {
    "CONTACT_ARCHIVED": "The contact is archived in Xero",
    "CONTACT_MERGED": "The contact was merged into another one in Xero",
    "CONTACT_MISSING": "The contact is no longer in Xero",
    "ACCOUNT_INVALID": "Xero does not take this account code",
    "ACCOUNT_MISSING": "A line has no account code",
    "TRACKING_INVALID": "A tracking option is no longer valid in Xero",
    "TEMPLATE_MISSING": "The branding theme is no longer in Xero",
    "LOCKED_PERIOD": "The invoice date falls into a locked period",
    "NUMBER_TAKEN": "The invoice number is taken in Xero",
    "VALIDATION": "Xero did not accept the invoice",
}
ADVICE = {
    "CONTACT_ARCHIVED": "Link another contact, or restore this one in Xero.",
    "CONTACT_MERGED": "Link the contact it was merged into.",
    "CONTACT_MISSING": "Link another contact; without a link a new one is created.",
    "ACCOUNT_INVALID": "Choose another code, or restore this one in Xero. Then retry.",
    "ACCOUNT_MISSING": "Choose a default account, or one for the service. Then retry.",
    "TRACKING_INVALID": "Choose another option on the client, or restore it in Xero. Then retry.",
    "TEMPLATE_MISSING": "Choose another theme on the client’s Invoicing tab. Then retry.",
    "LOCKED_PERIOD": "Move the lock date in Xero, then retry. Or raise it there and mark it as handled by hand.",
    "NUMBER_TAKEN": "Choose another prefix under Practice settings, Billing. Then retry.",
    "VALIDATION": "Repair what it names, then retry.",
}
HEALS = frozenset({*CONTACT})
UNRELEASED = "WAITING_FOR_A_PERSON"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason and every invoice it holds, so that one fix releases all of them."""

    code: str
    title: str
    text: str
    said: str
    client_id: int | None
    invoices: list[Invoice] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((invoice.total for invoice in self.invoices), Decimal("0.00"))

    @property
    def is_refusal(self) -> bool:
        return self.code != UNRELEASED


def title_of(code: str) -> str:
    return TITLES.get(code, TITLES["VALIDATION"])


def text_of(invoice: Invoice) -> str:
    """Why and what to do; the reason as it was recorded, ended properly, then the advice."""
    reason = invoice.refusal_reason.strip()
    reason = reason if reason.endswith((".", "?")) else f"{reason}."
    advice = ADVICE.get(invoice.refusal_code, ADVICE["VALIDATION"])
    heals = " After the repair it goes out by itself."
    is_healing = invoice.refusal_code in HEALS and invoice.kind != Invoice.Kind.ACCEPTANCE
    said_already = advice.split(".", maxsplit=1)[0] in reason
    return f"{reason}{'' if said_already else ' ' + advice}{heals if is_healing else ''}"


def causes(invoices: Iterable[Invoice]) -> list[Cause]:
    """Invoices under their causes: of the same code and reason; what concerns a contact stands apart per client."""
    found: dict[tuple[str, str, int | None], Cause] = {}
    for invoice in invoices:
        cause = _cause(invoice)
        found.setdefault((cause.code, cause.text, cause.client_id), cause).invoices.append(invoice)
    return sorted(found.values(), key=lambda cause: (not cause.is_refusal, -len(cause.invoices), cause.title))


def _cause(invoice: Invoice) -> Cause:
    if not invoice.is_refused:
        return Cause(
            code=UNRELEASED,
            title="Acceptance invoices that wait for you",
            text="They fire once, at signing, and could not be sent then. Nothing goes out before somebody says so.",
            said="",
            client_id=None,
        )
    return Cause(
        code=invoice.refusal_code,
        title=title_of(invoice.refusal_code),
        text=text_of(invoice),
        said=invoice.ledger_words,
        client_id=invoice.client_id if invoice.refusal_code in CONTACT else None,
    )
