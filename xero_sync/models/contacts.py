"""The contacts in Xero, and which client each stands for."""

from django.db import models
from django.db.models import Q

from clients.models import Client, PracticeQuerySet, PracticeRecord, User


class ContactQuerySet(PracticeQuerySet["Contact"]):
    """Contacts of a practice's organisation."""

    def of(self, tenant_id: str) -> "ContactQuerySet":
        return self.filter(tenant_id=tenant_id)

    def usable(self) -> "ContactQuerySet":
        return self.filter(status=Contact.Status.ACTIVE, is_missing=False)

    def matching(self, text: str) -> "ContactQuerySet":
        """Search as people type, archived ones included."""
        return self.filter(
            Q(name__icontains=text)
            | Q(email__icontains=text)
            | Q(company_number__icontains=text)
            | Q(account_number__icontains=text)
        )


class Contact(PracticeRecord):
    """Our copy of one contact in Xero. Never deleted; marked archived, merged or missing."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"
        MERGED = "merged", "Merged"

    tenant_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=255, db_index=True)
    email = models.CharField(max_length=255, blank=True)
    company_number = models.CharField(max_length=50, blank=True)
    contact_number = models.CharField(max_length=50, blank=True)
    account_number = models.CharField(max_length=50, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    merged_into = models.CharField(max_length=64, blank=True)
    is_missing = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()

    objects = ContactQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("practice", "tenant_id", "external_id", name="contact_once"),
            models.CheckConstraint(
                name="contact_merged_into", condition=Q(status="merged") & ~Q(merged_into="") | ~Q(status="merged")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return self.status == self.Status.ACTIVE and not self.is_missing

    @property
    def is_archived(self) -> bool:
        return self.status == self.Status.ARCHIVED


class ContactLink(PracticeRecord):
    """The decision which contact a client is, in one organisation. Without a row: suggested or unmatched.

    `how` says whether a person decided or the match was certain and unique.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contact_links")
    tenant_id = models.CharField(max_length=64)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    how = models.CharField(max_length=120)
    linked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("client", "tenant_id", name="client_linked_once")]


class ContactSuggestion(PracticeRecord):
    """One likely contact for an unmatched client: score 0–100 and the reason in words. Rewritten by each sync."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contact_suggestions")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["client_id", "position"]
        constraints = [models.UniqueConstraint("client", "contact", name="suggestion_once")]
