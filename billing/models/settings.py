"""How a practice bills, and where one client differs."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from billing.models.catalogue import InvoiceTemplate, LedgerAccount, TrackingOption
from clients.models import Client, Membership, PracticeRecord


class InvoiceDateRule(models.TextChoices):
    """Which day an invoice carries."""

    POSTED = "posted", "The day it is posted"
    FIRST = "first", "The 1st of the month it is posted"
    MONTH_END = "month_end", "The last day of the billing month"
    DAY = "day", "A chosen day of the month it is posted"


class TermsRule(models.TextChoices):
    """When an invoice is due."""

    AFTER_DATE = "after_date", "days after the invoice date"
    AFTER_MONTH = "after_month", "days after the end of the invoice month"
    THIS_MONTH = "this_month", "of this month"
    NEXT_MONTH = "next_month", "of next month"


class PostingStatus(models.TextChoices):
    """What the invoice becomes in the ledger."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"


class BillingSettings(PracticeRecord):
    """A practice's billing settings; one row, made by `billing.operations.settings.settings_of` when first needed."""

    class Timing(models.TextChoices):
        ARREARS = "arrears", "In arrears: September's plan is posted on 1 October"
        ADVANCE = "advance", "In advance: October's plan is posted on 1 October"

    class Alignment(models.TextChoices):
        FIRST_INVOICE = "first_invoice", "On the first monthly invoice"
        OWN_INVOICE = "own_invoice", "In an invoice of its own"

    class Processing(models.TextChoices):
        REVIEW = "review", "Review and approve"
        AUTOMATIC = "automatic", "Process automatically"

    class Numbering(models.TextChoices):
        OWN = "own", "Our own series"
        LEDGER = "ledger", "The ledger's numbering"

    practice = models.OneToOneField("clients.Practice", on_delete=models.PROTECT, related_name="billing_settings")
    timing = models.CharField(max_length=10, choices=Timing.choices, default=Timing.ARREARS)
    invoice_date_rule = models.CharField(max_length=10, choices=InvoiceDateRule.choices, default=InvoiceDateRule.FIRST)
    invoice_day = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(28)])
    terms_rule = models.CharField(max_length=12, choices=TermsRule.choices, default=TermsRule.AFTER_DATE)
    terms_days = models.PositiveSmallIntegerField(default=14, validators=[MaxValueValidator(365)])
    is_recurring_consolidated = models.BooleanField(default=False)
    is_one_off_consolidated = models.BooleanField(default=False)
    is_entity_consolidated = models.BooleanField(default=False)
    recurring_label = models.CharField(max_length=200, default="Professional services")
    one_off_label = models.CharField(max_length=200, default="One-off services")
    alignment = models.CharField(max_length=15, choices=Alignment.choices, default=Alignment.FIRST_INVOICE)
    processing = models.CharField(max_length=10, choices=Processing.choices, default=Processing.REVIEW)
    recurring_status = models.CharField(max_length=10, choices=PostingStatus.choices, default=PostingStatus.DRAFT)
    acceptance_status = models.CharField(max_length=10, choices=PostingStatus.choices, default=PostingStatus.DRAFT)
    completion_status = models.CharField(max_length=10, choices=PostingStatus.choices, default=PostingStatus.DRAFT)
    always_draft_templates = models.ManyToManyField(InvoiceTemplate, blank=True, related_name="+")
    recurring_account = models.ForeignKey(
        LedgerAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    one_off_account = models.ForeignKey(
        LedgerAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    numbering = models.CharField(max_length=10, choices=Numbering.choices, default=Numbering.OWN)
    number_prefix = models.CharField(max_length=12, default="S-")
    reference_pattern = models.CharField(max_length=120, default="Proposal {proposal}, {period}", blank=True)
    destination = models.CharField(max_length=20, default="xero")
    currency = models.CharField(max_length=3, default="GBP")
    digest_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class ClientBilling(PracticeRecord):
    """Where one client differs from the practice's billing settings; null means the practice's value."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="billing")
    invoice_date_rule = models.CharField(max_length=10, choices=InvoiceDateRule.choices, null=True, blank=True)
    invoice_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    terms_rule = models.CharField(max_length=12, choices=TermsRule.choices, null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(365)])
    is_recurring_consolidated = models.BooleanField(null=True, blank=True)
    is_one_off_consolidated = models.BooleanField(null=True, blank=True)
    template = models.ForeignKey(InvoiceTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tracking_option = models.ForeignKey(
        TrackingOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    posting_status = models.CharField(max_length=10, choices=PostingStatus.choices, null=True, blank=True)
    destination = models.CharField(max_length=20, null=True, blank=True)
    purchase_order = models.CharField(max_length=100, blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class OwnerTracking(PracticeRecord):
    """The tracking option that stands for a person of the practice, used where a service has none of its own."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="tracking")
    option = models.ForeignKey(TrackingOption, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
