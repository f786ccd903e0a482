"""The evidence around a proposal: the exact documents, the links that open it, and who signed or declined."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from clients.models import PracticeQuerySet, PracticeRecord, User
from proposals.models.proposals import Proposal


class SigningLinkQuerySet(PracticeQuerySet["SigningLink"]):
    """Links to proposals."""

    def unrevoked(self) -> "SigningLinkQuerySet":
        return self.filter(revoked_at=None)


class ProposalDocument(PracticeRecord):
    """The exact PDF that was shown, or signed; its SHA-256 is evidence.

    `frozen` of an offer: what it says of the practice and the client, whatever they are called since.
    """

    class Kind(models.TextChoices):
        OFFER = "offer", "Proposal as sent"
        SIGNED = "signed", "Signed, with certificate"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    version = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    frozen = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-version", "pk"]
        constraints = [models.UniqueConstraint("proposal", "kind", "version", name="document_once")]


class SigningLink(PracticeRecord):
    """The door to one version of one proposal for one recipient. Only the SHA-256 of its token is stored.

    It was sent by e-mail, or shared: told to whoever made it, to hand over.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="links")
    version = models.PositiveIntegerField()
    recipient_name = models.CharField(max_length=200)
    recipient_email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    is_shared = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)

    objects = SigningLinkQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-created_at"]

    def is_open(self, at: datetime) -> bool:
        """Whether it still opens the version it was made for; the proposal's own state is another question."""
        return self.revoked_at is None and at < self.expires_at and self.version == self.proposal.version


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
