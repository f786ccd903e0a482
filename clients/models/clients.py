"""The practice's clients."""

import uuid
from datetime import date, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models.people import Membership, User
from clients.models.practices import Practice
from clients.models.records import PracticeQuerySet, PracticeRecord


class ClientQuerySet(PracticeQuerySet["Client"]):
    """Clients of a practice."""

    def open(self) -> "ClientQuerySet":
        return self.filter(closed_at=None)

    def closed(self) -> "ClientQuerySet":
        return self.exclude(closed_at=None)

    def matching(self, text: str) -> "ClientQuerySet":
        """Search as people type: name, trading name, company number or e-mail."""
        found = Q(name__icontains=text) | Q(trading_name__icontains=text)
        return self.filter(found | Q(company_number__icontains=text) | Q(email__icontains=text))


class Client(PracticeRecord):
    """A customer of the practice. Never deleted, only closed.

    `standing` follows from the proposals and is written by `clients.operations.record_standing`. Closing is a
    decision: it needs a last billable month, and while that month has not passed the client is *closing soon*. `uid`
    names it for good: a row's number may be given again after a backup was restored.
    """

    class Type(models.TextChoices):
        LIMITED_COMPANY = "limited_company", "Limited company"
        LLP = "llp", "LLP"
        PARTNERSHIP = "partnership", "Partnership"
        SOLE_TRADER = "sole_trader", "Sole trader"
        INDIVIDUAL = "individual", "Individual"
        TRUST = "trust", "Trust"
        CHARITY = "charity", "Charity"
        OTHER = "other", "Other"

    class Standing(models.TextChoices):
        PROSPECT = "prospect", "Prospect"
        ACTIVE = "active", "Active"
        AD_HOC = "ad_hoc", "Ad-hoc"

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=20, choices=Type.choices, default=Type.LIMITED_COMPANY)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=255, db_index=True, editable=False)
    trading_name = models.CharField(max_length=255, blank=True)
    company_number = models.CharField(max_length=20, blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(max_length=1000, blank=True)
    vat_number = models.CharField(max_length=30, blank=True)
    year_end_month = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    year_end_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    owner = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="clients")
    group = models.CharField(max_length=200, blank=True)
    notes = models.TextField(max_length=10000, blank=True)
    tags: "models.ManyToManyField[ClientTag, models.Model]" = models.ManyToManyField(
        "ClientTag", blank=True, related_name="clients"
    )
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.PROSPECT)
    last_billable_month = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    close_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = ClientQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["practice", "name"]), models.Index(fields=["practice", "updated_at"])]
        constraints = [
            models.UniqueConstraint("practice", "uid", name="client_uid_once"),
            models.UniqueConstraint(
                "practice", "company_number", name="client_company_number_once", condition=~Q(company_number="")
            ),
            models.CheckConstraint(
                name="client_closed_with_last_month",
                condition=Q(closed_at__isnull=True, last_billable_month__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, last_billable_month__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="client_year_end_both_or_none",
                condition=Q(year_end_month__isnull=True, year_end_day__isnull=True)
                | Q(year_end_month__isnull=False, year_end_day__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_active(self) -> bool:
        """Open, with a proposal in force: the normal case."""
        return self.standing == self.Standing.ACTIVE and not self.is_closed

    @property
    def status_label(self) -> str:
        """Closed, else what the proposals say: Prospect, Active or Ad-hoc."""
        return "Closed" if self.is_closed else self.get_standing_display()

    @property
    def year_end_label(self) -> str:
        """31 March; nothing where it is not known."""
        if self.year_end_month is None:
            return ""
        return f"{self.year_end_day} {date(2000, self.year_end_month, 1):%B}"

    @property
    def closing_words(self) -> str:
        """Until when it is billed, and why it was closed."""
        if self.last_billable_month is None:
            return ""
        reason = f" {self.close_reason.rstrip('.')}." if self.close_reason else ""
        return f"Billed for the last time in the plan of {self.last_billable_month:%B %Y}.{reason}"

    def is_closing_soon(self, month: date) -> bool:
        """Closed, but its last billable month has not passed in `month` (the 1st of the current month)."""
        return self.last_billable_month is not None and month <= self.last_billable_month

    def close(self, *, last_month: date, reason: str, by: User, at: datetime) -> bool:
        """Move to closed where it is still open; False when somebody closed it before."""
        changed = Client.objects.for_practice(self.practice_id).filter(pk=self.pk, closed_at=None)
        return bool(
            changed.update(
                last_billable_month=last_month, close_reason=reason, closed_by=by, closed_at=at, updated_at=at
            )
        )

    def reactivate(self, *, at: datetime) -> bool:
        """Undo the closing; False when it was open already."""
        changed = Client.objects.for_practice(self.practice_id).filter(pk=self.pk).exclude(closed_at=None)
        return bool(
            changed.update(last_billable_month=None, close_reason="", closed_by=None, closed_at=None, updated_at=at)
        )


class ClientTag(PracticeRecord):
    """A word a practice puts on clients."""

    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("practice", "name", name="tag_once")]

    def __str__(self) -> str:
        return self.name


__all__ = ["Client", "ClientQuerySet", "ClientTag", "Practice"]
