"""Support sees which letters went out and which did not; their words, which may hold links, stay private."""

from django.contrib import admin

from clients.access.support import LookOnly
from notifications.models import Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = ("slug", "recipient", "practice", "status", "attempts", "created_at", "sent_at")
    list_filter = ("status", "audience")
    search_fields = ("recipient", "slug", "practice__name")
    exclude = ("text", "html", "url")
