"""Lines of an invoice: account, tax type, tracking, and money rounded as Xero rounds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sandbox.xero.invoice_reading import WantedLine, WantedTracking
from sandbox.xero.records import Account, Category, Line, Option, Organisation, TaxRate, TrackingChoice
from sandbox.xero.settings import Settings

ARCHIVED_ACCOUNT = (
    "Account code '{0}' has been archived, or has been deleted. Each line item must reference a valid account."
)
WRONG_ACCOUNT = "Account code '{0}' is not a valid code for this document."
NO_ACCOUNT = "The account code or ID must be specified"
WRONG_TAX = "The TaxType code '{0}' cannot be used with account code '{1}'."
WRONG_TOTAL = "The line total {0} does not match the expected line total {1}"
SALES_TYPES = frozenset({"REVENUE", "SALES", "OTHERINCOME", "CURRLIAB", "LIABILITY", "EQUITY"})


@dataclass
class LineTerms:
    """What the invoice decides for its lines."""

    organisation: Organisation
    settings: Settings
    is_sale: bool
    needs_account: bool
    line_amount_types: str
    decimals: int
    errors: list[str] = field(default_factory=list)


def pence(amount: Decimal, places: int = 2) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def built(wanted: WantedLine, ident: str, terms: LineTerms) -> Line:
    """The line as it will be kept; objections gather in the terms."""
    if not wanted.description:
        terms.errors.append("Description needs to be at least 1 char long")
    elif len(wanted.description) > 4000:
        terms.errors.append("The description cannot exceed 4000 characters.")
    account = account_for(wanted, terms)
    rate = tax_rate_for(wanted, account, terms)
    quantity, unit = quantities(wanted, terms)
    amount = line_amount(wanted, quantity, unit, terms)
    return Line(
        line_item_id=ident,
        description=wanted.description,
        quantity=quantity,
        unit_amount=unit,
        line_amount=amount,
        tax_amount=tax_on(amount, wanted, rate, terms),
        tax_type=rate.tax_type if rate else None,
        account=account,
        item_code=wanted.item_code,
        discount_rate=wanted.discount_rate,
        discount_amount=wanted.discount_amount,
        tracking=tracking_for(wanted, terms),
    )


def has_money(wanted: WantedLine) -> bool:
    return any(value is not None for value in (wanted.quantity, wanted.unit_amount, wanted.line_amount))


def account_for(wanted: WantedLine, terms: LineTerms) -> Account | None:
    named = wanted.account_code or wanted.account_id
    if named is None:
        if terms.needs_account and has_money(wanted):
            terms.errors.append(NO_ACCOUNT)
        return None
    accounts = terms.organisation.accounts
    account = next((a for a in accounts if named in (a.code if wanted.account_code else a.account_id,)), None)
    if account is not None and account.status != "ACTIVE":
        terms.errors.append(ARCHIVED_ACCOUNT.format(account.code))
    elif account is None or account.system or (terms.is_sale and account.type not in SALES_TYPES):
        terms.errors.append(WRONG_ACCOUNT.format(account.code if account else named))
    return account


def tax_rate_for(wanted: WantedLine, account: Account | None, terms: LineTerms) -> TaxRate | None:
    """The rate that was asked for, else the account's default."""
    if terms.line_amount_types == "NoTax":
        return next((r for r in terms.organisation.tax_rates if r.tax_type == "NONE"), None)
    code = wanted.tax_type or (account.tax_type if account else None)
    rate = next((r for r in terms.organisation.tax_rates if r.tax_type == code), None)
    if wanted.tax_type and (rate is None or (terms.is_sale and not rate.for_revenue)):
        terms.errors.append(WRONG_TAX.format(wanted.tax_type, account.code if account else ""))
    return rate


def quantities(wanted: WantedLine, terms: LineTerms) -> tuple[Decimal | None, Decimal | None]:
    if not has_money(wanted):
        return None, None
    quantity = pence(wanted.quantity, 4) if wanted.quantity is not None else Decimal(1)
    if quantity < 0:
        terms.errors.append("The quantity of a line item cannot be negative.")
    unit = wanted.unit_amount
    if unit is None:
        unit = wanted.line_amount / quantity if wanted.line_amount is not None and quantity else Decimal(0)
    return quantity, pence(unit, terms.decimals)


def line_amount(wanted: WantedLine, quantity: Decimal | None, unit: Decimal | None, terms: LineTerms) -> Decimal:
    if quantity is None or unit is None:
        return Decimal("0.00")
    share = (100 - (wanted.discount_rate or Decimal(0))) / 100
    expected = pence(quantity * unit * share - (wanted.discount_amount or Decimal(0)))
    if wanted.line_amount is not None and wanted.unit_amount is None:
        return pence(wanted.line_amount)
    if wanted.line_amount is not None and pence(wanted.line_amount) != expected:
        terms.errors.append(WRONG_TOTAL.format(wanted.line_amount, expected))
    return expected


def tax_on(amount: Decimal, wanted: WantedLine, rate: TaxRate | None, terms: LineTerms) -> Decimal:
    """Per line, half up. A tax amount that was sent wins, as in Xero."""
    if terms.line_amount_types == "NoTax" or rate is None:
        return Decimal("0.00")
    if wanted.tax_amount is not None:
        return pence(wanted.tax_amount)
    if terms.line_amount_types == "Inclusive":
        return pence(amount * rate.rate / (100 + rate.rate))
    return pence(amount * rate.rate / 100)


def tracking_for(wanted: WantedLine, terms: LineTerms) -> list[TrackingChoice]:
    if len(wanted.tracking) > 2:
        terms.errors.append("A line item can have at most 2 tracking categories.")
    chosen = (tracking_choice(tracking, terms) for tracking in wanted.tracking)
    return [choice for choice in chosen if choice is not None]


def tracking_choice(wanted: WantedTracking, terms: LineTerms) -> TrackingChoice | None:
    """By id or by name. A name that is not there is dropped without a word, an id is refused."""
    category = category_for(wanted, terms.organisation)
    option = option_for(wanted, category) if category else None
    if category is None or option is None:
        if wanted.category_id or wanted.option_id:
            terms.errors.append(f"Tracking option '{wanted.option_id or wanted.option}' could not be found.")
        return None
    if "ARCHIVED" in (category.status, option.status):
        if terms.settings.archived_tracking == "refused":
            terms.errors.append(f"Tracking option '{option.name}' has been archived.")
        return None
    return TrackingChoice(category.category_id, option.option_id, category.name, option.name)


def category_for(wanted: WantedTracking, organisation: Organisation) -> Category | None:
    for category in organisation.categories:
        named = wanted.category_id is None and category.name.lower() == (wanted.category or "").lower()
        if category.category_id == wanted.category_id or named:
            return category
    return None


def option_for(wanted: WantedTracking, category: Category) -> Option | None:
    for option in category.options:
        named = wanted.option_id is None and option.name.lower() == (wanted.option or "").lower()
        if option.option_id == wanted.option_id or named:
            return option
    return None
