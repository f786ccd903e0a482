"""The tenant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

zone_name = RegexValidator(
    r"^[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*$", "Choose a time zone by its IANA name, as Europe/London."
)


class Practice(models.Model):
    """An accountancy firm: the tenant that owns every other row.

    Safe Mode is on for a new practice: syncs come in, nothing goes out. `billing.operations.holds` turns it off.
    """

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[zone_name])
    is_safe_mode = models.BooleanField(default=True, db_default=True)
    principal = models.CharField(max_length=200, blank=True)
    address = models.TextField(max_length=1000, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=100, blank=True)
    professional_body = models.CharField(max_length=200, blank=True)
    data_protection_officer = models.CharField(max_length=200, blank=True)
    complaints_officer = models.CharField(max_length=200, blank=True)
    insurance = models.CharField(max_length=500, blank=True)
    brand_logo = models.BinaryField(blank=True, default=b"", editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this practice's days and months begin."""
        return ZoneInfo(self.time_zone)

    def month_at(self, at: datetime) -> date:
        """The 1st of the month that it is for this practice at this moment."""
        return at.astimezone(self.zone).date().replace(day=1)
