"""OAuth grants and the organisations they reach."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models import PracticeQuerySet, PracticeRecord, User


class Grant(models.Model):
    """One token set of one Xero user with our app. Xero rotates tokens per user, so connections point here.

    Tokens are ciphertext (`xero_sync.operations.tokens`), written by compare-and-swap on `token_version`. Not owned
    by a practice: the same Xero user may connect organisations of two practices.
    """

    xero_user_id = models.CharField(max_length=64, unique=True)
    access_token = models.BinaryField()
    refresh_token = models.BinaryField()
    scope = models.CharField(max_length=500, blank=True)
    token_version = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    is_dead = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Grant {self.pk}"


class ConnectionQuerySet(PracticeQuerySet["Connection"]):
    """Connections of a practice."""

    def current(self) -> "ConnectionQuerySet":
        """Every connection that was not ended by us."""
        return self.exclude(status=Connection.Status.DISCONNECTED)

    def working(self) -> "ConnectionQuerySet":
        return self.filter(status=Connection.Status.CONNECTED)


class Connection(PracticeRecord):
    """A practice's connection to one Xero organisation. At most one is not disconnected.

    `doubted_at` is when Xero refused our token although it was new, until it lets us in again.
    """

    class Status(models.TextChoices):
        CONNECTED = "connected", "Connected"
        NEEDS_ATTENTION = "needs_attention", "Needs attention"
        LOST = "lost", "Connection lost"
        DISCONNECTED = "disconnected", "Disconnected"

    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.PROTECT, related_name="connections")
    tenant_id = models.CharField(max_length=64)
    external_id = models.CharField(max_length=64)
    organisation_name = models.CharField(max_length=255)
    short_code = models.CharField(max_length=20, blank=True)
    base_currency = models.CharField(max_length=3, default="GBP")
    country_code = models.CharField(max_length=2, blank=True)
    period_lock_date = models.DateField(null=True, blank=True)
    year_end_lock_date = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CONNECTED)
    connected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    connected_at = models.DateTimeField()
    lost_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    doubted_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    disconnected_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    contacts_read_to = models.DateTimeField(null=True, blank=True)
    contacts_full_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-connected_at"]
        constraints = [
            models.UniqueConstraint("practice", name="one_connection", condition=~Q(status="disconnected")),
            models.UniqueConstraint("tenant_id", name="tenant_once", condition=~Q(status="disconnected")),
            models.CheckConstraint(name="connection_lost_at", condition=~Q(status="lost") | Q(lost_at__isnull=False)),
            models.CheckConstraint(
                name="connection_has_grant", condition=Q(status="disconnected") | Q(grant__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.organisation_name

    @property
    def is_connected(self) -> bool:
        return self.status == self.Status.CONNECTED

    @property
    def is_lost(self) -> bool:
        return self.status == self.Status.LOST

    @property
    def needs_attention(self) -> bool:
        return self.status == self.Status.NEEDS_ATTENTION

    @property
    def is_disconnected(self) -> bool:
        return self.status == self.Status.DISCONNECTED


class ConsentAttempt(PracticeRecord):
    """One trip to Xero's consent page: bound to the web session, single use, ten minutes.

    After the exchange it keeps the grant and the organisations to choose from, until one is chosen.
    """

    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    verifier = models.CharField(max_length=128)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    organisations = models.JSONField(default=list, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]


class SyncRun(PracticeRecord):
    """One reading of Xero's lists: what for, how far, how it ended. Shown as live progress."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="syncs")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    is_nightly = models.BooleanField(default=False)
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    not_before = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=60, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint("connection", name="one_open_sync", condition=Q(status__in=["waiting", "running"]))
        ]

    @property
    def is_open(self) -> bool:
        """Still waiting or running."""
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def is_ended(self) -> bool:
        return not self.is_open

    @property
    def is_failed(self) -> bool:
        return self.status == self.Status.FAILED
