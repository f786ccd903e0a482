"""What stands in a billing plan: a row per client, its lines, and what was done to the plan."""

from decimal import Decimal

from django.db import models

from billing.models.engagements import EngagedService
from billing.models.plans import BillingPlan
from clients.models import Client, PracticeRecord, User


class PlanRow(PracticeRecord):
    """One client's row in a plan, with its change against the stored plan of the month before."""

    class Change(models.TextChoices):
        NEW = "new", "New"
        RETURNING = "returning", "Returning"
        EXPANSION = "expansion", "Expansion"
        CONTRACTION = "contraction", "Contraction"
        CHANGED = "changed", "Changed"
        CYCLICAL = "cyclical", "Cyclical"
        CHURN = "churn", "Churn"
        NONE = "none", "No change"

    plan = models.ForeignKey(BillingPlan, on_delete=models.CASCADE, related_name="rows")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plan_rows")
    client_name = models.CharField(max_length=255)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    line_count = models.PositiveIntegerField()
    last_amount = models.DecimalField(max_digits=14, decimal_places=2)
    last_line_count = models.PositiveIntegerField()
    change = models.CharField(max_length=12, choices=Change.choices)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "client_name", "pk"]
        constraints = [models.UniqueConstraint("plan", "client", name="plan_row_once")]

    @property
    def difference(self) -> Decimal:
        return self.amount - self.last_amount

    @property
    def is_unchanged(self) -> bool:
        return self.change == self.Change.NONE


class PlanLine(PracticeRecord):
    """One billed line of a row: what, how much and why it is due."""

    class Kind(models.TextChoices):
        RECURRING = "recurring", "Recurring"
        ONE_OFF = "one_off", "One-off"
        ALIGNMENT = "alignment", "Alignment fee"

    plan = models.ForeignKey(BillingPlan, on_delete=models.CASCADE, related_name="lines")
    row = models.ForeignKey(PlanRow, on_delete=models.CASCADE, related_name="lines")
    engaged_service = models.ForeignKey(EngagedService, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    quantity = models.DecimalField(max_digits=9, decimal_places=2)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    is_cyclical = models.BooleanField(default=False)
    why = models.CharField(max_length=300)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["row_id", "position"]
        constraints = [
            models.UniqueConstraint("plan", "engaged_service", "kind", name="plan_line_once"),
        ]


class PlanEve(PracticeRecord):
    """One look at a plan on the eve of its posting day: a day before local midnight, and an hour before.

    `asked_at` is when the ledger was first asked to bring itself up to date for it, `told_at` when it was done with.
    """

    class Stage(models.TextChoices):
        DAY = "day", "A day before"
        HOUR = "hour", "An hour before"

    plan = models.ForeignKey(BillingPlan, on_delete=models.CASCADE, related_name="eves")
    posts_on = models.DateField()
    stage = models.CharField(max_length=4, choices=Stage.choices)
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    red_count = models.PositiveIntegerField(default=0)
    amber_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("plan", "posts_on", "stage", name="plan_eve_once")]


class PlanEvent(PracticeRecord):
    """Who did what to a plan, and when: approvals, reopenings, posting."""

    plan = models.ForeignKey(BillingPlan, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=30)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
