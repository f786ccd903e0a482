"""Proposals for support: to look, never to change, and never a link or the bytes of a document."""

from django.contrib import admin

from clients.access.support import LookOnly
from proposals.models import Proposal, ProposalEvent, Signature


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
