"""From bytes to rows: Xero's contacts export in both its layouts, or our own template. Pure."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any

from clients.translation.cells import Problem, read_values

TEMPLATE = (
    "Client ID,Name,Type,Trading name,Company number,Contact name,Email,Phone,Address,VAT number,"
    "Year end day,Year end month,Owner,Group,Tags,Notes\r\n"
)
XERO, OURS = "xero", "template"
SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
MOST_IN_A_CELL = 131_072  # csv's own limit; a longer cell means an open quotation mark
MOST_COLUMNS = 500
MOST_ROWS = 100_000  # more would keep a worker's memory and everybody's queue for themselves


class Unreadable(Exception):
    """The file as a whole cannot be read; str() says why and what to do."""


@dataclass(frozen=True)
class ReadRow:
    """One row of the file: what it says about a client, or why it cannot be used."""

    number: int
    name: str
    values: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    layout: str
    rows: list[ReadRow]


def read_file(content: bytes) -> Sheet:
    """The rows of a file, numbered as a spreadsheet numbers them (the header is row 1). Raises Unreadable."""
    lines = _lines(_text(content))
    header = next(lines, (0, []))[1]
    if len(header) > MOST_COLUMNS:
        raise Unreadable(f"This file has {len(header):,} columns, more than any export. Export the contacts again.")
    columns = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in header]
    layout = _layout(columns, header)
    found = (_row(number, columns, cells, layout) for number, cells in lines if any(cell.strip() for cell in cells))
    rows = list(islice(found, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"This file has more than {MOST_ROWS:,} rows. Split it, and import the parts in turn.")
    if not rows:
        raise Unreadable("This file has a header and no rows. Export the contacts again and choose the new file.")
    return Sheet(layout=layout, rows=rows)


def _text(content: bytes) -> str:
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            raise Unreadable(f"This is {kind}, whatever its name says. Save it as CSV and choose that file.")
    text = _decoded(content)
    if not text.strip():
        raise Unreadable("This file is empty. Export the contacts again and choose the new file.")
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
        raise Unreadable("This file does not hold text. Save it as CSV in UTF-8 and choose that file.")
    return text


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 or Windows-1252: the three in which spreadsheets save CSV."""
    marked = [name for mark, name in MARKS.items() if content.startswith(mark)]
    for encoding in marked or [*_wide(content), "utf-8", "cp1252"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("The letters of this file are in an encoding we do not know. Save it as CSV in UTF-8.")


def _wide(content: bytes) -> list[str]:
    """UTF-16 without its mark: every second byte of plain English is nought."""
    sample = content[:200]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 4:
        return ["utf-16-le"]
    return ["utf-16-be"] if len(sample) > 3 and sample[::2].count(0) > len(sample) // 4 else []


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MOST_IN_A_CELL)
    try:
        yield from enumerate(csv.reader(StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter), start=1)
    except csv.Error as error:
        raise Unreadable("A quotation mark in this file is never closed. Export the contacts again.") from error


def _layout(columns: Sequence[str], header: Sequence[str]) -> str:
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if "contactname" in columns or "name" in columns:
        if twice:
            raise Unreadable(f"The column {header[columns.index(twice[0])]} is there twice. Keep one of them.")
        return OURS if "name" in columns else XERO  # our template has a Contact name too, and means a person by it
    found = ", ".join(name.strip() for name in header[:4] if name.strip())[:120]
    raise Unreadable(
        "There is no column ContactName (as in Xero's export) and none called Name (as in our template). "
        f"The file begins with: {found or 'nothing'}."
    )


def _row(number: int, columns: Sequence[str], cells: Sequence[str], layout: str) -> ReadRow:
    row = dict(zip(columns, cells, strict=False))
    name = row.get("contactname" if layout == XERO else "name", "").strip()[:255]
    if any(cell.strip() for cell in cells[len(columns) :]):
        return ReadRow(number, name, {}, "This row has more cells than the header. Is a quotation mark missing?")
    try:
        return ReadRow(number, name, read_values(row, is_xero=layout == XERO))
    except Problem as problem:
        return ReadRow(number, name, {}, str(problem))
