"""What the practice sells, and our neutral copies of what its ledger offers."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models import PracticeQuerySet, PracticeRecord


class BillingMethod(models.TextChoices):
    """When and where a service is billed (product: Services & pricing). Families are the frozensets below."""

    MONTHLY = "monthly", "Monthly"
    QUARTERLY = "quarterly_advance", "Quarterly, in advance"
    ANNUALLY = "annually_advance", "Annually, in advance"
    WEEKLY = "weekly", "Weekly"
    QUARTERLY_COMPLETION = "quarterly_completion", "Quarterly, on completion"
    ANNUALLY_COMPLETION = "annually_completion", "Annually, on completion"
    ONCE_ADVANCE = "once_advance", "Once, in advance"
    ONCE_COMPLETION = "once_completion", "Once, on completion"
    ONCE_ACCEPTANCE = "once_acceptance", "Once, on acceptance"


PLANNED = frozenset(
    {
        BillingMethod.MONTHLY,
        BillingMethod.QUARTERLY,
        BillingMethod.ANNUALLY,
        BillingMethod.WEEKLY,
        BillingMethod.ONCE_ADVANCE,
    }
)
ON_COMPLETION = frozenset(
    {BillingMethod.QUARTERLY_COMPLETION, BillingMethod.ANNUALLY_COMPLETION, BillingMethod.ONCE_COMPLETION}
)
ONE_OFF = frozenset({BillingMethod.ONCE_ADVANCE, BillingMethod.ONCE_COMPLETION, BillingMethod.ONCE_ACCEPTANCE})
RECURRING = frozenset(BillingMethod) - ONE_OFF


class MirrorQuerySet(PracticeQuerySet[Any]):
    """Copies of the ledger's lists. Nothing is deleted when it vanishes there: it is marked."""

    def usable(self) -> "MirrorQuerySet":
        return self.filter(is_archived=False, is_missing=False)


class Mirror(PracticeRecord):
    """One entry of a list that the ledger owns; refreshed by `billing.operations.catalogue`.

    `doubted_at` is when the ledger refused an invoice because of it although its list offers it.
    """

    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    is_archived = models.BooleanField(default=False)
    is_missing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()
    doubted_at = models.DateTimeField(null=True, blank=True)

    objects = MirrorQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return not (self.is_archived or self.is_missing)


class LedgerAccount(Mirror):
    """An account code of the ledger. `is_sales` when it may be chosen for sales; tax is shown, never sent."""

    code = models.CharField(max_length=10)
    is_sales = models.BooleanField(default=False)
    tax_name = models.CharField(max_length=100, blank=True)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint("practice", "external_id", name="ledger_account_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class TrackingCategory(Mirror):
    """A dimension of the ledger's reports, as Partner or Department."""

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "tracking categories"
        constraints = [models.UniqueConstraint("practice", "external_id", name="tracking_category_once")]


class TrackingOption(Mirror):
    """One value of a tracking category."""

    category = models.ForeignKey(TrackingCategory, on_delete=models.PROTECT, related_name="options")

    class Meta:
        ordering = ["category__name", "name"]
        constraints = [models.UniqueConstraint("practice", "external_id", name="tracking_option_once")]

    def __str__(self) -> str:
        return f"{self.category.name}: {self.name}"


class InvoiceTemplate(Mirror):
    """The look of an invoice in the ledger: Xero's branding theme. Position 0 is the ledger's default."""

    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint("practice", "external_id", name="invoice_template_once")]


class PricingMenu(PracticeRecord):
    """A version of what is offered and for how much, from a date on. One is active; old ones stay visible."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=120)
    starts_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint("practice", name="one_active_menu", condition=Q(status="active")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """What proposals offer."""
        return self.status == self.Status.ACTIVE

    @property
    def is_archived(self) -> bool:
        return self.status == self.Status.ARCHIVED


class ServiceQuerySet(PracticeQuerySet["Service"]):
    """Services of a practice."""

    def on_offer(self) -> "ServiceQuerySet":
        return self.filter(archived_at=None, menu__status=PricingMenu.Status.ACTIVE)


class Service(PracticeRecord):
    """Something the practice sells: one entry of a pricing menu. Price drivers will hang on it."""

    menu = models.ForeignKey(PricingMenu, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    category = models.CharField(max_length=100, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    billing_method = models.CharField(max_length=24, choices=BillingMethod.choices, default=BillingMethod.MONTHLY)
    ledger_account = models.ForeignKey(LedgerAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tracking_option = models.ForeignKey(
        TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    has_alignment = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = ServiceQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["category", "position", "name", "pk"]
        constraints = [
            models.CheckConstraint(name="service_price_not_negative", condition=Q(price__gte=0)),
            models.UniqueConstraint("menu", "name", name="service_name_once", condition=Q(archived_at__isnull=True)),
            models.CheckConstraint(
                name="service_alignment_is_monthly", condition=Q(has_alignment=False) | Q(billing_method="monthly")
            ),
        ]

    def __str__(self) -> str:
        return self.name
