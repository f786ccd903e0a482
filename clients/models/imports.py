"""An import of clients, from the dry run to its undo."""

from django.db import models
from django.db.models import Q

from clients.models.clients import Client
from clients.models.people import User
from clients.models.records import PracticeRecord


class ClientImport(PracticeRecord):
    """One uploaded file of clients. It is read into rows first; nothing touches a client before it is applied.

    `alive_at`: when it was last asked for or a worker was seen at it; the sweeper goes by that.
    """

    class Status(models.TextChoices):
        READING = "reading", "Reading"
        UNREADABLE = "unreadable", "Unreadable"
        READY = "ready", "Ready to import"
        APPLYING = "applying", "Importing"
        APPLIED = "applied", "Imported"
        UNDONE = "undone", "Undone"

    file_name = models.CharField(max_length=255)
    content = models.BinaryField()
    layout = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.READING)
    problem = models.CharField(max_length=500, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    alive_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                name="import_applied_at",
                condition=~Q(status__in=["applied", "undone"]) | Q(applied_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """A worker is busy with it."""
        return self.status in (self.Status.READING, self.Status.APPLYING)

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.READY

    @property
    def is_applied(self) -> bool:
        return self.status == self.Status.APPLIED

    @property
    def is_undone(self) -> bool:
        return self.status == self.Status.UNDONE

    @property
    def is_unreadable(self) -> bool:
        return self.status == self.Status.UNREADABLE


class ClientImportRow(PracticeRecord):
    """What one row of the file will do, or did: new, changed (with before), unchanged or rejected (with reason)."""

    class Outcome(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        UNCHANGED = "unchanged", "Unchanged"
        REJECTED = "rejected", "Rejected"

    client_import = models.ForeignKey(ClientImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=255, blank=True)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("client_import", "number", name="import_row_once")]

    @property
    def is_new(self) -> bool:
        return self.outcome == self.Outcome.NEW

    @property
    def is_changed(self) -> bool:
        return self.outcome == self.Outcome.CHANGED

    @property
    def is_rejected(self) -> bool:
        return self.outcome == self.Outcome.REJECTED
