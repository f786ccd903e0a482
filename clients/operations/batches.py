"""What an import does to clients: write the batch, take it back. Both inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from clients.models import Client, ClientEvent, ClientImport, ClientImportRow, ClientTag, User
from clients.records import name_key
from clients.translation import KnownClient, PlannedRow, ReadRow, plan_rows

Outcome = ClientImportRow.Outcome
BATCH = 500
NOT_STORED = ("id", "owner_name", "likely_type", "tags")


@dataclass(frozen=True)
class Batch:
    """The rows of an import with what each will do now."""

    rows: list[ClientImportRow]
    planned: list[PlannedRow]


def planned_batch(client_import: ClientImport, known: Iterable[KnownClient], owners: Mapping[str, int]) -> Batch:
    """The usable rows, compared once more with the clients as they are now."""
    rows = list(client_import.rows.exclude(outcome=Outcome.REJECTED))
    again = (ReadRow(row.number, row.name, row.values) for row in rows)
    return Batch(rows, list(plan_rows(again, known, owners)))


def write_batch(client_import: ClientImport, batch: Batch, *, at: datetime) -> None:
    """Creates and changes clients as the rows say."""
    rows, planned = batch.rows, batch.planned
    new = [each for each in planned if each.outcome == Outcome.NEW]
    changed = [each for each in planned if each.outcome == Outcome.CHANGED]
    made = _create(client_import, new, at)
    _change(client_import, changed, at)
    keys = made | {each.number: each.client_id for each in planned if each.client_id}
    _tag(client_import, [(keys[each.number], each) for each in (*new, *changed)])
    _tell(client_import, made.values(), [each.client_id for each in changed], at)
    _remember(rows, {each.number: each for each in planned}, keys)


def _create(client_import: ClientImport, planned: Sequence[PlannedRow], at: datetime) -> dict[int, Any]:
    """Client ids by row number."""
    clients = [_new_client(client_import.practice_id, each.values, at) for each in planned]
    Client.objects.bulk_create(clients, batch_size=BATCH)
    return {each.number: client.pk for each, client in zip(planned, clients, strict=True)}


def _new_client(practice_id: int, values: Mapping[str, Any], at: datetime) -> Client:
    stored = {name: value for name, value in values.items() if name not in NOT_STORED}
    stored.setdefault("type", values.get("likely_type", Client.Type.LIMITED_COMPANY))
    return Client(practice_id=practice_id, name_key=name_key(stored["name"]), created_at=at, **stored)


def _change(client_import: ClientImport, planned: Sequence[PlannedRow], at: datetime) -> None:
    new_values = {
        each.client_id: {name: each.values[name] for name in each.before if name != "tags"} for each in planned
    }
    _overwrite(client_import.practice_id, new_values, at)


def _overwrite(practice_id: int, new_values: Mapping[Any, Mapping[str, Any]], at: datetime) -> None:
    """Sets values of many clients, by client id."""
    fields = sorted({name for values in new_values.values() for name in values})
    if not fields:
        return
    clients = Client.objects.for_practice(practice_id).in_bulk([key for key, values in new_values.items() if values])
    for key, client in clients.items():
        for name, value in new_values[key].items():
            setattr(client, name, value)
        client.name_key, client.updated_at = name_key(client.name), at
    Client.objects.for_practice(practice_id).bulk_update(
        clients.values(), [*fields, "name_key", "updated_at"], batch_size=BATCH
    )


def _tag(client_import: ClientImport, planned: Iterable[tuple[Any, PlannedRow]]) -> None:
    pairs = [(key, name) for key, each in planned for name in each.values.get("tags", ())]
    if not pairs:
        return
    practice = client_import.practice
    names = sorted({name for _, name in pairs})
    tags = [ClientTag(practice=practice, name=name) for name in names]
    ClientTag.objects.bulk_create(tags, ignore_conflicts=True, batch_size=BATCH)
    keys = dict(ClientTag.objects.for_practice(practice).values_list("name", "pk"))
    through = Client.tags.through
    links = [through(client_id=key, clienttag_id=keys[name]) for key, name in pairs]
    through._default_manager.bulk_create(links, ignore_conflicts=True, batch_size=BATCH)


def _tell(client_import: ClientImport, made: Iterable[int], changed: Iterable[int | None], at: datetime) -> None:
    said = [(key, f"Imported from {client_import.file_name}") for key in made]
    said += [(key, f"Changed by the import of {client_import.file_name}") for key in changed if key]
    ClientEvent.objects.bulk_create(
        [
            ClientEvent(
                practice_id=client_import.practice_id,
                client_id=key,
                text=text[:500],
                by_id=client_import.applied_by_id,
                at=at,
            )
            for key, text in said
        ],
        batch_size=BATCH,
    )


def _remember(rows: Sequence[ClientImportRow], planned: Mapping[int, PlannedRow], keys: Mapping[int, Any]) -> None:
    """What each row really did, for the page and for the undo, where that is not written yet."""
    done = [_done(row, planned[row.number], keys.get(row.number)) for row in rows]
    ClientImportRow.objects.bulk_create(
        [row for row, before in zip(done, rows, strict=True) if _said(row) != _said(before)],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["client_import", "number"],
        update_fields=["outcome", "reason", "before", "client"],
    )


def _done(row: ClientImportRow, planned: PlannedRow, client_id: Any) -> ClientImportRow:
    """The row as it should read; what the update leaves alone is left out."""
    return ClientImportRow(
        practice_id=row.practice_id,
        client_import_id=row.client_import_id,
        number=row.number,
        outcome=planned.outcome,
        reason=planned.reason,
        before=planned.before,
        client_id=client_id,
    )


def _said(row: ClientImportRow) -> tuple[object, ...]:
    return row.outcome, row.reason, row.before, row.client_id


def undo_batch(client_import: ClientImport, *, by: User, at: datetime) -> str:
    """Deletes what the import made and nothing uses, restores what it changed and nobody changed since.

    A sentence about what had to stay, or nothing.
    """
    rows = client_import.rows.exclude(client=None)
    made = list(rows.filter(outcome=Outcome.NEW).values_list("client_id", flat=True))
    used = _delete_unused(client_import.practice_id, made)
    restored = _restore(client_import, list(rows.filter(outcome=Outcome.CHANGED)), at)
    _tell_of_undo(client_import, restored, by, at)
    if not used:
        return ""
    return f"{len(used):,} of the new clients stay, because proposals, invoices or links name them. Close them instead."


def _delete_unused(practice_id: int, keys: Sequence[int]) -> set[int]:
    """Deletes these clients except those that other rows need; the ids of those."""
    used: set[int] = set()
    for start in range(0, len(keys), BATCH):
        used |= _delete_some(practice_id, set(keys[start : start + BATCH]))
    return used


def _delete_some(practice_id: int, keys: set[int]) -> set[int]:
    used: set[int] = set()
    while True:
        try:
            with transaction.atomic():
                Client.objects.for_practice(practice_id).filter(pk__in=keys - used).delete()
        except ProtectedError as error:
            named = _clients_named_by(error.protected_objects) & keys
            if not named - used:
                raise
            used |= named
        else:
            return used


def _clients_named_by(objects: Iterable[Any]) -> set[int]:
    """The clients that these rows of other apps point at."""
    return {
        getattr(each, field.attname)
        for each in objects
        for field in each._meta.concrete_fields
        if field.related_model is Client
    }


def _restore(client_import: ClientImport, rows: Sequence[ClientImportRow], at: datetime) -> list[int]:
    """Only values that still are what the import made them. The ids of the clients that got theirs back."""
    keys = [row.client_id for row in rows if row.client_id]
    clients = Client.objects.for_practice(client_import.practice_id).in_bulk(keys)
    old_values: dict[int, dict[str, Any]] = {}
    for row in rows:
        client = clients.get(row.client_id or 0)
        if client is None:
            continue
        told = {name: value for name, value in row.before.items() if name != "tags"}
        old_values[client.pk] = {
            name: value for name, value in told.items() if getattr(client, name) == row.values[name]
        }
        if "tags" in row.before:
            client.tags.remove(*client.tags.filter(name__in=row.before["tags"]))
    _overwrite(client_import.practice_id, old_values, at)
    return list(old_values)


def _tell_of_undo(client_import: ClientImport, keys: Iterable[int], by: User, at: datetime) -> None:
    text = f"The import of {client_import.file_name} was undone"[:500]
    events = [
        ClientEvent(practice_id=client_import.practice_id, client_id=key, text=text, by=by, at=at) for key in keys
    ]
    ClientEvent.objects.bulk_create(events, batch_size=BATCH)
