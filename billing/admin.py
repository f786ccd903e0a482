"""Billing for support: to look, never to change; what changes a plan or an invoice is an operation."""

from django.contrib import admin

from billing import models
from clients.access.support import LookOnly


@admin.register(models.Service)
class ServiceAdmin(LookOnly):
    list_display = ("name", "practice", "menu", "price", "billing_method", "archived_at")
    list_filter = ("billing_method",)
    search_fields = ("name",)
    list_select_related = ("practice", "menu")


@admin.register(models.Engagement)
class EngagementAdmin(LookOnly):
    list_display = ("number", "title", "practice", "client", "starts_on", "activated_at", "last_month")
    search_fields = ("title", "client__name")
    list_select_related = ("practice", "client")


@admin.register(models.BillingPlan)
class PlanAdmin(LookOnly):
    list_display = ("month", "practice", "status", "total", "line_count", "posts_on", "approved_at", "posted_at")
    list_filter = ("status",)
    search_fields = ("practice__name",)


@admin.register(models.Invoice)
class InvoiceAdmin(LookOnly):
    list_display = ("number", "practice", "client", "kind", "status", "total", "raised_at", "refusal_code")
    list_filter = ("status", "kind", "refusal_code")
    search_fields = ("number", "ledger_number", "client__name")
    list_select_related = ("practice", "client")


@admin.register(models.WorkItem)
class WorkAdmin(LookOnly):
    list_display = ("name", "practice", "client", "amount", "status", "period_label", "completed_at")
    list_filter = ("status",)
    search_fields = ("name", "client__name")
    list_select_related = ("practice", "client")


@admin.register(models.PostingHold)
class HoldAdmin(LookOnly):
    list_display = ("reason", "practice", "since", "lifted_at", "lifted_by")
    list_filter = ("reason",)
    list_select_related = ("practice", "lifted_by")
