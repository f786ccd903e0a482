"""The lines of a proposal, and what happened to it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from billing.models import BillingMethod, EngagedService, LedgerAccount, Service, TrackingOption
from clients.models import PracticeRecord, User
from proposals.models.proposals import Proposal


class ProposalLine(PracticeRecord):
    """One service of a proposal, at the price offered. `continues` is the engaged service an adjustment carries on."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="lines")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    continues = models.ForeignKey(EngagedService, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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
    has_alignment = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["proposal_id", "position", "pk"]
        constraints = [
            models.CheckConstraint(name="line_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="line_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        """Price × quantity, rounded half up to pence."""
        return (self.price * self.quantity).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


class ProposalEvent(PracticeRecord):
    """What happened to a proposal: the timeline on its page."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=30)
    note = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
