"""Reads `where`, `order`, paging and If-Modified-Since, as far as this API's callers use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sandbox.xero.call import Call
from sandbox.xero.records import Json
from sandbox.xero.wire import bad_query

Row = TypeVar("Row")
Fields = dict[str, Callable[[Any], Any]]

COMPARISON = re.compile(
    r"^(?P<field>[A-Za-z.]+?)\s*(?P<op>==|!=|<>|>=|<=|=|>|<)\s*(?P<value>.+)$|"
    r"^(?P<text>[A-Za-z.]+?)(?:\.ToLower\(\))?\.(?P<verb>Contains|StartsWith|EndsWith)\(\"(?P<part>.*)\"\)$",
    re.IGNORECASE,
)
GUID = re.compile(r"^Guid\(\"([0-9a-fA-F-]{36})\"\)$", re.IGNORECASE)
MOMENT = re.compile(r"^DateTime\((\d+),\s*(\d+),\s*(\d+)(?:,[\d,\s]+)?\)$", re.IGNORECASE)
VERBS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}


def outside_quotes(text: str, pattern: str) -> list[str]:
    """Split where the pattern stands outside quoted words."""
    parts, last = [], 0
    for found in re.finditer(rf"\"[^\"]*\"|{pattern}", text, re.IGNORECASE):
        if not found[0].startswith('"'):
            parts.append(text[last : found.start()])
            last = found.end()
    return [part.strip() for part in [*parts, text[last:]]]


def where(clause: str | None, rows: Sequence[Row], fields: Fields) -> list[Row]:
    if not clause:
        return list(rows)
    ways = [
        [comparison(part.strip("() ") if part.count("(") != part.count(")") else bare(part), fields) for part in parts]
        for parts in (outside_quotes(way, r"\s+AND\s+|&&") for way in outside_quotes(clause, r"\s+OR\s+|\|\|"))
    ]
    return [row for row in rows if any(all(test(row) for test in tests) for tests in ways)]


def bare(part: str) -> str:
    return part[1:-1].strip() if part.startswith("(") and part.endswith(")") else part


def comparison(part: str, fields: Fields) -> Callable[[Any], bool]:
    found = COMPARISON.match(part)
    name = (found["field"] or found["text"] or "").lower() if found else ""
    read = fields.get(name)
    if found is None or read is None:
        raise bad_query(f"The where clause could not be understood near '{part}'.")
    if found["verb"]:
        verb, wanted = VERBS[found["verb"].lower()], found["part"].lower()
        return lambda row: verb(str(read(row) or "").lower(), wanted)
    value = literal(found["value"].strip())
    return lambda row: compared(read(row), found["op"], value)


def literal(text: str) -> Any:
    guid, moment = GUID.match(text), MOMENT.match(text)
    if guid:
        return guid[1].lower()
    if moment:
        return date(int(moment[1]), int(moment[2]), int(moment[3]))
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1].lower()
    if text.lower() in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[text.lower()]
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise bad_query(f"The value {text} could not be understood.") from error


def compared(found: Any, op: str, wanted: Any) -> bool:
    found = found.lower() if isinstance(found, str) else found
    if op in {"=", "=="}:
        return bool(found == wanted)
    if op in {"!=", "<>"}:
        return bool(found != wanted)
    if found is None or type(found) is not type(wanted):
        return False
    return bool({">": found > wanted, "<": found < wanted, ">=": found >= wanted, "<=": found <= wanted}[op])


def ordered(clause: str | None, rows: list[Row], fields: Fields) -> list[Row]:
    """Without an order Xero sorts by the time of the last change, then by id."""
    for term in reversed((clause or "UpdatedDateUTC ASC, ID ASC").split(",")):
        name, _, direction = term.strip().partition(" ")
        read = fields.get(name.lower())
        if read is None:
            raise bad_query(f"There is nothing to order by called '{name}'.")
        rows = sorted(rows, key=sorting_by(read), reverse=direction.strip().upper().startswith("DESC"))
    return rows


def sorting_by(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def key(row: Any) -> Any:
        value = read(row)
        return (value is not None, value.lower() if isinstance(value, str) else value if value is not None else 0)

    return key


def changed_since(call: Call, updated_at: datetime) -> bool:
    """To the second, as Xero compares."""
    since = call.modified_since
    return since is None or updated_at.replace(microsecond=0) >= since.replace(microsecond=0)


def is_paged(call: Call) -> bool:
    return call.query.text("page") is not None or call.query.text("pageSize") is not None


def page_of(call: Call, rows: list[Row]) -> tuple[list[Row], Json]:
    """One page and what is told about it. Sizes out of range are corrected, not refused."""
    page = max(1, call.query.number("page") or 1)
    size = min(1000, max(1, call.query.number("pageSize") or 100))
    told = {"page": page, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
    return rows[(page - 1) * size : page * size], {"pagination": told}
