"""Rows that belong to a practice, and a queryset that refuses to answer without one."""

from collections.abc import Iterable, Iterator
from typing import Any, Self, TypeVar

from django.db import connections, models, transaction

from clients.models import ids as ids  # its lookups hold for every model from here on
from clients.models.each import values_of
from clients.models.practices import Practice

Row = TypeVar("Row", bound=models.Model, covariant=True)

PRACTICE_LOOKUPS = ("practice", "practice_id", "practice__in")


class NoPractice(Exception):
    """A query on practice-owned rows was about to run without a practice."""


class PracticeQuerySet(models.QuerySet[Row]):
    """Chains like any QuerySet, but only runs once it is bound to a practice.

    It is bound by `for_practice`, by a filter on the practice itself, by starting from an object that was fetched
    before (related managers, prefetches), or, for sweeps and support pages, by saying `across_practices` aloud.
    """

    _is_bound = False

    def for_practice(self, practice: Practice | int) -> Self:
        """Rows of one practice."""
        key = practice if isinstance(practice, int) else practice.pk
        return self.filter(practice_id=key)

    def across_practices(self) -> Self:
        """Rows of every practice: for sweepers, support pages and commands only."""
        clone = self.all()
        clone._is_bound = True
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # private, but the one place a queryset copies itself
        clone._is_bound = self._is_bound
        return clone

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Self:
        clone: Self = super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc]  # see _clone
        if not negate and any(key in PRACTICE_LOOKUPS for key in kwargs):
            clone._is_bound = True
        return clone

    def __or__(self, other: Self) -> Self:  # type: ignore[override]  # only rows of one model can be joined
        """Rows of either; both have to be of a practice, else the one would open the door to the other."""
        self._require_practice()
        other._require_practice()
        return super().__or__(other)

    def _require_practice(self) -> None:
        if self._is_bound or "instance" in self._hints or self.query.is_empty():  # type: ignore[attr-defined]  # Django sets _hints
            return
        raise NoPractice(f"{self.model.__name__} was asked for without a practice; begin with for_practice(practice).")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_practice()
        super()._fetch_all()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Inside another query (`pk__in=rows`) it runs with that one, and is asked the same."""
        self._require_practice()
        return super().resolve_expression(*args, **kwargs)

    def iterator(self, chunk_size: int | None = None) -> Iterator[Row]:
        self._require_practice()
        return super().iterator(chunk_size=chunk_size)

    def count(self) -> int:
        self._require_practice()
        return super().count()

    def exists(self) -> bool:
        self._require_practice()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_practice()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_practice()
        return super().update(**kwargs)

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Django's for plain values, several times as quick. Rows in hand were fetched from a practice before."""
        rows, names = list(objs), list(fields)
        if not names or any(row.pk is None for row in rows):
            raise ValueError("Only named fields of rows that were saved can be written together.")
        most = max(1, connections[self.db].ops.bulk_batch_size(["pk", "pk", *names], rows))
        size = min(batch_size or most, most)
        bound = self if self._is_bound else self.across_practices()
        chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
        with transaction.atomic(using=self.db, savepoint=False):
            return sum(bound.filter(pk__in=[row.pk for row in one]).update(**values_of(one, names)) for one in chunks)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_practice()
        return super().delete()

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise NoPractice("Raw SQL cannot be bound to a practice; write it as a queryset.")


class PracticeRecord(models.Model):
    """Base of every row that a practice owns.

    `objects` refuses to run without a practice. Django's own base manager stays plain, so that following a foreign
    key from a row already in hand, saving and refreshing work as usual.

    A table that is written fifty rows at a time leaves out the indexes of keys by which nothing is looked up alone,
    this one's too; whoever does so there from then on brings an index along.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="%(class)ss")

    objects = PracticeQuerySet.as_manager()

    class Meta:
        abstract = True
