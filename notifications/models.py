"""Letters: what is to be said, to whom, and whether it went out."""

from django.db import models
from django.db.models import Q

from clients.models import PracticeQuerySet, PracticeRecord, User


class MessageQuerySet(PracticeQuerySet["Message"]):
    """Messages of a practice."""

    def waiting(self) -> "MessageQuerySet":
        return self.filter(status=Message.Status.WAITING)

    def for_user(self, user: User) -> "MessageQuerySet":
        return self.filter(user=user)

    def unread(self) -> "MessageQuerySet":
        return self.filter(read_at=None)


class Message(PracticeRecord):
    """One letter to one recipient, written once per cause whatever is retried.

    To users it is both a notice in the application and an e-mail; to clients it is an e-mail, and while the practice
    is in Safe Mode it is HELD in the preview outbox instead. Subject and bodies are rendered when it is written, so
    that what was said stays said.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        HELD = "held", "Held by Safe Mode"
        FAILED = "failed", "Not accepted"
        MUTED = "muted", "In the application only"

    class Audience(models.TextChoices):
        USER = "user", "People of the practice"
        CLIENT = "client", "The client"

    slug = models.CharField(max_length=60)
    cause = models.CharField(max_length=200)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    recipient = models.EmailField()
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    url = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "not_before"], name="message_due"),
            models.Index(fields=["practice", "user", "read_at"], name="message_unread"),
        ]
        constraints = [
            models.UniqueConstraint("practice", "cause", "recipient", name="message_once"),
            models.CheckConstraint(
                name="message_sent_at",
                condition=Q(status="sent", sent_at__isnull=False) | ~Q(status="sent") & Q(sent_at__isnull=True),
            ),
        ]

    @property
    def is_held(self) -> bool:
        return self.status == self.Status.HELD

    @property
    def is_sent(self) -> bool:
        return self.status == self.Status.SENT

    @property
    def is_failed(self) -> bool:
        return self.status == self.Status.FAILED


class Attachment(PracticeRecord):
    """A file that goes with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    mime_type = models.CharField(max_length=100)
    content = models.BinaryField()
