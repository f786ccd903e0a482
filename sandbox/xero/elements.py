"""Reads the documents that callers send. What cannot be read at all stops the whole call, as in Xero."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.xero.records import Json
from sandbox.xero.wire import Answer, Refusal, malformed, server_error

MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


class Element:
    """One JSON object, read by property with Xero's complaints about the wrong kind of value."""

    def __init__(self, data: Any, path: str) -> None:
        if not isinstance(data, dict):
            raise unreadable(data, "object", path)
        self.data: Json = data
        self.path = path

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, dict | list):
            raise unreadable(value, "System.String", f"{self.path}.{name}")
        return str(value)

    def words(self, name: str) -> str | None:
        """Text, with the empty text counted as absent."""
        return self.text(name) or None

    def number(self, name: str) -> Decimal | None:
        value = self.data.get(name)
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value)) if not isinstance(value, bool | dict | list) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise unreadable(value, "System.Decimal", f"{self.path}.{name}")
        return number

    def flag(self, name: str) -> bool | None:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in {"true", "false"}:
            return str(value).lower() == "true"
        raise unreadable(value, "System.Boolean", f"{self.path}.{name}")

    def guid(self, name: str) -> str | None:
        value = self.words(name)
        if value is None:
            return None
        try:
            return str(uuid.UUID(value))
        except ValueError as error:
            raise unreadable(value, "System.Guid", f"{self.path}.{name}") from error

    def day(self, name: str) -> date | None:
        value = self.words(name)
        if value is None:
            return None
        stamp = MS_DATE.match(value)
        try:
            if stamp:
                return datetime.fromtimestamp(int(stamp[1]) / 1000, UTC).date()
            return datetime.fromisoformat(value).date()
        except (ValueError, OverflowError, OSError) as error:
            raise unreadable(value, "System.DateTime", f"{self.path}.{name}") from error

    def choice(self, name: str, *options: str) -> str | None:
        value = self.words(name)
        if value is None:
            return None
        for option in options:
            if option.lower() == value.lower():
                return option
        raise unreadable(value, f"Xero.Api.{name}", f"{self.path}.{name}")

    def child(self, name: str) -> Element | None:
        return Element(self.data[name], f"{self.path}.{name}") if self.has(name) else None

    def children(self, name: str) -> list[Element] | None:
        if not self.has(name):
            return None
        items = self.data[name]
        if not isinstance(items, list):
            raise Refusal(server_error())
        return [Element(item, f"{self.path}.{name}[{index}]") for index, item in enumerate(items)]


def unreadable(value: object, kind: str, path: str) -> Refusal:
    shown = value if isinstance(value, str) else json.dumps(value, default=str)
    return malformed(f"Error converting value \"{shown}\" to type '{kind}'. Path '{path}'.")


def read_elements(body: bytes, name: str) -> list[Element]:
    """The elements of a document: wrapped under their name, as a bare list, or one object alone."""
    if len(body) > 10_000_000:
        raise Refusal(Answer(413, "Request Entity Too Large"))
    try:
        document = json.loads(body, parse_float=Decimal)
    except (ValueError, UnicodeDecodeError) as error:
        raise malformed(f"The request body could not be read as JSON: {error}") from error
    return list(numbered(found(document, name), name))


def found(document: Any, name: str) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get(name), list):
        return list(document[name])
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and document and name not in document:
        return [document]
    raise malformed(f"No {name} were found in the request body.")


def numbered(items: list[Any], name: str) -> Iterator[Element]:
    for index, item in enumerate(items):
        yield Element(item, f"{name}[{index}]")
