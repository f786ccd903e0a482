"""Imports of clients: read into rows, shown, applied as one batch, undone as one batch.

Each step may be repeated: rows are unique by number, and each state moves by a guarded update.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePath
from typing import Any, Protocol

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from clients.errors import ImportMoved
from clients.models import Client, ClientImport, ClientImportRow, Practice, User
from clients.operations import audit
from clients.operations.batches import planned_batch, undo_batch, write_batch
from clients.operations.clock import Stopwatch
from clients.translation import KnownClient, PlannedRow, Unreadable, plan_rows, read_file

CHUNK = 2_000
Status = ClientImport.Status
COMPARED = (
    "name", "trading_name", "type", "company_number", "contact_name", "email", "phone", "address", "vat_number",
    "year_end_month", "year_end_day", "owner_id", "group", "notes",
)  # fmt: skip


class ImportAct(Protocol):
    """What the import's page asks for: apply or undo."""

    def __call__(self, *, client_import: ClientImport, by: User, at: datetime) -> object: ...


def start_import(*, practice: Practice, file_name: str, content: bytes, by: User, at: datetime) -> ClientImport:
    """Keeps the file and rings for a worker, who reads it into rows. Nothing touches a client yet."""
    if len(content) > settings.UPLOAD_LIMIT:
        raise ValueError("The form refuses files of this size.")
    name = PurePath(file_name).name[:255]
    begun = ClientImport.objects.create(
        practice=practice, file_name=name, content=content, uploaded_by=by, uploaded_at=at, alive_at=at
    )
    _ring("clients.tasks.read_import", begun)
    return begun


def _ring(task: str, client_import: ClientImport) -> None:
    """By name, since tasks stand above operations; the sweeper rings again if nobody came."""
    key = client_import.pk
    transaction.on_commit(lambda: current_app.send_task(task, [key]), robust=True)


def read_import(*, client_import: ClientImport, at: datetime) -> bool:
    """Reads the file into rows that say what each will do. False when that was done before."""
    watch = Stopwatch(at)
    if not _move(client_import, Status.READING, alive_at=at):
        return False
    try:
        sheet = read_file(bytes(client_import.content))
    except Unreadable as problem:
        return _move(client_import, Status.READING, status=Status.UNREADABLE, problem=str(problem)[:500])
    _move(client_import, Status.READING, layout=sheet.layout, rows_total=len(sheet.rows), rows_done=0)
    planned = iter(plan_rows(sheet.rows, known_clients(client_import.practice), owners_of(client_import.practice)))
    done = 0
    while chunk := list(islice(planned, CHUNK)):
        rows = [_row(client_import, each) for each in chunk]
        ClientImportRow.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        done += len(rows)
        _move(client_import, Status.READING, rows_done=done, alive_at=watch.now())
    return _move(client_import, Status.READING, status=Status.READY)


def _move(client_import: ClientImport, old: str, **changes: Any) -> bool:
    """Changes the import where its state is still the old one."""
    row = ClientImport.objects.for_practice(client_import.practice_id).filter(pk=client_import.pk, status=old)
    return bool(row.update(**changes))


def _row(client_import: ClientImport, planned: PlannedRow) -> ClientImportRow:
    return ClientImportRow(
        practice_id=client_import.practice_id,
        client_import=client_import,
        number=planned.number,
        outcome=planned.outcome,
        reason=planned.reason,
        name=planned.name,
        values=planned.values,
        before=planned.before,
        client_id=planned.client_id,
    )


def known_clients(practice: Practice) -> Iterator[KnownClient]:
    """Every client of the practice with what a file could change."""
    through = Client.tags.through._default_manager.filter(client__practice=practice).values_list(
        "client_id", "clienttag__name"
    )
    tags: dict[int, set[str]] = {}
    for client_id, name in through:
        tags.setdefault(client_id, set()).add(name)
    for pk, *values in practice.clients.order_by("pk").values_list("pk", *COMPARED).iterator(chunk_size=CHUNK):
        yield KnownClient(pk, dict(zip(COMPARED, values, strict=True)), frozenset(tags.get(pk, ())))


def owners_of(practice: Practice) -> dict[str, int]:
    """The team by name in lower case; two people of one name cannot be told apart, so neither is there."""
    team = list(practice.memberships.current().values_list("name", "pk"))
    names = [name.lower() for name, _ in team]
    return {name.lower(): pk for name, pk in team if names.count(name.lower()) == 1}


def apply_import(*, client_import: ClientImport, by: User, at: datetime) -> ClientImport:
    """Rings for a worker who does what the dry run says. Raises ImportMoved unless it is ready."""
    with transaction.atomic():
        if not _move(client_import, Status.READY, status=Status.APPLYING, applied_by=by, alive_at=at):
            raise ImportMoved
        _ring("clients.tasks.write_import", client_import)
    client_import.refresh_from_db(fields=["status", "applied_by"])
    return client_import


def write_import(*, client_import: ClientImport, at: datetime) -> bool:
    """Writes the batch in one transaction: all of it or nothing. False when another worker did.

    The rows are compared once more with the clients as they are now, so that what changed since the dry run counts.
    That is done before the transaction begins: SQLite has one writer, and 50,000 rows take their time.
    """
    _move(client_import, Status.APPLYING, alive_at=at)
    practice = client_import.practice
    batch = planned_batch(client_import, known_clients(practice), owners_of(practice))
    with transaction.atomic():
        if not _move(client_import, Status.APPLYING, status=Status.APPLIED, applied_at=at):
            return False
        write_batch(client_import, batch, at=at)
        outcomes = Counter(str(each.outcome) for each in batch.planned)
        audit.record(
            practice=practice,
            action="import.applied",
            by=client_import.applied_by,
            at=at,
            subject=client_import,
            facts={"new": outcomes["new"], "changed": outcomes["changed"]},
        )
    return True


def undo_import(*, client_import: ClientImport, by: User, at: datetime) -> ClientImport:
    """Takes the batch back: clients it made go, values it changed return. Raises ImportMoved unless it was applied.

    What has been used or changed since stays, and the import says so.
    """
    with transaction.atomic():
        if not _move(client_import, Status.APPLIED, status=Status.UNDONE, undone_at=at):
            raise ImportMoved
        kept = undo_batch(client_import, by=by, at=at)
        _move(client_import, Status.UNDONE, problem=kept)
        practice, facts = client_import.practice_id, {"kept": kept}
        audit.record(practice=practice, action="import.undone", by=by, at=at, subject=client_import, facts=facts)
    client_import.refresh_from_db(fields=["status", "problem", "undone_at"])
    return client_import


def stalled_imports(*, at: datetime) -> tuple[list[int], list[int]]:
    """Imports at which no worker was seen for a minute or more: (to read, to write)."""
    busy = ClientImport.objects.across_practices().filter(Q(status=Status.READING) | Q(status=Status.APPLYING))
    old = busy.filter(alive_at__lte=at - timedelta(minutes=1)).values_list("pk", "status")
    found = list(old)
    return [pk for pk, status in found if status == Status.READING], [
        pk for pk, status in found if status == Status.APPLYING
    ]
