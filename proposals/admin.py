"""Proposals for support: to look, never to change, and never a link or the bytes of a document."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from proposals.models import Proposal, ProposalEvent, Signature


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    """Rows of every practice, read-only."""

    list_select_related = ["practice"]
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        manager: Any = self.model._default_manager
        found: QuerySet[Any] = manager.across_practices()
        return found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Proposal)
class ProposalAdmin(LookOnly):
    list_display = ("number", "practice", "client", "status", "kind", "planned_start", "sent_at", "accepted_at")
    list_filter = ("status", "kind")
    search_fields = ("number", "client__name")
    list_select_related = ["practice", "client"]


@admin.register(Signature)
class SignatureAdmin(LookOnly):
    list_display = ("proposal", "practice", "act", "signer_name", "signed_at", "document_sha256")
    list_filter = ("act",)
    search_fields = ("signer_name", "document_sha256")
    list_select_related = ["practice", "proposal"]
    exclude = ("link",)


@admin.register(ProposalEvent)
class ProposalEventAdmin(LookOnly):
    list_display = ("proposal", "practice", "what", "by", "at")
    list_filter = ("what",)
    list_select_related = ["practice", "proposal", "by"]
