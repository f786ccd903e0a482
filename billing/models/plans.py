"""The billing plan: one practice's recurring bills for one month."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from clients.models import PracticeQuerySet, PracticeRecord, User


class NotDraft(Exception):
    """The plan is not a draft any more: somebody has approved it."""

    def __init__(self, month: date) -> None:
        super().__init__(f"The plan for {month:%B %Y} is already approved. Reopen it if it must change.")


class PlanChanged(Exception):
    """The draft is not the one that was looked at."""

    def __init__(self, month: date) -> None:
        super().__init__(
            f"The plan for {month:%B %Y} has changed since you opened it, so it was not approved. Review it again."
        )


class NotFinalised(Exception):
    """The plan is not approved and waiting: it is still a draft, or its invoices were raised already."""

    def __init__(self, month: date) -> None:
        super().__init__(
            f"The plan for {month:%B %Y} is not waiting to be posted: it is still a draft, or it was posted already."
        )


class BillingPlanQuerySet(PracticeQuerySet["BillingPlan"]):
    """Plans of a practice."""

    def in_month(self, month: date) -> "BillingPlanQuerySet":
        return self.filter(month=month)

    def in_flight(self) -> "BillingPlanQuerySet":
        """Invoices were raised and not every one has arrived."""
        return self.filter(status__in=BillingPlan.IN_FLIGHT)


class BillingPlan(PracticeRecord):
    """One plan per practice and billing month. A draft is redrawn from the engagements until it is approved;
    `fingerprint` says from which state of them it was drawn. Approving freezes rows and lines under a checksum;
    `altered_at` is when they were found to differ from it: then nothing is raised until it was reopened."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        FINALISED = "finalised", "Finalised"
        POSTING = "posting", "Posting"
        POSTED = "posted", "Posted"
        NEEDS_ATTENTION = "needs_attention", "Needs attention"
        BLOCKED = "blocked", "Blocked"

    IN_FLIGHT: ClassVar[frozenset[str]] = frozenset({Status.POSTING, Status.NEEDS_ATTENTION, Status.BLOCKED})
    RAISED: ClassVar[frozenset[str]] = IN_FLIGHT | {Status.POSTED}

    month = models.DateField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    drafted_at = models.DateTimeField()
    posts_on = models.DateField()
    total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    line_count = models.PositiveIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_automatic = models.BooleanField(default=False)
    altered_at = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)

    objects = BillingPlanQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint("practice", "month", name="plan_month_once"),
            models.CheckConstraint(name="plan_month_is_first", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="plan_approved_at_and_by",
                condition=Q(status="draft", approved_at__isnull=True, approved_by__isnull=True)
                | ~Q(status="draft")
                & Q(approved_at__isnull=False)
                & (Q(approved_by__isnull=False) | Q(is_automatic=True)),
            ),
            models.CheckConstraint(
                name="plan_raised_at", condition=Q(status__in=["draft", "finalised"]) | Q(raised_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"

    def _move(self, *, version: int | None = None, wanted: frozenset[str], **values: Any) -> bool:
        """Update the row only where its status is one of `wanted` (and its version the one seen)."""
        rows = BillingPlan.objects.for_practice(self.practice_id).filter(pk=self.pk, status__in=wanted)
        if version is not None:
            rows = rows.filter(version=version)
        moved = bool(rows.update(version=F("version") + 1, **values))
        if moved:
            self.refresh_from_db()
        return moved

    def redraw(self, **values: Any) -> bool:
        """Take a new drawing; False when another came first or the plan was approved meanwhile."""
        return self._move(version=self.version, wanted=frozenset({self.Status.DRAFT}), **values)

    def approve(self, *, version: int, checksum: str, by: User | None, at: datetime) -> None:
        """DRAFT → FINALISED as it was looked at. Raises NotDraft or PlanChanged. Nobody means: automatically."""
        draft = frozenset({self.Status.DRAFT})
        facts: dict[str, Any] = {"approved_by": by, "approved_at": at, "is_automatic": by is None}
        if self._move(version=version, wanted=draft, status=self.Status.FINALISED, checksum=checksum, **facts):
            return
        self.refresh_from_db()
        raise PlanChanged(self.month) if self.is_draft else NotDraft(self.month)

    def reopen(self) -> None:
        """FINALISED → DRAFT, while nothing was raised. Raises NotFinalised."""
        facts: dict[str, Any] = {
            "approved_by": None,
            "approved_at": None,
            "is_automatic": False,
            "checksum": "",
            "fingerprint": "",
            "altered_at": None,
        }
        if not self._move(wanted=frozenset({self.Status.FINALISED}), status=self.Status.DRAFT, **facts):
            raise NotFinalised(self.month)

    def begin_posting(self, *, at: datetime) -> None:
        """FINALISED → POSTING, once. Raises NotFinalised."""
        facts: dict[str, Any] = {"raised_at": at, "altered_at": None}
        if not self._move(wanted=frozenset({self.Status.FINALISED}), status=self.Status.POSTING, **facts):
            raise NotFinalised(self.month)

    def note_altered(self, *, at: datetime) -> bool:
        """Its lines are not the approved ones any more; False when that was known, or it is not waiting."""
        rows = BillingPlan.objects.for_practice(self.practice_id).filter(pk=self.pk, status=self.Status.FINALISED)
        noted = bool(rows.filter(altered_at=None).update(altered_at=at))
        self.refresh_from_db()
        return noted

    def settle(self, status: str, *, at: datetime) -> bool:
        """From one state in flight to another, or to POSTED; False when it stands there already."""
        posted: dict[str, Any] = {"posted_at": at} if status == self.Status.POSTED else {}
        return self._move(wanted=self.IN_FLIGHT - {status}, status=status, **posted)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_finalised(self) -> bool:
        return self.status == self.Status.FINALISED

    @property
    def is_altered(self) -> bool:
        return self.altered_at is not None

    @property
    def is_raised(self) -> bool:
        """Its invoices exist: from here on nothing in it changes."""
        return self.status in self.RAISED
