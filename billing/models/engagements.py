"""What was agreed with a client, at the price agreed."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from billing.models.catalogue import BillingMethod, LedgerAccount, Service, TrackingOption
from clients.models import Client, PracticeQuerySet, PracticeRecord, User


class EngagementQuerySet(PracticeQuerySet["Engagement"]):
    """Engagements of a practice."""

    def waiting_for_start(self) -> "EngagementQuerySet":
        """Signed, but nobody has confirmed the start month: bills nothing."""
        return self.filter(starts_on=None, ended_at=None)

    def in_force(self, month: date) -> "EngagementQuerySet":
        """Started by `month` and not ended before it."""
        return self.filter(activated_at__isnull=False, starts_on__lte=month).filter(
            Q(last_month__isnull=True) | Q(last_month__gte=month)
        )


class Engagement(PracticeRecord):
    """One accepted offer: terms are copied, never referred to. `source` says where it came from, once,
    by a name that is never given twice.

    It bills nothing until its start month is confirmed and it is activated (on the 1st of that month, or at once).
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements")
    source = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    planned_start = models.DateField()
    starts_on = models.DateField(null=True, blank=True)
    has_alignment = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    start_confirmed_at = models.DateTimeField(null=True, blank=True)
    start_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    last_month = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EngagementQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint("practice", "source", name="engagement_source_once"),
            models.CheckConstraint(
                name="engagement_start_confirmed",
                condition=Q(starts_on__isnull=True, start_confirmed_at__isnull=True)
                | Q(starts_on__isnull=False, start_confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="engagement_active_has_start", condition=Q(activated_at__isnull=True) | Q(starts_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class EngagedServiceQuerySet(PracticeQuerySet["EngagedService"]):
    """Engaged services."""

    def active(self) -> "EngagedServiceQuerySet":
        return self.filter(ended_on=None)

    def billable_in(self, month: date) -> "EngagedServiceQuerySet":
        """Confirmed to have started by `month`, not ended before it, of clients and entities still billable in it.

        A confirmed start is enough: the engagement is active in its start month, whether or not that 1st has come.
        """
        client_open = Q(client__last_billable_month__isnull=True) | Q(client__last_billable_month__gte=month)
        in_force = Q(engagement__last_month__isnull=True) | Q(engagement__last_month__gte=month)
        not_ended = Q(ended_on__isnull=True) | Q(ended_on__gte=month)
        entity_open = Q(entity__last_billable_month__isnull=True) | Q(entity__last_billable_month__gte=month)
        return self.filter(client_open, entity_open, in_force, not_ended, starts_on__lte=month)


class EngagedService(PracticeRecord):
    """One agreed service with everything an invoice line needs, frozen at acceptance.

    `client` is the payer; `entity` the client it is done for (the same unless a group member). `anchor` is the month
    from which cycles count; it survives an adjustment. `ended_on` is the last month in which it may be billed, null
    while active. Amount = price × quantity, net, in pounds and pence.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="services")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engaged_services")
    entity = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    continues = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("1"))
    billing_method = models.CharField(max_length=24, choices=BillingMethod.choices)
    weekday = models.PositiveSmallIntegerField(default=0)
    ledger_account = models.ForeignKey(LedgerAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    line_tracking = models.ForeignKey(TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service_tracking = models.ForeignKey(
        TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    alignment_amount = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    starts_on = models.DateField(null=True, blank=True)
    anchor = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EngagedServiceQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        indexes = [models.Index(fields=["practice", "client"]), models.Index(fields=["practice", "updated_at"])]
        constraints = [
            models.UniqueConstraint("engagement", "position", name="engaged_service_position_once"),
            models.CheckConstraint(name="engaged_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="engaged_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="engaged_anchor_with_start",
                condition=Q(starts_on__isnull=True, anchor__isnull=True)
                | Q(starts_on__isnull=False, anchor__isnull=False, anchor__lte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        """Price × quantity, rounded half up to pence."""
        return (self.price * self.quantity).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
