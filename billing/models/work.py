"""Work that is billed when it is done."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.engagements import EngagedService, Engagement
from clients.models import Client, PracticeQuerySet, PracticeRecord, User


class WorkItemQuerySet(PracticeQuerySet["WorkItem"]):
    """Work of a practice."""

    def open(self) -> "WorkItemQuerySet":
        return self.filter(status=WorkItem.Status.OPEN)


class WorkItem(PracticeRecord):
    """Work billed when it is done: one period of an on-completion service, or ad-hoc work without a proposal line.

    `uid` names ad-hoc work for good: a row's number may be given again after a backup was restored.
    """

    class Status(models.TextChoices):
        OPEN = "open", "To do"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="work_items")
    engagement = models.ForeignKey(Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    engaged_service = models.ForeignKey(
        EngagedService, null=True, blank=True, on_delete=models.PROTECT, related_name="work"
    )
    name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    period_start = models.DateField()
    period_label = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)
    invoice = models.ForeignKey(
        "billing.Invoice", null=True, blank=True, on_delete=models.PROTECT, related_name="work_items"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = WorkItemQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["period_start", "pk"]
        constraints = [
            models.UniqueConstraint(
                "engaged_service", "period_start", name="work_period_once", condition=~Q(status="cancelled")
            ),
            models.CheckConstraint(
                name="work_completed_by_and_at",
                condition=Q(status="completed", completed_at__isnull=False, completed_by__isnull=False)
                | ~Q(status="completed") & Q(completed_at__isnull=True, completed_by__isnull=True),
            ),
            models.CheckConstraint(name="work_amount_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN
