"""Numbers that no row can have as its id, wherever somebody sent them: they match nothing.

Databases refuse to compare a number of more than 64 bits: SQLite with an OverflowError, PostgreSQL with a DataError.
Django leaves such numbers out of `pk=` and of comparisons; here are the two lookups where it does not, so that no form
and no address has to think of it.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

MOST = 2**63 - 1


def is_possible(value: Any) -> bool:
    return not isinstance(value, int) or -MOST <= value <= MOST


class _PossibleOnly:
    """`__in`, without the numbers that are too large."""

    def get_prep_lookup(self) -> Any:
        wanted = super().get_prep_lookup()  # type: ignore[misc]  # of the lookup beside it
        return [each for each in wanted if is_possible(each)] if isinstance(wanted, list) else wanted


@IntegerField.register_lookup
class IntegerIn(_PossibleOnly, In):
    """`pk__in`, and what a form chooses among rows."""


@ForeignKey.register_lookup
class ForeignKeyIn(_PossibleOnly, RelatedIn):
    """`client__in`"""


@ForeignKey.register_lookup
class ForeignKeyExact(RelatedExact):
    """`client_id=`"""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not is_possible(self.rhs):
            raise EmptyResultSet
        return super().as_sql(compiler, connection)
