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
    "CURRENCY_OTHER": "The invoice is in another currency than the books",
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
    "CURRENCY_OTHER": "Raise it in Xero and mark it as handled by hand.",
    "NUMBER_TAKEN": "Choose another prefix under Practice settings, Billing. Then retry.",
    "VALIDATION": "Repair what it names, then retry.",
}
HEALS = CONTACT
UNRELEASED = "WAITING_FOR_A_PERSON"
LONGEST_TITLE = 90


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


def title_of(invoice: Invoice) -> str:
    """The first sentence of the reason where it is short enough for a heading, else what the code means."""
    first, _ = _sentences(invoice.refusal_reason)
    return first if first and len(first) <= LONGEST_TITLE else TITLES.get(invoice.refusal_code, TITLES["VALIDATION"])


def text_of(invoice: Invoice) -> str:
    """Why and what to do: what the heading does not say of the reason, then the advice."""
    first, rest = _sentences(invoice.refusal_reason)
    why = rest if title_of(invoice) == first else _ended(invoice.refusal_reason)
    advice = ADVICE.get(invoice.refusal_code, ADVICE["VALIDATION"])
    is_said = advice.split(".", maxsplit=1)[0] in why or bool(rest and invoice.refusal_code in CONTACT)
    return " ".join(part for part in (why, "" if is_said else advice, _healing(invoice)) if part)


def causes(invoices: Iterable[Invoice]) -> list[Cause]:
    """Invoices under their causes: of the same code and reason; what concerns a contact stands apart per client."""
    found: dict[tuple[object, ...], Cause] = {}
    for invoice in invoices:
        cause = _cause(invoice)
        found.setdefault((cause.code, cause.title, cause.client_id), cause).invoices.append(invoice)
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
        title=title_of(invoice),
        text=text_of(invoice),
        said=invoice.ledger_words,
        client_id=invoice.client_id if invoice.refusal_code in CONTACT else None,
    )


def _healing(invoice: Invoice) -> str:
    if invoice.refusal_code not in HEALS:
        return ""
    if invoice.kind == Invoice.Kind.ACCEPTANCE:
        return "After the repair it waits for you, because an acceptance invoice fires once."
    return "After the repair it goes out by itself."


def _sentences(reason: str) -> tuple[str, str]:
    """The first sentence without its stop, and the rest."""
    first, stop, rest = reason.strip().partition(". ")
    return first.rstrip("."), _ended(rest) if stop else ""


def _ended(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "?")) else f"{text}."
