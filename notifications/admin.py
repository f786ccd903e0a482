"""Support sees which letters went out and which did not; their words, which may hold links, stay private."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from notifications.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django takes no parameter at run time
    list_display = ("slug", "recipient", "practice", "status", "attempts", "created_at", "sent_at")
    list_filter = ("status", "audience")
    list_select_related = ("practice",)
    search_fields = ("recipient", "slug", "practice__name")
    exclude = ("text", "html", "url")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Message.objects.across_practices()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
