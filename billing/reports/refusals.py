"""Why a ledger refused an invoice, in a heading, a sentence and what to do. Pure."""

from collections.abc import Collection

from billing.models import Invoice

CONTACT = frozenset({"CONTACT_ARCHIVED", "CONTACT_MERGED", "CONTACT_MISSING", "CONTACT_NAME_TAKEN"})
ACCOUNT = frozenset({"ACCOUNT_INVALID", "ACCOUNT_MISSING"})
ON_CLIENT = frozenset({"TRACKING_INVALID", "TEMPLATE_MISSING"})

TITLES = {
    "CONTACT_ARCHIVED": "The contact is archived in Xero",
    "CONTACT_MERGED": "The contact was merged into another one in Xero",
    "CONTACT_MISSING": "The contact is no longer in Xero",
    "CONTACT_NAME_TAKEN": "Xero has a contact of this name already",
    "ACCOUNT_INVALID": "Xero does not take this account code",
    "ACCOUNT_MISSING": "A line has no account code",
    "TRACKING_INVALID": "A tracking option is no longer valid in Xero",
    "TEMPLATE_MISSING": "The branding theme is no longer in Xero",
    "LOCKED_PERIOD": "The invoice date falls into a locked period",
    "NUMBER_TAKEN": "The invoice number is taken in Xero",
    "CURRENCY_OTHER": "The invoice is in another currency than the books",
    "REFERENCE_TAKEN": "Xero named another of our invoices for it",
    "OTHER_ORGANISATION": "It is not known whether it arrived in the former organisation",
    "SET_ASIDE": "Sending it ended without an answer too often",
    "LINK_REFUSED": "It would not be recognised in Xero",
    "VALIDATION": "Xero did not accept the invoice",
}
ADVICE = {
    "CONTACT_ARCHIVED": "Link another contact, or restore this one in Xero.",
    "CONTACT_MERGED": "Link the contact it was merged into.",
    "CONTACT_MISSING": "Link another contact; without a link a new one is created.",
    "CONTACT_NAME_TAKEN": "Link the contact that is there.",
    "ACCOUNT_INVALID": "Choose another code, or restore this one in Xero. Then retry.",
    "ACCOUNT_MISSING": "Choose a default account, or one for the service. Then retry.",
    "TRACKING_INVALID": "Choose another option on the client, or restore it in Xero. Then retry.",
    "TEMPLATE_MISSING": "Choose another theme on the client’s Invoicing tab. Then retry.",
    "LOCKED_PERIOD": "Move the lock date in Xero, then retry. Or raise it there and mark it as handled by hand.",
    "CURRENCY_OTHER": "Raise it in Xero and mark it as handled by hand.",
    "NUMBER_TAKEN": "Retry: if it is this one, it is recognised; beside another the next number is taken.",
    "REFERENCE_TAKEN": "Look in Xero which of the two invoices it is. Then retry, or mark it as handled by hand.",
    "OTHER_ORGANISATION": "Look for it there. Then retry it, or mark it as handled by hand.",
    "SET_ASIDE": "Look for it in Xero. If it is not there, retry it, or ask for support.",
    "LINK_REFUSED": "Whoever runs Socket has to give it another address; then retry.",
    "VALIDATION": "Repair what it names, then retry.",
}
HEALS = CONTACT
LONGEST_TITLE = 90


def title_of(invoice: Invoice) -> str:
    """The first sentence of the reason where it is short enough for a heading, else what the code means."""
    first, _ = _sentences(invoice.refusal_reason)
    return first if first and len(first) <= LONGEST_TITLE else TITLES.get(invoice.refusal_code, TITLES["VALIDATION"])


def text_of(invoice: Invoice, kinds: Collection[str] = ()) -> str:
    """Why and what to do: what the heading does not say of the reason, then the advice.

    `kinds` are those of all the invoices that it is said of, where they are several.
    """
    first, rest = _sentences(invoice.refusal_reason)
    why = rest if title_of(invoice) == first else _ended(invoice.refusal_reason)
    advice = ADVICE.get(invoice.refusal_code, ADVICE["VALIDATION"])
    is_said = bool(rest) or advice.split(".", maxsplit=1)[0] in why  # what follows the first sentence is the fix
    healing = _healing(set(kinds) or {invoice.kind}) if invoice.refusal_code in HEALS else ""
    return " ".join(part for part in (why, "" if is_said else advice, healing) if part)


def _healing(kinds: Collection[str]) -> str:
    """What happens once the cause is repaired: an acceptance invoice fires once."""
    if set(kinds) == {Invoice.Kind.ACCEPTANCE}:
        return "After the repair it waits for you, because an acceptance invoice fires once."
    if Invoice.Kind.ACCEPTANCE in kinds:
        return "After the repair acceptance invoices wait for you, because they fire once; the others go by themselves."
    return "After the repair it goes out by itself."


def _sentences(reason: str) -> tuple[str, str]:
    """The first sentence without its stop, and the rest."""
    first, stop, rest = reason.strip().partition(". ")
    return first.rstrip("."), _ended(rest) if stop else ""


def _ended(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "?")) else f"{text}."
