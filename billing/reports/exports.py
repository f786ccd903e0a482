"""A plan as rows of a file: one per client, or one per line."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from billing.models import BillingPlan, LedgerAccount, PlanLine, PlanRow
from billing.reports.plan_page import Entry

Cell = str | int | Decimal
SUMMARY = (
    "Client",
    "Owner",
    "Xero contact",
    "Change",
    "This month",
    "Last month",
    "Difference",
    "Lines",
    "Lines last month",
)
DETAIL = (
    *("Client", "Proposal", "Service", "Description", "Kind", "Quantity", "Unit price", "Net"),
    *("Account code", "Tracking 1", "Tracking 2", "Why"),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def summary(found: Iterable[Entry]) -> Iterator[tuple[Cell, ...]]:
    """One row per client, as the page shows it."""
    for entry in found:
        yield (
            entry.name,
            entry.owner or "",
            entry.contact,
            PlanRow.Change(entry.change).label,
            entry.amount,
            entry.last_amount,
            entry.difference,
            entry.line_count,
            entry.last_line_count,
        )


def detail(plan: BillingPlan, client_ids: Iterable[int], defaults: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    """One row per line of these clients, with the account code that will be used."""
    wanted = set(client_ids)
    lines = PlanLine.objects.for_practice(plan.practice_id).filter(plan=plan).order_by("row__client_name", "position")
    related = (
        "row",
        "engaged_service__engagement",
        "engaged_service__ledger_account",
        "engaged_service__line_tracking__category",
        "engaged_service__service_tracking__category",
    )
    for line in lines.select_related(*related).iterator(chunk_size=500):
        if line.row.client_id in wanted:
            yield _line(line, defaults)


def _line(line: PlanLine, defaults: dict[str, str]) -> tuple[Cell, ...]:
    service = line.engaged_service
    account: LedgerAccount | None = service.ledger_account
    return (
        line.row.client_name,
        service.engagement.number,
        line.name,
        line.description,
        line.get_kind_display(),
        line.quantity,
        line.unit_price,
        line.amount,
        account.code if account else defaults.get(line.kind, ""),
        str(service.line_tracking or ""),
        str(service.service_tracking or ""),
        line.why,
    )


def escaped(row: Iterable[Cell]) -> list[Cell]:
    """A text that a spreadsheet would take for a formula stays a text; what no workbook can hold is left out."""
    return [_safe(cell) if isinstance(cell, str) else cell for cell in row]


def _safe(text: str) -> str:
    legal = "".join(letter for letter in text if letter >= " " or letter in "\n\t")
    return f"'{legal}" if legal.startswith(DANGEROUS) else legal
