"""What each row will do to the clients there are: new, changed, unchanged or rejected with a reason. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.models import ClientImportRow
from clients.records import name_key
from clients.translation.files import ReadRow

Outcome = ClientImportRow.Outcome
NOT_COMPARED = ("id", "owner_name", "likely_type", "tags")


@dataclass(frozen=True)
class KnownClient:
    """A client that exists, with the values a file could change and its tags."""

    pk: int
    values: Mapping[str, Any]
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlannedRow:
    """A row and what it will do. `before` holds what would be overwritten."""

    number: int
    name: str
    outcome: str
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None


@dataclass
class _Entry:
    """Something a row can turn out to be: a known client, or a client that an earlier row will create."""

    email: str
    company_number: str
    known: KnownClient | None = None
    taken_by: int = 0


class _Index:
    """Finds entries by our id, company number, or name and e-mail."""

    def __init__(self, known: Iterable[KnownClient]) -> None:
        self.by_id: dict[int, _Entry] = {}
        self.by_number: dict[str, _Entry] = {}
        self.by_name: dict[str, list[_Entry]] = defaultdict(list)
        for client in known:
            entry = self.add(client.values, client)
            self.by_id[client.pk] = entry

    def add(self, values: Mapping[str, Any], known: KnownClient | None = None) -> _Entry:
        entry = _Entry(str(values.get("email", "")), str(values.get("company_number", "")), known)
        self.by_name[name_key(str(values["name"]))].append(entry)
        if entry.company_number:
            self.by_number[entry.company_number] = entry
        return entry

    def find(self, values: Mapping[str, Any]) -> list[_Entry]:
        """Nothing: a new client. One: this one. Several: nobody can tell which."""
        number = str(values.get("company_number", ""))
        if number in self.by_number:
            return [self.by_number[number]]
        email = str(values.get("email", ""))
        same_name = [
            entry
            for entry in self.by_name.get(name_key(str(values["name"])), ())
            if not (number and entry.company_number)
        ]
        exact = [entry for entry in same_name if entry.email == email]
        return exact or [entry for entry in same_name if not email or not entry.email]


def plan_rows(rows: Iterable[ReadRow], known: Iterable[KnownClient], owners: Mapping[str, int]) -> Iterable[PlannedRow]:
    """One plan per row, in the file's order. `owners` are the people of the team by name in lower case."""
    index = _Index(known)
    for row in rows:
        yield _planned(row, index, owners)


def _planned(row: ReadRow, index: _Index, owners: Mapping[str, int]) -> PlannedRow:
    problem = row.problem or _owner_problem(row, owners)
    if problem:
        return _rejected(row, problem)
    entry, problem = _entry_for(row.values, index)
    if problem:
        return _rejected(row, problem)
    values = _with_owner(row.values, owners)
    if entry is None:
        index.add(values).taken_by = row.number
        return PlannedRow(row.number, row.name, Outcome.NEW, values=values)
    if entry.taken_by:
        return _rejected(row, f"This is the client of row {entry.taken_by} again. The first one is used.")
    entry.taken_by = row.number
    return _compared(row, values, entry.known) if entry.known else _rejected(row, "Twice in this file.")


def _rejected(row: ReadRow, reason: str) -> PlannedRow:
    return PlannedRow(row.number, row.name, Outcome.REJECTED, reason=reason[:500], values=row.values)


def _owner_problem(row: ReadRow, owners: Mapping[str, int]) -> str:
    name = str(row.values.get("owner_name", ""))
    if not name or name.lower() in owners:
        return ""
    return f"Nobody on the team is called {name[:80]}. Add the person under Settings, Team, or leave the cell empty."


def _with_owner(values: dict[str, Any], owners: Mapping[str, int]) -> dict[str, Any]:
    name = str(values.get("owner_name", ""))
    return values | {"owner_id": owners[name.lower()]} if name else values


def _entry_for(values: Mapping[str, Any], index: _Index) -> tuple[_Entry | None, str]:
    """The entry that the row means, or why that cannot be said."""
    found = index.find(values)
    if key := values.get("id"):
        mine = index.by_id.get(int(key))
        if mine is None:
            return None, f"No client has the Client ID {key}. Leave the cell empty to add a new client."
        number = str(values.get("company_number", ""))
        if number and index.by_number.get(number, mine) is not mine:
            return None, f"Company number {number} belongs to another client than Client ID {key}."
        return mine, ""
    if len(found) > 1:
        return None, f"{len(found)} clients have this name. Give the company number or our Client ID to say which."
    return (found[0] if found else None), ""


def _compared(row: ReadRow, values: dict[str, Any], known: KnownClient) -> PlannedRow:
    """Only what the file says and the client does not say yet. A type that was guessed never overwrites one."""
    told = {name: value for name, value in values.items() if name not in NOT_COMPARED}
    changed = {name: value for name, value in told.items() if known.values.get(name) != value}
    tags = sorted(set(values.get("tags", ())) - known.tags)
    new_values = changed | ({"tags": tags} if tags else {})
    if not new_values:
        return PlannedRow(row.number, row.name, Outcome.UNCHANGED, values=values, client_id=known.pk)
    before = {name: known.values.get(name) for name in changed} | ({"tags": tags} if tags else {})
    words = "Changes " + ", ".join(name.replace("_id", "").replace("_", " ") for name in new_values)
    return PlannedRow(row.number, row.name, Outcome.CHANGED, words, values, before, known.pk)
