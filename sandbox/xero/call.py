"""One authorised call on an organisation's books, and the answer to a call with several elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sandbox.xero.records import Json, Organisation
from sandbox.xero.state import State
from sandbox.xero.wire import Answer, envelope


class Query:
    """A query string whose names may come in any case."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values = {name.lower(): value for name, value in pairs}

    def text(self, name: str) -> str | None:
        return self._values.get(name.lower()) or None

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        return None if value is None else value.strip().lower() == "true"

    def number(self, name: str) -> int | None:
        try:
            return int(self.text(name) or "")
        except ValueError:
            return None

    def many(self, name: str) -> list[str] | None:
        value = self.text(name)
        return None if value is None else [part.strip() for part in value.split(",") if part.strip()]


@dataclass
class Call:
    """One authorised call on the books of one organisation."""

    state: State
    organisation: Organisation
    client_id: str
    method: str
    resource: list[str]
    query: Query
    body: bytes
    modified_since: datetime | None
    at: datetime

    @property
    def key(self) -> str:
        """The last part of the path: an id, a number or a code."""
        return self.resource[-1]

    @property
    def summarises(self) -> bool:
        return self.state.settings.force_summarise or self.query.flag("summarizeErrors") is not False


def batch_answer(call: Call, name: str, saved: list[Json], failed: list[Json | None]) -> Answer:
    """One answer for several elements: each in its place, or, when summarising, the failed ones alone."""
    errors = [element for element in failed if element is not None]
    if errors and call.summarises:
        elements = [{k: v for k, v in element.items() if k != "StatusAttributeString"} for element in errors]
        return Answer(
            400,
            {
                "ErrorNumber": 10,
                "Type": "ValidationException",
                "Message": "A validation exception occurred",
                "Elements": elements,
            },
        )
    good = iter(saved)
    return Answer(200, envelope(call.at, **{name: [bad if bad is not None else next(good) for bad in failed]}))
