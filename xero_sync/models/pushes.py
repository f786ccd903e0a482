"""The queue towards Xero. The rows are the queue; Celery only rings the bell (reference/posting.md)."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from billing.models import Invoice
from clients.models import Client, Practice, PracticeQuerySet, PracticeRecord, User
from xero_sync.models.connections import Connection
from xero_sync.models.packed import PackedBytes

AT_ONCE = datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # a wait that is over, whatever clock is asked


class LaneQuerySet(PracticeQuerySet["Lane"]):
    """Lanes."""

    def due(self, at: datetime) -> "LaneQuerySet":
        """With a free slot, and Xero wants to hear from us; the longest unserved first."""
        free = Slot.objects.across_practices().free(at).filter(lane=OuterRef("pk"))
        return self.filter(Exists(free), next_ok_at__lte=at).order_by("served_at", "pk")


class Lane(PracticeRecord):
    """One practice's way to Xero: when the next call is allowed, and what is left of the limits.

    `recent_calls` are the moments (seconds since 1970) of the last minute's calls, so that no sixty seconds hold more
    than we allow ourselves; `minute_of_others` are the calls of other apps in the minute before `limits_seen_at`, and
    `minute_left` are those that Xero would still take when it answered the call of `minute_left_of`, as in
    `recent_calls`.
    `is_trusted` says that what stands in Xero was read since the last reason to doubt that we know it: a start of the
    workers, a new connection. `rung_at` is when the sweep last asked workers to serve it.
    """

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="lane")
    next_ok_at = models.DateTimeField()
    served_at = models.DateTimeField(default=AT_ONCE)
    waiting_for = models.CharField(max_length=20, blank=True)
    recent_calls = models.JSONField(default=list, blank=True)
    calls_version = models.PositiveBigIntegerField(default=0)
    day_limit = models.PositiveIntegerField(default=1000)
    day_remaining = models.IntegerField(null=True, blank=True)
    minute_of_others = models.PositiveIntegerField(default=0)
    minute_left = models.PositiveIntegerField(default=0)
    minute_left_of = models.FloatField(default=0)
    limits_seen_at = models.DateTimeField(null=True, blank=True)
    failures_in_a_row = models.PositiveSmallIntegerField(default=0)
    is_trusted = models.BooleanField(default=False)
    rechecked_at = models.DateTimeField(default=AT_ONCE)
    rung_at = models.DateTimeField(default=AT_ONCE)

    objects = LaneQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    @property
    def is_failing(self) -> bool:
        """More than one call in a row without an answer."""
        return self.failures_in_a_row > 1


class SlotQuerySet(PracticeQuerySet["Slot"]):
    """Slots of lanes."""

    def free(self, at: datetime) -> "SlotQuerySet":
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=at))


class Slot(PracticeRecord):
    """One of the calls that a lane may have under way: its lease, and the fence and the process of whoever holds it.

    The first slot (number 0) also creates contacts, looks around and reads back; the others only post invoices.
    """

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="slots", db_index=False)  # see slot_once
    number = models.PositiveSmallIntegerField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    holder = models.CharField(max_length=200, blank=True)

    objects = SlotQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["lane_id", "number"]
        constraints = [models.UniqueConstraint("lane", "number", name="slot_once")]


class BatchQuerySet(PracticeQuerySet["Batch"]):
    """Batches."""

    def unsettled(self, at: datetime) -> "BatchQuerySet":
        """Open, and something can be done about it now: not while its call may still be under way, nor before its
        invoices, where Xero numbers them, are known not to arrive late."""
        under_way = Q(status=Batch.Status.SENDING, deadline_at__gte=at)
        unnumbered = Push.objects.across_practices().filter(batch=OuterRef("pk"), invoice__number=None)
        in_quarantine = Q(status=Batch.Status.UNKNOWN, sent_at__gte=at - Batch.QUARANTINE) & Exists(unnumbered)
        ripe = self.filter(status__in=Batch.OPEN).exclude(under_way).exclude(in_quarantine)
        return ripe | self.abandoned(at)

    def has_unsettled(self, at: datetime) -> bool:
        """Mostly none is open at all, which is quickly asked."""
        return self.filter(status__in=Batch.OPEN).exists() and self.unsettled(at).exists()

    def abandoned(self, at: datetime) -> "BatchQuerySet":
        """Invoices with numbers whose sender is known to be gone, though Xero may still be at work on them: what has
        arrived can be seen at once, what has not must not be sent again yet."""
        slots = Slot.objects.across_practices().exclude(lease_until=None).filter(lease_until__gte=at)
        held = slots.filter(practice=OuterRef("practice"), number=OuterRef("slot"), fence=OuterRef("fence"))
        unnumbered = Push.objects.across_practices().filter(batch=OuterRef("pk"), invoice__number=None)
        sending = self.filter(kind=Batch.Kind.INVOICES, status=Batch.Status.SENDING, deadline_at__gte=at)
        return sending.filter(~Exists(held), ~Exists(unnumbered), looked_at=None)


class Batch(PracticeRecord):
    """One request of at most 50 elements: the exact bytes are written before the first leaves, and never change.

    A batch whose outcome stayed unknown is repeated by another one (`repeats`) with the same numbers and elements.
    `attempts` counts how often these elements ended with their worker, or with a reply that left them out; `next_size`
    is how many of them a repeat may carry, so that one bad element is found by halving. `looked_at` is when Xero was
    asked for what a sender who is gone had sent, before its deadline.
    """

    class Kind(models.TextChoices):
        CONTACTS = "contacts", "Contacts"
        INVOICES = "invoices", "Invoices"

    class Status(models.TextChoices):
        PREPARED = "prepared", "Prepared"
        SENDING = "sending", "Sending"
        UNKNOWN = "unknown", "Outcome unknown"
        DONE = "done", "Done"
        SUPERSEDED = "superseded", "Superseded"

    OPEN: ClassVar[frozenset[str]] = frozenset({Status.PREPARED, Status.SENDING, Status.UNKNOWN})
    QUARANTINE: ClassVar[timedelta] = timedelta(minutes=15)  # Xero's own numbering cannot refuse a late twin

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="batches")
    tenant_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PREPARED)
    body = PackedBytes()
    body_sha256 = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=128)
    item_count = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    repeats = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeated_by", db_index=False
    )
    next_size = models.PositiveSmallIntegerField(default=50)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    objects = BatchQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["status", "practice", "deadline_at"], name="batch_open")]
        constraints = [
            models.UniqueConstraint("idempotency_key", name="batch_key_once"),
            models.CheckConstraint(name="batch_of_at_most_50", condition=Q(item_count__gte=1, item_count__lte=50)),
            models.UniqueConstraint(
                "practice",
                name="one_open_contact_batch",
                condition=Q(kind="contacts", status__in=["prepared", "sending", "unknown"]),
            ),
            models.CheckConstraint(
                name="batch_sending_has_deadline",
                condition=~Q(status="sending") | Q(sent_at__isnull=False, deadline_at__isnull=False),
            ),
        ]


class PushQuerySet(PracticeQuerySet["Push"]):
    """Pushes."""

    def due(self, at: datetime) -> "PushQuerySet":
        """What may be sent now: released, still wanted, not told to wait; the longest waiting first."""
        ready = self.filter(status=Push.Status.READY, not_before__lte=at)
        wanted = ready.filter(invoice__is_released=True, invoice__status=Invoice.Status.RAISED)
        return wanted.order_by("queued_at", "pk")

    def has_due(self, at: datetime) -> bool:
        """Whether anything may be sent now. Looked up in the queue's order: without one PostgreSQL may begin at the
        other end, with the millions that are done."""
        return self.due(at).values_list("pk").first() is not None

    def has_due_elsewhere(self, practice: Practice, at: datetime) -> bool:
        """Whether anything of another practice is due. Looked up on either side of this one in the queue's index:
        its own backlog may be long."""
        due = self.due(at).order_by("practice_id").values_list("pk")
        sides = (Q(practice_id__lt=practice.pk), Q(practice_id__gt=practice.pk))
        return any(due.filter(side).first() for side in sides)

    def on_the_way(self) -> "PushQuerySet":
        """In a batch that some worker is about to send or is sending."""
        return self.filter(status=Push.Status.CLAIMED)

    def unread(self) -> "PushQuerySet":
        """Posted and not yet read back."""
        return self.filter(status=Push.Status.POSTED, verified_at=None)

    def unfinished(self) -> "PushQuerySet":
        return self.filter(status__in=Push.UNFINISHED)


class Push(PracticeRecord):
    """The sending of one invoice. One per invoice, for good.

    Its row is written as seldom as can be, fifty of them for each call: whether a claimed one has left its batch knows.
    The client is its invoice's, which the database watches; it stands here so that the queue can be asked for clients
    without a contact and not read one invoice.
    """

    class Status(models.TextChoices):
        READY = "ready", "Waiting"
        CLAIMED = "claimed", "Being sent"
        UNKNOWN = "unknown", "Being checked in Xero"
        POSTED = "posted", "In Xero"
        VERIFIED = "verified", "In Xero, checked"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    UNFINISHED: ClassVar[frozenset[str]] = frozenset({Status.READY, Status.CLAIMED, Status.UNKNOWN})

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False)
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="push", primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="pushes")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    not_before = models.DateTimeField()
    queued_at = models.DateTimeField()
    contact_external_id = models.CharField(max_length=64, blank=True)
    element_sha256 = models.CharField(max_length=64, blank=True)
    renumbered = models.PositiveSmallIntegerField(default=0)
    refused_contact_id = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    objects = PushQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["queued_at", "pk"]
        verbose_name_plural = "pushes"
        # In the order of the queue, so that fifty are found without sorting the ten thousand behind them; by status
        # first, so that the sweep finds what is open of all practices among the millions that are done.
        indexes = [models.Index(fields=["status", "practice", "queued_at", "invoice", "not_before"], name="push_queue")]
        constraints = [
            models.CheckConstraint(
                name="push_in_batch",
                condition=~Q(status__in=["claimed", "unknown"]) | Q(batch__isnull=False),
            )
        ]


class Sighting(PracticeRecord):
    """An invoice of ours that stands in Xero and that we do not know to be there: as after a database was restored.

    It is adopted instead of being sent when its invoice comes up again; `uid` is the marker that Xero keeps.
    """

    tenant_id = models.CharField(max_length=64)
    uid = models.UUIDField()
    external_id = models.CharField(max_length=64)
    number = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["seen_at"]
        constraints = [models.UniqueConstraint("practice", "tenant_id", "uid", name="sighting_once")]


class Difference(PracticeRecord):
    """What reading back found to differ between us and Xero. Reported, never overwritten.

    A person who has seen it says so; it stays open until the two agree again.
    """

    class Kind(models.TextChoices):
        MISSING = "missing", "Not in Xero"
        DUPLICATE = "duplicate", "Twice in Xero"
        TOTAL = "total", "Another total"
        CONTACT = "contact", "Another contact"
        DELETED = "deleted", "Deleted in Xero"
        EDITED = "edited", "Edited in Xero"
        UNWANTED = "unwanted", "In Xero, though cancelled here"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    detail = models.CharField(max_length=500)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(
                "invoice", "kind", name="open_difference_once", condition=Q(resolved_at__isnull=True)
            )
        ]
