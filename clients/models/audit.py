"""Who did what, and when: the audit log, a chain of hashes for each practice."""

from typing import Any

from django.db import models
from django.db.models import Q

from clients.models.people import User
from clients.models.practices import Practice
from clients.models.records import PracticeQuerySet, PracticeRecord


class SealedForever(Exception):
    """A sealed entry of the audit log is never changed and never deleted."""


def refuse_sealed(events: "models.QuerySet[AuditEvent]") -> None:
    """Raise SealedForever where one of these is sealed."""
    if events.filter(seq__isnull=False).exists():
        raise SealedForever("The audit log is append-only: what is sealed stays as it was written.")


class AuditQuerySet(PracticeQuerySet["AuditEvent"]):
    """Events; those that are sealed can only be read."""

    def unsealed(self) -> "AuditQuerySet":
        return self.filter(seq=None)

    def sealed(self) -> "AuditQuerySet":
        return self.filter(seq__isnull=False)

    def update(self, **kwargs: Any) -> int:
        refuse_sealed(self)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        refuse_sealed(self)
        return super().delete()


class Kept(models.QuerySet["AuditEvent"]):
    """By which Django saves a row in hand."""

    def _update(self, values: Any) -> int:
        refuse_sealed(self)
        return super()._update(values)  # type: ignore[misc,no-any-return]  # private, but the one place saving passes


class AuditEvent(PracticeRecord):
    """One thing that a person, a program or Socket did. Written beside the deed, in its transaction.

    Names are kept as they were then. `seq`, `prev_hash` and `hash` are empty until `operations.audit.seal` has put the
    event into its practice's chain, a moment after the commit.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=300)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s manager
    kept = Kept.as_manager()

    class Meta:
        ordering = ["-seq", "-pk"]
        base_manager_name = "kept"  # saving a sealed row is refused as well
        constraints = [
            models.UniqueConstraint("practice", "seq", name="audit_seq_once"),
            models.CheckConstraint(
                name="audit_sealed_with_hash",
                condition=Q(seq__isnull=True, hash="") | Q(seq__isnull=False) & ~Q(hash=""),
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "at"], name="audit_time"),
            models.Index(fields=["practice", "id"], name="audit_order"),
            models.Index(fields=["practice"], name="audit_unsealed", condition=Q(seq__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}".strip()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused once it is sealed."""
        if self.seq is not None:
            raise SealedForever("The audit log is append-only: what is sealed stays as it was written.")
        return super().delete(*args, **kwargs)


class AuditChain(PracticeRecord):
    """Where a practice's chain ends, moved on by compare-and-swap; and what its last verification found."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_seq = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("practice", name="audit_chain_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"
