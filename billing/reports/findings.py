"""What billing itself sees in a plan before it is approved: lines without an account, tracking that is dropped."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from billing.models import BillingPlan, BillingSettings, LedgerAccount, PlanLine

FIELDS = (
    "row__client_id",
    "row__client_name",
    "name",
    "kind",
    "engaged_service__ledger_account__code",
    "engaged_service__ledger_account__is_archived",
    "engaged_service__ledger_account__is_missing",
    "engaged_service__line_tracking_id",
    "engaged_service__line_tracking__category_id",
    "engaged_service__line_tracking__category__name",
    "engaged_service__service_tracking_id",
    "engaged_service__service_tracking__category_id",
    "row__client__billing__tracking_option_id",
    "row__client__billing__tracking_option__category_id",
    "row__client__billing__tracking_option__category__name",
    "row__client__owner__tracking__option_id",
    "row__client__owner__tracking__option__category_id",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing billing itself sees in a plan; held when the clients' rows cannot be sent."""

    code: str
    is_held: bool
    title: str
    sentence: str
    client_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What decides a line's account and tracking, read in one query for the whole plan."""

    client_id: int
    client_name: str
    name: str
    kind: str
    account_code: str | None
    is_account_archived: bool | None
    is_account_missing: bool | None
    line_option: int | None
    line_category: int | None
    line_category_name: str | None
    service_option: int | None
    service_category: int | None
    client_option: int | None
    client_category: int | None
    client_category_name: str | None
    owner_option: int | None
    owner_category: int | None

    @property
    def first_category_name(self) -> str:
        return (self.line_category_name if self.line_option else self.client_category_name) or ""

    @property
    def options(self) -> list[int]:
        """The tracking options that the invoice line will carry."""
        first = self.line_option or self.client_option
        second = None if self.is_tracking_dropped else self.service_option or self.owner_option
        return [option for option in (first, second) if option]

    @property
    def is_tracking_dropped(self) -> bool:
        """Both slots would come from one category with different options; the second is left out."""
        first = (
            (self.line_option, self.line_category) if self.line_option else (self.client_option, self.client_category)
        )
        second = (
            (self.service_option, self.service_category)
            if self.service_option
            else (self.owner_option, self.owner_category)
        )
        return first[1] is not None and first[1] == second[1] and first[0] != second[0]


def plan_lines(plan: BillingPlan) -> list[LineFacts]:
    """The facts of every line of the plan, in one query."""
    lines = PlanLine.objects.for_practice(plan.practice_id).filter(plan=plan).order_by()
    return [LineFacts(*row) for row in lines.values_list(*FIELDS)]


def own_findings(lines: Sequence[LineFacts], settings: BillingSettings) -> list[Problem]:
    """Lines that cannot be sent for want of an account, lines on an unusable one, and dropped tracking."""
    no_default = {
        PlanLine.Kind.RECURRING: not _usable(settings.recurring_account),
        PlanLine.Kind.ALIGNMENT: not _usable(settings.recurring_account),
        PlanLine.Kind.ONE_OFF: not _usable(settings.one_off_account),
    }
    without = [line for line in lines if not line.account_code and no_default[PlanLine.Kind(line.kind)]]
    unusable = [line for line in lines if line.account_code and (line.is_account_archived or line.is_account_missing)]
    dropped = [line for line in lines if line.is_tracking_dropped]
    makers: Sequence[tuple[Sequence[LineFacts], Callable[[Sequence[LineFacts]], Problem]]] = (
        (without, _account_missing),
        (unusable, _account_unusable),
        (dropped, _tracking_dropped),
    )
    return [make(found) for found, make in makers if found]


def invoice_counts(lines: Sequence[LineFacts], settings: BillingSettings) -> dict[int, int]:
    """How many invoices each client will get: one, or two where alignment fees have an invoice of their own."""
    has_own = settings.alignment == BillingSettings.Alignment.OWN_INVOICE
    groups = {(line.client_id, has_own and line.kind == PlanLine.Kind.ALIGNMENT) for line in lines}
    return dict(Counter(client_id for client_id, _ in groups))


def _usable(account: LedgerAccount | None) -> bool:
    return account is not None and account.is_usable


def _account_missing(lines: Sequence[LineFacts]) -> Problem:
    return Problem(
        code="ACCOUNT_MISSING",
        is_held=True,
        title=f"{_count(len(lines), 'line has', 'lines have')} no account code",
        sentence=f"{names(lines)}. Choose a default account, or one for the service.",
        client_ids=frozenset(line.client_id for line in lines),
    )


def _account_unusable(lines: Sequence[LineFacts]) -> Problem:
    codes = sorted({line.account_code or "" for line in lines})
    plural = "Account code {} is" if len(codes) == 1 else "Account codes {} are"
    return Problem(
        code="ACCOUNT_INVALID",
        is_held=True,
        title=f"{plural.format(', '.join(codes))} archived in Xero",
        sentence=f"{names(lines)}. Choose another code, or restore it in Xero.",
        client_ids=frozenset(line.client_id for line in lines),
    )


def _tracking_dropped(lines: Sequence[LineFacts]) -> Problem:
    first = lines[0]
    others = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return Problem(
        code="TRACKING_DROPPED",
        is_held=False,
        title=f"{_count(len(lines), 'line drops', 'lines drop')} a tracking category",
        sentence=f"{first.client_name}: {first.first_category_name} twice{others}",
        client_ids=frozenset(line.client_id for line in lines),
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def names(lines: Iterable[LineFacts]) -> str:
    """Up to three clients by name."""
    names = sorted({line.client_name for line in lines})
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
