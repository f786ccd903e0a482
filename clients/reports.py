"""Exports of clients and of the audit log: rows that no spreadsheet can mistake for formulas, lines that verify."""

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO
from typing import Any

from django.db.models import QuerySet
from openpyxl import Workbook

from clients.models import Client
from clients.records import Entry, Head, canonical, safe_cell

COLUMNS = (
    "Client ID", "Name", "Type", "Trading name", "Company number", "Contact name", "Email", "Phone", "Address",
    "VAT number", "Year end day", "Year end month", "Owner", "Group", "Tags", "Status", "Last billable month", "Notes",
)  # fmt: skip


def exported(clients: QuerySet[Client]) -> Iterator[list[str]]:
    """A header and one row per client, read in chunks."""
    yield list(COLUMNS)
    found = clients.select_related("owner").prefetch_related("tags")
    for client in found.iterator(chunk_size=1000):
        yield [safe_cell(value) for value in _values(client)]


def _values(client: Client) -> list[Any]:
    month = client.last_billable_month
    return [
        client.pk,
        client.name,
        client.get_type_display(),
        client.trading_name,
        client.company_number,
        client.contact_name,
        client.email,
        client.phone,
        client.address,
        client.vat_number,
        client.year_end_day,
        client.year_end_month,
        client.owner.name if client.owner else "",
        client.group,
        ", ".join(tag.name for tag in client.tags.all()),
        client.status_label,
        f"{month:%Y-%m}" if month else "",
        client.notes,
    ]


def csv_lines(rows: Iterable[list[str]]) -> Iterator[str]:
    """CSV as Excel reads it (with a byte order mark), a line at a time."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def workbook(rows: Iterable[list[str]]) -> BytesIO:
    """The same as an Excel workbook of texts, ready to be read from its beginning."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Clients")
    for row in rows:
        sheet.append([_legal(cell) for cell in row])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _legal(text: str) -> str:
    """Control characters cannot stand in a workbook."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


AUDIT_COLUMNS = (
    "seq", "at", "actor", "actor_name", "action", "subject_type", "subject_id", "subject", "facts", "practice",
    "prev_hash", "hash",
)  # fmt: skip


def audit_rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    """A header and one row per entry of the audit log; facts as JSON."""
    yield list(AUDIT_COLUMNS)
    for entry in entries:
        told = {**entry, "facts": canonical(entry["facts"])}
        yield [safe_cell(told[column]) for column in AUDIT_COLUMNS]


def audit_lines(entries: Iterable[Entry], head: Head) -> Iterator[str]:
    """JSON Lines: each entry in its canonical form, and at last where the log ends."""
    for entry in entries:
        yield f"{canonical(entry)}\n"
    yield f"{canonical({'entries': head.seq, 'head': head.hash})}\n"
