"""Support's view of Xero: to look, never to change. Tokens, verifiers and the bytes of batches are never shown."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clients.access.support import LookOnly
from xero_sync.models import Batch, Connection, Contact, ContactLink, Difference, Grant, Lane, Push, SyncRun


@admin.register(Grant)
class GrantAdmin(LookOnly):
    list_display = ("pk", "xero_user_id", "token_version", "expires_at", "refreshed_at", "is_dead")
    fields = ("xero_user_id", "scope", "token_version", "expires_at", "refreshed_at", "refresh_lease_until", "is_dead")
    list_select_related = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A grant belongs to a Xero user, not to a practice; the sealed tokens are not even read."""
        return Grant.objects.defer("access_token", "refresh_token")


@admin.register(Connection)
class ConnectionAdmin(LookOnly):
    list_display = ("organisation_name", "practice", "status", "connected_at", "lost_at", "checked_at")
    list_filter = ("status",)
    search_fields = ("organisation_name", "practice__name", "tenant_id")


@admin.register(SyncRun)
class SyncRunAdmin(LookOnly):
    list_display = ("pk", "practice", "status", "is_nightly", "asked_at", "finished_at", "steps_done", "problem")
    list_filter = ("status", "is_nightly")


@admin.register(Contact)
class ContactAdmin(LookOnly):
    list_display = ("name", "practice", "status", "is_missing", "email", "seen_at")
    list_filter = ("status", "is_missing")
    search_fields = ("name", "email", "external_id")


@admin.register(ContactLink)
class ContactLinkAdmin(LookOnly):
    list_display = ("client", "contact", "practice", "how", "linked_by", "linked_at")
    list_select_related = ("practice", "client", "contact", "linked_by")
    search_fields = ("client__name", "contact__name")


@admin.register(Lane)
class LaneAdmin(LookOnly):
    list_display = ("practice", "next_ok_at", "waiting_for", "day_remaining", "failures_in_a_row", "is_trusted")


@admin.register(Batch)
class BatchAdmin(LookOnly):
    list_display = ("uid", "practice", "kind", "status", "item_count", "attempts", "http_status", "created_at")
    list_filter = ("kind", "status")
    exclude = ("body",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")


@admin.register(Push)
class PushAdmin(LookOnly):
    list_display = ("invoice", "practice", "client", "status", "not_before", "queued_at", "verified_at")
    list_filter = ("status",)
    list_select_related = ("practice", "client", "invoice")
    search_fields = ("invoice__number", "client__name")


@admin.register(Difference)
class DifferenceAdmin(LookOnly):
    list_display = ("invoice", "practice", "kind", "detail", "found_at", "resolved_at")
    list_filter = ("kind",)
    list_select_related = ("practice", "invoice")
