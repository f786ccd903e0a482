"""Offers to clients: their states, their lines and what happened to them."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models import Engagement
from clients.models import Client, PracticeQuerySet, PracticeRecord, User


class MovedOn(Exception):
    """The proposal is no longer in a state that allows this; somebody or something was first."""

    def __init__(self, proposal: "Proposal", act: str) -> None:
        self.proposal = proposal
        super().__init__(f"{proposal} is {proposal.get_status_display()}, so it cannot be {act}. Reload the page.")


class ProposalQuerySet(PracticeQuerySet["Proposal"]):
    """Proposals of a practice."""

    def pending(self) -> "ProposalQuerySet":
        return self.filter(status=Proposal.Status.PENDING)

    def won(self) -> "ProposalQuerySet":
        return self.filter(status=Proposal.Status.WON)

    def accepted(self) -> "ProposalQuerySet":
        return self.filter(status__in=Proposal.ACCEPTED)

    def waiting_for_start(self) -> "ProposalQuerySet":
        """Won, and nobody has confirmed the start month: bills nothing."""
        return self.won().filter(engagement__starts_on=None)

    def matching(self, text: str) -> "ProposalQuerySet":
        """Search as people type: client, title, signatory or number."""
        found = Q(client__name__icontains=text) | Q(title__icontains=text) | Q(signatory_name__icontains=text)
        return self.filter(found | Q(number=int(text))) if text.isdecimal() and len(text) < 9 else self.filter(found)


class Proposal(PracticeRecord):
    """An offer to a client. Its states and guards are product.md section 4; each move is a method of this model
    that updates the row only where the old status still holds.

    `uid` names it for good, and so what is billed for it: a row's number may be given again after a backup was
    restored.
    """

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

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
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

    objects = ProposalQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["practice", "status"])]
        constraints = [
            models.UniqueConstraint("practice", "number", name="proposal_number_once"),
            models.UniqueConstraint("practice", "uid", name="proposal_uid_once"),
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
            models.UniqueConstraint(
                name="proposal_replaced_once",
                fields=["replaces"],
                condition=Q(replaces__isnull=False, status__in=["draft", "in_review", "pending", "won"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_won(self) -> bool:
        return self.status == self.Status.WON

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_adjustment(self) -> bool:
        return self.kind == self.Kind.ADJUSTMENT

    @property
    def is_accepted(self) -> bool:
        return self.status in self.ACCEPTED

    @property
    def is_running(self) -> bool:
        """Signed and not over: it can be ended, adjusted or renewed."""
        return self.status in (self.Status.WON, self.Status.ACTIVE)

    def edit(self, *, at: datetime, **values: Any) -> None:
        """Change what is offered, while it is a draft."""
        self._move("edited", {self.Status.DRAFT}, updated_at=at, **values)

    def send(self, *, by: User | None, at: datetime) -> None:
        """Draft or In review to Pending: from now on the client may sign this version."""
        start = {self.Status.DRAFT, self.Status.IN_REVIEW}
        self._move("sent", start, status=self.Status.PENDING, sent_at=at, sent_by=by, updated_at=at)

    def revert(self, *, at: datetime) -> None:
        """Pending to Draft, as a new version: every link to the old one is dead."""
        values = {"status": self.Status.DRAFT, "version": self.version + 1, "viewed_at": None, "updated_at": at}
        self._move("reverted to a draft", {self.Status.PENDING}, **values)

    def hold(self, *, at: datetime) -> None:
        """Take the row of a pending proposal for this transaction: of several acceptances only one gets past here.

        The move to Won itself cannot be the first statement, since a won proposal must have its engagement.
        """
        self._move("accepted", {self.Status.PENDING}, updated_at=at)

    def win(self, *, engagement: Engagement, at: datetime) -> None:
        """Pending to Won, with the engagement that was frozen."""
        values = {"status": self.Status.WON, "engagement": engagement, "accepted_at": at, "updated_at": at}
        self._move("accepted", {self.Status.PENDING}, **values)

    def lose(self, *, reason: str, at: datetime) -> None:
        """Pending to Lost: declined by the client, or given up."""
        values = {"status": self.Status.LOST, "lost_reason": reason, "lost_at": at, "updated_at": at}
        self._move("marked as lost", {self.Status.PENDING}, **values)

    def expire(self, *, at: datetime) -> None:
        """Pending to Expired."""
        self._move("expired", {self.Status.PENDING}, status=self.Status.EXPIRED, updated_at=at)

    def activate(self, *, at: datetime) -> None:
        """Won to Active: it bills from its start month."""
        self._move("activated", {self.Status.WON}, status=self.Status.ACTIVE, activated_at=at, updated_at=at)

    def supersede(self, *, last_month: date | None, at: datetime) -> None:
        """Active, or Won and never started, to Superseded: another proposal has taken its place."""
        values = {"status": self.Status.SUPERSEDED, "last_month": last_month, "ended_at": at, "updated_at": at}
        self._move("superseded", {self.Status.WON, self.Status.ACTIVE}, **values)

    def close(self, *, last_month: date | None, at: datetime) -> None:
        """Won or Active to Closed: ended with a last month."""
        values = {"status": self.Status.CLOSED, "last_month": last_month, "ended_at": at, "updated_at": at}
        self._move("ended", {self.Status.WON, self.Status.ACTIVE}, **values)

    def _move(self, act: str, start: Collection[str], **values: Any) -> None:
        """Update the row only where it still is this version in one of these states; MovedOn when no row matched."""
        rows = Proposal.objects.for_practice(self.practice_id).filter(pk=self.pk, status__in=start)
        if not rows.filter(version=self.version).update(**values):
            self.refresh_from_db(fields=["status", "version"])
            raise MovedOn(self, act)
        for name, value in values.items():
            setattr(self, name, value)
