"""A plan as a file: CSV streamed, or a workbook."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from billing.models import PlanLine
from billing.reports import exports, plan_page
from billing.reports.exports import Cell
from billing.views.plan_state import PlanState, plan_or_404, wanted_from
from clients.access import Action, PracticeRequest, practice_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Echo:
    """A file that hands back what is written to it, so that rows stream."""

    def write(self, value: str) -> str:
        return value


@practice_page(Action.BILLING)
@require_safe
def plan_export(request: PracticeRequest, month: date) -> HttpResponseBase:
    """The rows of the page, with the same filters: one per client, or with `detail` one per line."""
    state = plan_or_404(request.practice, month, timezone.now())
    found = plan_page.shown(state.entries, wanted_from(request))
    is_detail = request.GET.get("detail") == "1"
    header: Sequence[str] = exports.DETAIL if is_detail else exports.SUMMARY
    rows: Iterable[Sequence[Cell]] = exports.summary(found)
    if is_detail:
        rows = exports.detail(state.plan, [entry.client_id for entry in found], _default_codes(state))
    name = f"billing-plan-{month:%Y-%m}-{'detail' if is_detail else 'summary'}"
    return as_xlsx(name, header, rows) if request.GET.get("as") == "xlsx" else as_csv(name, header, rows)


def _default_codes(state: PlanState) -> dict[str, str]:
    recurring, one_off = state.settings.recurring_account, state.settings.one_off_account
    code = recurring.code if recurring else ""
    return {
        PlanLine.Kind.RECURRING: code,
        PlanLine.Kind.ALIGNMENT: code,
        PlanLine.Kind.ONE_OFF: one_off.code if one_off else "",
    }


def as_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Streamed; begins with a byte order mark, so that Excel reads £ and ŷ."""
    writer = csv.writer(Echo())

    def lines() -> Iterator[Any]:
        yield "\ufeff"
        yield writer.writerow(header)
        for row in rows:
            yield writer.writerow(exports.escaped(row))

    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=disposition)


def as_xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> FileResponse:
    """A workbook written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(list(header))
    for row in rows:
        sheet.append(exports.escaped(row))
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
