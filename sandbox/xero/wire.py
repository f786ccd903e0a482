"""The shapes on the wire: dates, numbers, envelopes, errors, and the calls and answers that carry them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from sandbox.xero.records import Json

NOT_FOUND = "The resource you're looking for cannot be found"


@dataclass
class Answer:
    """What goes back: a mapping or list is JSON (or XML), text is plain text."""

    status: int
    payload: Json | list[Json] | str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A call that ends here with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def ms_date(moment: datetime | date) -> str:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    return f"/Date({int(moment.timestamp()) * 1000 + moment.microsecond // 1000}+0000)/"


def date_string(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def without_nulls(payload: Json) -> Json:
    return {name: value for name, value in payload.items() if value is not None}


def envelope(at: datetime, **content: Any) -> Json:
    return {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": "Sandbox",
        "DateTimeUTC": ms_date(at),
        **content,
    }


def problem(status: int, title: str, detail: str) -> Answer:
    """The form in which Xero's front door refuses."""
    payload: Json = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
    return Answer(status, payload)


def unauthorised(detail: str) -> Refusal:
    return Refusal(problem(401, "Unauthorized", detail))


def forbidden() -> Refusal:
    return Refusal(problem(403, "Forbidden", "AuthenticationUnsuccessful"))


def not_found() -> Refusal:
    return Refusal(Answer(404, NOT_FOUND))


def malformed(message: str) -> Refusal:
    return Refusal(Answer(400, {"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": message}))


def bad_query(message: str) -> Refusal:
    return Refusal(Answer(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}))


def server_error() -> Answer:
    return Answer(
        500,
        {
            "Title": "An error occurred",
            "Detail": "An error occurred in Xero. Check the API Status page https://developer.xero.com/status"
            " for current service status.",
            "Status": 500,
            "Instance": str(uuid.uuid4()),
        },
    )


def messages(errors: list[str]) -> list[Json]:
    return [{"Message": error} for error in errors]


def plain(value: object) -> object:
    """Decimals leave as JSON numbers; two decimal places survive a float's shortest form."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def as_json(payload: Json | list[Json]) -> bytes:
    return json.dumps(payload, default=plain, ensure_ascii=False).encode()


def as_xml(payload: Json | list[Json]) -> bytes:
    """What a caller gets who forgot `Accept: application/json`: well-formed, and not what she hoped for."""
    return b'<?xml version="1.0" encoding="utf-8"?>' + f"<Response>{xml_of(payload)}</Response>".encode()


def xml_of(value: object) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml_of(item)}</{name}>" for name, item in value.items())
    if isinstance(value, list):
        return "".join(f"<Element>{xml_of(item)}</Element>" for item in value)
    return escape("" if value is None else str(value))
