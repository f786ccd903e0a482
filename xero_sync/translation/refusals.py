"""Xero's words of refusal as a code of ours, a plain sentence and the fix."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an invoice is not in Xero: a code for programs, a sentence with the fix for people, Xero's own words."""

    code: str
    reason: str
    words: str = ""


REASONS = {
    "CONTACT_ARCHIVED": "The contact in Xero is archived. Link the client to another contact, unarchive it in Xero, or "
    "create a new one.",
    "CONTACT_MERGED": "The contact was merged into another one in Xero. Link the client to the contact that remains.",
    "CONTACT_MISSING": "The linked contact is no longer in Xero. Link the client to another contact.",
    "CONTACT_NAME_TAKEN": "Xero has an active contact of this name already, so a new one cannot be created. Link the "
    "client to the contact that is there.",
    "ACCOUNT_INVALID": "An account code on this invoice cannot be used in Xero: it is archived, deleted or not for "
    "sales. Restore it in Xero or choose another code.",
    "ACCOUNT_MISSING": "A line has no account code. Choose one for the service, or the practice's default account "
    "under Settings, Billing.",
    "TRACKING_INVALID": "A tracking option on this invoice is archived or gone in Xero. Restore it there or choose "
    "another one.",
    "TEMPLATE_MISSING": "The branding theme of this client is no longer in Xero. Choose another one on the client's "
    "Invoicing tab.",
    "LOCKED_PERIOD": "The books are locked for the invoice date. Move the lock date in Xero.",
    "NUMBER_TAKEN": "Xero says that this number is taken; nothing was overwritten. Look there which invoice has it.",
    "OTHER_ORGANISATION": "Socket was connected to another organisation before it was known whether this invoice had "
    "arrived. Look for it there, then retry it or mark it as handled by hand.",
    "SET_ASIDE": "Sending this invoice ended without a clear answer five times in a row, so it was set aside. Look in "
    "Xero whether it is there after all; if not, retry it, or ask for support.",
    "LINK_REFUSED": "It would not be recognised in Xero. Xero numbers it itself, and takes no links with the word "
    "xero, which is in Socket's own address. Whoever runs Socket has to give it another address; then retry.",
    "VALIDATION": "Xero did not accept this invoice. Put right what its own words name, then retry.",
}
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("NUMBER_TAKEN", r"invoice (#|number) must be unique|invoice number .*already"),
        ("CONTACT_MERGED", r"contact .*\bmerged\b"),
        ("CONTACT_ARCHIVED", r"contact .*\barchived\b"),
        ("CONTACT_MISSING", r"contact .*(could not be found|does not exist)|contact must be specified"),
        ("CONTACT_NAME_TAKEN", r"contact (name|number) .*already assigned"),
        ("ACCOUNT_INVALID", r"account code '.*' (has been archived|is not a valid)|account .*could not be found"),
        ("ACCOUNT_MISSING", r"account code or id must be specified"),
        ("TRACKING_INVALID", r"tracking"),
        ("TEMPLATE_MISSING", r"branding ?theme"),
        ("LOCKED_PERIOD", r"lock date"),
    )
)


def refusal(code: str, words: str = "") -> Refusal:
    return Refusal(code, REASONS[code], words)


def other_currency(of_invoice: str, organisation: str, of_books: str) -> Refusal:
    """Refused here: in a currency that the books are not kept in, Xero may take an invoice that nobody wanted so."""
    why = f"The invoice is in {of_invoice} and the books are in {of_books}. It was raised before {organisation} kept "
    fix = f"them so. Raise it in Xero in {of_books} and mark it as handled by hand, or connect the organisation in "
    return Refusal("CURRENCY_OTHER", f"{why}{fix}{of_invoice} again and retry.")


def explained(words: Sequence[str]) -> Refusal:
    """The first pattern that fits any sentence decides; all of Xero's words are kept."""
    all_words = "\n".join(words)
    for code, pattern in PATTERNS:
        if any(pattern.search(sentence) for sentence in words):
            return refusal(code, all_words)
    return refusal("VALIDATION", all_words)


def is_number_taken(words: Sequence[str]) -> bool:
    """Whether the number is what Xero objects to: then the invoice may be there already."""
    return explained(words).code == "NUMBER_TAKEN"
