"""What must be true of a proposal before it is stored, and before it goes to the client.

Every path that writes comes through here: SQLite itself refuses neither long texts nor odd numbers.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from billing.models import BillingMethod, EngagedService, Service, TrackingOption
from proposals.errors import BadTerms, ClientClosed, NotReady, NotYours
from proposals.models import Proposal, ProposalLine
from proposals.records import LineTerms, Terms

MOST_LINES = 100
MOST_PRICE = Decimal("9999999999.99")
MOST_QUANTITY = Decimal("9999999.99")
PENCE = Decimal("0.01")


def check_terms(terms: Terms) -> None:
    """Raises BadTerms by field."""
    errors = _too_long(Proposal, terms, ("title", "signatory_name", "signatory_email", "introduction", "letter"))
    if not terms.title.strip():
        errors["title"] = "A proposal needs a title; the client sees it at the top."
    if terms.signatory_email.strip() and not _is_email(terms.signatory_email.strip()):
        errors["signatory_email"] = "This is not an e-mail address. Write it as name@firm.example."
    if errors:
        raise BadTerms(errors)


def check_lines(proposal: Proposal, lines: Sequence[LineTerms]) -> None:
    """Raises BadTerms for values, NotYours for ids from elsewhere."""
    if len(lines) > MOST_LINES:
        raise BadTerms({"lines": f"A proposal has at most {MOST_LINES} lines; this one has {len(lines)}."})
    errors: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        errors |= {f"lines.{number}.{field}": words for field, words in _line_errors(line).items()}
    if errors:
        raise BadTerms(errors)
    _check_ids(proposal, lines)


def check_ready(proposal: Proposal, today: date, *, by_email: bool = True) -> None:
    """Whether it may go to the client. Raises ClientClosed, or NotReady with everything that is missing."""
    if proposal.client.is_closed:
        raise ClientClosed(proposal.client.name)
    sentences = missing(proposal, today, by_email=by_email)
    if sentences:
        raise NotReady(sentences)


def missing(proposal: Proposal, today: date, *, by_email: bool = True) -> list[str]:
    """What stands between a draft and its sending, a sentence each."""
    sentences = []
    if not proposal.lines.exists():
        sentences.append("There is no service on it. Add one from the menu.")
    if not proposal.signatory_name:
        sentences.append("Nobody is named to sign it. Enter the signatory's name.")
    if by_email and not proposal.signatory_email:
        sentences.append("The signatory has no e-mail address. Enter one, or share the proposal by a link.")
    if proposal.expires_on and proposal.expires_on < today:
        sentences.append("It is open until a day that has passed. Choose a later one, or none.")
    return sentences


def _line_errors(line: LineTerms) -> dict[str, str]:
    errors = _too_long(ProposalLine, line, ("name", "description"))
    if not line.name.strip():
        errors["name"] = "A line needs a name."
    if not _is_figure(line.price, Decimal("0"), MOST_PRICE):
        errors["price"] = "A price is zero or more, in pounds and pence."
    if not _is_figure(line.quantity, PENCE, MOST_QUANTITY):
        errors["quantity"] = "A quantity is more than zero, with at most two decimals."
    if line.billing_method not in BillingMethod.values:
        errors["billing_method"] = "Choose how this service is billed."
    if line.weekday not in range(7):
        errors["weekday"] = "Choose a day of the week."
    return errors


def _check_ids(proposal: Proposal, lines: Sequence[LineTerms]) -> None:
    practice = proposal.practice_id
    services = Service.objects.for_practice(practice)
    _check_found("service", services, (line.service_id for line in lines))
    options = TrackingOption.objects.for_practice(practice)
    _check_found("tracking option", options, (line.line_tracking_id for line in lines))
    engaged = EngagedService.objects.for_practice(practice).filter(client_id=proposal.client_id)
    _check_found("engaged service", engaged, (line.continues_id for line in lines))


def _check_found(what: str, rows: Any, ids: Iterable[int | None]) -> None:
    wanted = {key for key in ids if key is not None}
    if rows.filter(pk__in=wanted).count() != len(wanted):
        raise NotYours(what)


def _is_figure(value: Decimal, least: Decimal, most: Decimal) -> bool:
    return value.is_finite() and least <= value <= most and value == value.quantize(PENCE)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _too_long(model: type[Proposal | ProposalLine], values: object, fields: Iterable[str]) -> dict[str, str]:
    errors = {}
    for name in fields:
        most: int = model._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]  # all are texts
        if len(getattr(values, name)) > most:
            errors[name] = f"At most {most:,} characters fit here."
    return errors
