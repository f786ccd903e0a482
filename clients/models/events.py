"""What happened to a client, for the Activity tab."""

from django.db import models

from clients.models.clients import Client
from clients.models.people import User
from clients.models.records import PracticeRecord


class ClientEvent(PracticeRecord):
    """One line of a client's history. Written beside the change it tells of, never edited."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["practice", "client", "at"], name="client_event_time")]

    def __str__(self) -> str:
        return self.text
