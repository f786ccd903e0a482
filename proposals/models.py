"""Offers to clients, from the draft to the signature, and the evidence of it."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models import BillingMethod, EngagedService, Engagement, LedgerAccount, Service, TrackingOption
from clients.models import Client, PracticeQuerySet, PracticeRecord, User


class ProposalQuerySet(PracticeQuerySet["Proposal"]):
    """Proposals of a practice."""

    def pending(self) -> "ProposalQuerySet":
        return self.filter(status=Proposal.Status.PENDING)

    def won(self) -> "ProposalQuerySet":
        return self.filter(status=Proposal.Status.WON)

    def accepted(self) -> "ProposalQuerySet":
        return self.filter(status__in=Proposal.ACCEPTED)


class Proposal(PracticeRecord):
    """An offer to a client. Its states and guards are product.md section 4; each move is a method of this model
    that updates the row only where the old status still holds."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        PENDING = "pending", "Pending"
        WON = "won", "Won"
        ACTIVE = "active", "Active"
        SUPERSEDED = "superseded", "Superseded"
        CLOSED = "closed", "Closed"
        LOST = "lost", "Lost"
        EXPIRED = "expired", "Expired"

    class Kind(models.TextChoices):
        NEW = "new", "New"
        RENEWAL = "renewal", "Renewal"
        ADJUSTMENT = "adjustment", "Adjustment"

    ACCEPTED: ClassVar[frozenset[str]] = frozenset({Status.WON, Status.ACTIVE, Status.SUPERSEDED, Status.CLOSED})
    OPEN: ClassVar[frozenset[str]] = frozenset({Status.DRAFT, Status.IN_REVIEW, Status.PENDING})

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, default="Proposal")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.NEW)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    signatory_name = models.CharField(max_length=200, blank=True)
    signatory_email = models.EmailField(blank=True)
    planned_start = models.DateField()
    has_alignment = models.BooleanField(default=False)
    introduction = models.TextField(max_length=10000, blank=True)
    letter = models.TextField(max_length=50000, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    engagement = models.OneToOneField(Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    viewed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.CharField(max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_month = models.DateField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()  # type: ignore[misc]  # narrows the base\'s manager

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["practice", "status"])]
        constraints = [
            models.UniqueConstraint("practice", "number", name="proposal_number_once"),
            models.CheckConstraint(
                name="proposal_accepted_has_engagement",
                condition=Q(
                    status__in=["won", "active", "superseded", "closed"],
                    accepted_at__isnull=False,
                    engagement__isnull=False,
                )
                | Q(status__in=["draft", "in_review", "pending", "lost", "expired"])
                & Q(accepted_at__isnull=True, engagement__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_pending_was_sent", condition=~Q(status="pending") | Q(sent_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.number}"


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


class ProposalDocument(PracticeRecord):
    """The exact PDF that was shown, or signed; its SHA-256 is evidence."""

    class Kind(models.TextChoices):
        OFFER = "offer", "Proposal as sent"
        SIGNED = "signed", "Signed, with certificate"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    version = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-version", "pk"]
        constraints = [models.UniqueConstraint("proposal", "kind", "version", name="document_once")]


class SigningLink(PracticeRecord):
    """The door to one version of one proposal for one recipient. Only the SHA-256 of its token is stored."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="links")
    version = models.PositiveIntegerField()
    recipient_name = models.CharField(max_length=200)
    recipient_email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]


class Signature(PracticeRecord):
    """The evidence of one acceptance or refusal: by the client on the signing page, or by an admin with a reason."""

    class Act(models.TextChoices):
        SIGNED = "signed", "Signed"
        DECLINED = "declined", "Declined"
        ON_BEHALF = "on_behalf", "Accepted on the client's behalf"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="signatures")
    version = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    signer_name = models.CharField(max_length=200)
    signer_email = models.EmailField(blank=True)
    signed_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    link = models.ForeignKey(SigningLink, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint("proposal", "version", name="signature_once"),
            models.CheckConstraint(
                name="on_behalf_has_reason",
                condition=~Q(act="on_behalf") | Q(by__isnull=False) & ~Q(reason=""),
            ),
        ]


class ProposalEvent(PracticeRecord):
    """What happened to a proposal: the timeline on its page."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=30)
    note = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
