"""Very many rows, written by the database itself."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s) SELECT n FROM series"


def copies(row: models.Model, source: str, params: Sequence[Any], **different: str) -> None:
    """One more row like this one for each row of `source`; `different` says in SQL what a column holds in it, the key
    too where the database does not give it."""
    table, key = row._meta.db_table, row._meta.pk
    assert key is not None
    names = [field.column for field in row._meta.concrete_fields if field.column != key.column or key.remote_field]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(different.get(name, f'row_like."{name}"') for name in names)
    rows = f'({source}) AS source, "{table}" AS row_like'
    sql = f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM {rows} WHERE row_like."{key.column}" = %s'  # noqa: S608  # names of our own columns
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, row.pk])


def another_uuid() -> str:
    """SQL for a different UUID in each row."""
    return "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"


def look_again(*tables: type[models.Model]) -> None:
    """Let the database count what it has now, as it does by itself when much has changed."""
    _each("ANALYZE", tables)


def tidy_up(*tables: type[models.Model]) -> None:
    """Of rows that were just made: let PostgreSQL do now what it would begin to do while something is measured."""
    _each("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE", tables)


def _each(act: str, tables: Sequence[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'{act} "{table._meta.db_table}"')
