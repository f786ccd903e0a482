"""One UPDATE that gives every row a value of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Expression, Field, JSONField, Model
from django.db.models.sql.compiler import SQLCompiler


class Each(Expression):
    """For each row the value that stands under its primary key; NULL for a row without one.

    The same SQL as Django's own `bulk_update`, written at once: Django builds and resolves several expressions for
    each row and field, which costs twenty times as much as the statement itself.
    """

    def __init__(self, values: Mapping[Any, Any], field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.values = values

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        field = self.output_field
        key = field.model._meta.pk
        name = connection.ops.quote_name
        pairs = "WHEN %s THEN %s " * len(self.values)
        cases = f"CASE {name(field.model._meta.db_table)}.{name(str(key.column))} {pairs}END"
        if connection.features.requires_casted_case_in_updates:
            # Cast to its own length a text would be cut in silence; as any text the column refuses what is too long.
            is_text = isinstance(field, CharField)
            cases = f"CAST({cases} AS {'text' if is_text else field.db_type(connection)})"
        params = (
            (key.get_db_prep_value(pk, connection), field.get_db_prep_save(value, connection))
            for pk, value in self.values.items()
        )
        return cases, tuple(part for pair in params for part in pair)


def values_of(rows: Sequence[Model], names: Sequence[str]) -> dict[str, Any]:
    """What an UPDATE of these rows sets: a field's value where all agree, else each row's own."""
    found: dict[str, Any] = {}
    for name in names:
        field: Field[Any, Any] = rows[0]._meta.get_field(name)  # type: ignore[assignment]  # never a reverse relation
        values = {row.pk: getattr(row, field.attname) for row in rows}
        if any(hasattr(value, "resolve_expression") for value in values.values()):
            raise TypeError("Only plain values can be written together; use update() for expressions.")
        first = values[rows[0].pk]
        is_one = not isinstance(field, JSONField) and all(value == first for value in values.values())
        found[name] = first if is_one else Each(values, field)
    return found
