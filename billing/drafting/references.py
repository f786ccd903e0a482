"""The words and the status an invoice goes out with. Pure."""

import re
from collections.abc import Iterable

from billing.models import Invoice, PostingStatus, TermsRule
from billing.records import EffectiveTerms

STATUS_FIELDS = {
    Invoice.Kind.RECURRING: "recurring_status",
    Invoice.Kind.ACCEPTANCE: "acceptance_status",
    Invoice.Kind.COMPLETION: "completion_status",
}
REFERENCE_LIMIT = 255
PLACEHOLDER = re.compile(r"\{(proposal|period|po)\}")
NAMED_PROPOSAL = re.compile(r"\bproposals? *\{proposal\}", re.IGNORECASE)


def posting_status(terms: EffectiveTerms, kind: str) -> str:
    """Draft or approved for this kind of invoice; always draft under a template that is excluded from sending."""
    if terms.is_always_draft:
        return PostingStatus.DRAFT
    wanted: str = getattr(terms, STATUS_FIELDS[Invoice.Kind(kind)])
    return wanted


def invoice_reference(pattern: str, *, proposals: Iterable[int], period: str, purchase_order: str) -> str:
    """The practice's pattern with {proposal}, {period} and {po} filled in; what is empty leaves no gap."""
    numbers = ", ".join(str(number) for number in sorted(set(proposals)))
    values = {"proposal": numbers, "period": period, "po": purchase_order}
    known = pattern if numbers else NAMED_PROPOSAL.sub("", pattern)  # ad-hoc work has no proposal to name
    text = PLACEHOLDER.sub(lambda found: values[found[1]], known)
    return " ".join(text.split()).strip(" ,-/·")[:REFERENCE_LIMIT]


def terms_sentence(rule: str, days: int) -> str:
    """14 days after the invoice date · day 20 of next month."""
    label = TermsRule(rule).label
    return f"{days} {label}" if rule in {TermsRule.AFTER_DATE, TermsRule.AFTER_MONTH} else f"day {days} {label}"
