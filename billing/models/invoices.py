"""Our invoices, the series their numbers come from, and what holds them back."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from billing.models.catalogue import InvoiceTemplate, LedgerAccount, TrackingOption
from billing.models.engagements import EngagedService, Engagement
from billing.models.plans import BillingPlan
from billing.models.settings import PostingStatus
from clients.models import Client, Practice, PracticeQuerySet, PracticeRecord, User


class InvoiceQuerySet(PracticeQuerySet["Invoice"]):
    """Invoices of a practice."""

    def outside(self) -> "InvoiceQuerySet":
        """Not in the ledger; said so that the small index of those is used, and not one of the millions that are."""
        return self.filter(posted_at=None)

    def waiting(self) -> "InvoiceQuerySet":
        """Raised and not yet in the ledger."""
        return self.outside().filter(status=Invoice.Status.RAISED)

    def posted(self) -> "InvoiceQuerySet":
        return self.filter(status=Invoice.Status.POSTED)

    def refused(self) -> "InvoiceQuerySet":
        return self.outside().filter(status=Invoice.Status.REFUSED)


class Invoice(PracticeRecord):
    """One wanted invoice. It exists once per source key, whatever repeats; its total is net of VAT.

    `uid` is the machine-readable marker by which it is found again in the ledger; it follows from the client and the
    source key, so that a copy of the database raises the same one. `source_key` is business identity:
    `rec:{month}:{client}:{group}`, `acc:{source}:{payer}:{group}`, `done:{source}:{items}`. A source is what an
    engagement came from, by a name that is never given twice, so that nothing new meets a forgotten one's invoice.
    `waiting_since` is when it was raised or last set free to go. `healed_code` is the refusal after which it went out
    by itself because its cause looked repaired: refused so again, it waits until that cause is seen to change.
    """

    class Kind(models.TextChoices):
        RECURRING = "recurring", "Billing plan"
        ACCEPTANCE = "acceptance", "On acceptance"
        COMPLETION = "completion", "On completion"

    class Status(models.TextChoices):
        RAISED = "raised", "Waiting"
        POSTED = "posted", "In the ledger"
        REFUSED = "refused", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    OPEN: ClassVar[frozenset[str]] = frozenset({Status.RAISED, Status.REFUSED})

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="invoices", db_index=False)
    plan = models.ForeignKey(BillingPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices")
    engagement = models.ForeignKey(
        Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices", db_index=False
    )
    source_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    destination = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RAISED)
    number = models.CharField(max_length=40, null=True, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    invoice_date = models.DateField()
    due_date = models.DateField()
    currency = models.CharField(max_length=3, default="GBP")
    total = models.DecimalField(max_digits=14, decimal_places=2)
    posting_status = models.CharField(max_length=10, choices=PostingStatus.choices)
    template = models.ForeignKey(
        InvoiceTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_released = models.BooleanField(default=True)
    waiting_since = models.DateTimeField()
    healed_code = models.CharField(max_length=40, blank=True)
    ledger_reference = models.CharField(max_length=64, blank=True)
    ledger_number = models.CharField(max_length=255, blank=True)
    ledger_url = models.CharField(max_length=500, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_reason = models.CharField(max_length=1000, blank=True)
    ledger_words = models.TextField(blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cancel_reason = models.CharField(max_length=500, blank=True)
    is_handled_by_hand = models.BooleanField(default=False)

    objects = InvoiceQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s manager

    class Meta:
        ordering = ["-raised_at", "-pk"]
        indexes = [
            models.Index(fields=["practice", "status"], name="invoice_outside", condition=Q(posted_at__isnull=True)),
            models.Index(fields=["client", "-raised_at"], name="invoice_of_client"),
            models.Index(fields=["engagement"], name="invoice_of_engagement", condition=Q(engagement__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint("practice", "source_key", name="invoice_source_once"),
            models.UniqueConstraint("practice", "number", name="invoice_number_once"),
            models.UniqueConstraint(
                "practice", "ledger_reference", name="invoice_ledger_reference_once", condition=~Q(ledger_reference="")
            ),
            models.CheckConstraint(name="invoice_total_not_negative", condition=Q(total__gte=0)),
            models.CheckConstraint(
                name="invoice_posted_has_reference",
                condition=Q(status="posted", posted_at__isnull=False) & ~Q(ledger_reference="")
                | ~Q(status="posted") & Q(posted_at__isnull=True, ledger_reference=""),
            ),
            models.CheckConstraint(
                name="invoice_refused_has_reason",
                condition=Q(status="refused", refused_at__isnull=False) & ~Q(refusal_code="") & ~Q(refusal_reason="")
                | ~Q(status="refused"),
            ),
            models.CheckConstraint(
                name="invoice_cancelled_at_and_by",
                condition=Q(status="cancelled", cancelled_at__isnull=False, cancelled_by__isnull=False)
                | ~Q(status="cancelled") & Q(cancelled_at__isnull=True, cancelled_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.uid)

    def _move(self, *, wanted: Q, **values: Any) -> bool:
        """Update the row only where it still is what the move needs it to be."""
        rows = Invoice.objects.for_practice(self.practice_id).filter(wanted, pk=self.pk)
        moved = bool(rows.update(**values))
        if moved:
            for name, value in values.items():
                setattr(self, name, value)
        return moved

    def record_posted(self, *, reference: str, number: str, url: str, at: datetime) -> bool:
        """RAISED or REFUSED → POSTED; False when it was posted already, or cancelled."""
        facts = {"ledger_reference": reference, "ledger_number": number, "ledger_url": url, "posted_at": at}
        return self._move(wanted=Q(status__in=self.OPEN), status=self.Status.POSTED, **facts)

    def record_refused(self, *, code: str, reason: str, words: str, at: datetime) -> bool:
        """RAISED → REFUSED; an invoice due at signing then waits for a person."""
        facts = {"refusal_code": code, "refusal_reason": reason[:1000], "ledger_words": words, "refused_at": at}
        is_released = self.kind != self.Kind.ACCEPTANCE
        wanted = Q(status=self.Status.RAISED)
        return self._move(wanted=wanted, status=self.Status.REFUSED, is_released=is_released, **facts)

    def release(self, *, at: datetime, healed_code: str = "") -> bool:
        """REFUSED, or RAISED and held for a person → RAISED and free to go; False when it is that already."""
        held = Q(status=self.Status.RAISED, is_released=False)
        facts = {"is_released": True, "waiting_since": at, "healed_code": healed_code}
        return self._move(wanted=Q(status=self.Status.REFUSED) | held, status=self.Status.RAISED, **facts)

    def renumber(self, number: str | None) -> bool:
        """RAISED under one number → RAISED under another; False when it moved meanwhile."""
        return self._move(wanted=Q(status=self.Status.RAISED, number=self.number), number=number)

    def cancel(self, *, reason: str, by: User, at: datetime, is_handled_by_hand: bool = False) -> bool:
        """RAISED or REFUSED → CANCELLED. Its number stays taken."""
        facts = {"cancelled_at": at, "cancelled_by": by, "cancel_reason": reason[:500]}
        return self._move(
            wanted=Q(status__in=self.OPEN),
            status=self.Status.CANCELLED,
            is_handled_by_hand=is_handled_by_hand,
            **facts,
        )

    @property
    def is_posted(self) -> bool:
        return self.status == self.Status.POSTED

    @property
    def is_refused(self) -> bool:
        return self.status == self.Status.REFUSED

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.RAISED


class InvoiceLine(PracticeRecord):
    """One line as the ledger will get it. VAT is never sent: the ledger applies the account's rate."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    engaged_service = models.ForeignKey(
        EngagedService, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    description = models.TextField(max_length=4000)
    quantity = models.DecimalField(max_digits=9, decimal_places=2)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    ledger_account = models.ForeignKey(LedgerAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tracking_1 = models.ForeignKey(TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tracking_2 = models.ForeignKey(TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["invoice_id", "position"]
        constraints = [models.UniqueConstraint("invoice", "position", name="invoice_line_once")]


class NumberSeries(PracticeRecord):
    """The practice's own invoice numbers: prefix and the next number, taken by compare-and-swap."""

    prefix = models.CharField(max_length=12)
    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint("practice", "prefix", name="series_once")]


class PostingHoldQuerySet(PracticeQuerySet["PostingHold"]):
    """Holds of a practice."""

    def open(self) -> "PostingHoldQuerySet":
        return self.filter(lifted_at=None)


class PostingHold(PracticeRecord):
    """Nothing of this practice is sent while a hold is open. Safe Mode holds too, but lives on the practice."""

    class Reason(models.TextChoices):
        CONNECTION_LOST = "connection_lost", "The connection to the ledger is lost"
        WRONG_ORGANISATION = "wrong_organisation", "The ledger is connected to another organisation"
        CONFIRMATION = "confirmation", "Waits for somebody to confirm after Safe Mode"

    reason = models.CharField(max_length=20, choices=Reason.choices)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PostingHoldQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint("practice", "reason", name="open_hold_once", condition=Q(lifted_at__isnull=True))
        ]
