"""Billing's addresses, below /p/<practice>/. A state change is a POST to a noun."""

from django.urls import path

from billing.forms import MonthConverter as MonthConverter  # registered there, under the name used here
from billing.views import (
    clients,
    exports,
    failures,
    invoices,
    marker,
    plan_acts,
    plan_results,
    plans,
    previews,
    services,
    settings,
    work,
    work_acts,
)

app_name = "billing"

PLANS = [
    path("billing/", plans.plan, name="plan"),
    path("billing/<month:month>/", plans.plan_month, name="plan_month"),
    path("billing/<month:month>/checks/", plans.plan_checks, name="plan_checks"),
    path("billing/<month:month>/progress/", plan_results.plan_progress, name="plan_progress"),
    path("billing/<month:month>/approval/", plan_acts.plan_approval, name="plan_approval"),
    path("billing/<month:month>/reopening/", plan_acts.plan_reopening, name="plan_reopening"),
    path("billing/<month:month>/posting/", plan_acts.plan_posting, name="plan_posting"),
    path("billing/<month:month>/export/", exports.plan_export, name="plan_export"),
    path("billing/<month:month>/clients/<int:client_id>/", previews.plan_preview, name="plan_preview"),
]
INVOICES = [
    path("invoices/", invoices.invoice_list, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<int:invoice_id>/attempt/", invoices.invoice_attempt, name="invoice_attempt"),
    path("invoices/<int:invoice_id>/sending/", invoices.invoice_sending, name="invoice_sending"),
    path("invoices/<int:invoice_id>/by-hand/", invoices.invoice_by_hand, name="invoice_by_hand"),
    path(
        "invoices/<int:invoice_id>/acknowledgement/", invoices.invoice_acknowledgement, name="invoice_acknowledgement"
    ),
    path("invoices/<int:invoice_id>/undo/", work_acts.invoice_undo, name="invoice_undo"),
    path("invoices-to-fix/", failures.failures, name="failures"),
    path("invoices-to-fix/attempt/", failures.failures_attempt, name="failures_attempt"),
]
WORK = [
    path("work/", work.work_list, name="work"),
    path("work/new/", work_acts.work_new, name="work_new"),
    path("work/completion/", work_acts.work_completion, name="work_completion"),
    path("work/undo/", work_acts.work_undo, name="work_undo"),
    path("work/proposed/", work_acts.work_proposed, name="work_proposed"),
]
SERVICES = [
    path("services/", services.services, name="services"),
    path("services/menus/new/", services.menu_new, name="menu_new"),
    path("services/menus/<int:menu_id>/copy/", services.menu_copy, name="menu_copy"),
    path("services/menus/<int:menu_id>/activation/", services.menu_activation, name="menu_activation"),
    path("services/menus/<int:menu_id>/archive/", services.menu_archive, name="menu_archive"),
    path("services/menus/<int:menu_id>/accounts/", services.account_codes, name="account_codes"),
    path("services/menus/<int:menu_id>/new/", services.service_new, name="service_new"),
    path("services/<int:service_id>/", services.service, name="service"),
    path("services/<int:service_id>/archive/", services.service_archive, name="service_archive"),
]
SETTINGS = [
    path("settings/billing/", settings.settings_billing, name="settings_billing"),
    path("settings/billing/people/", settings.people_tracking, name="people_tracking"),
    path("settings/safe-mode/", settings.safe_mode, name="safe_mode"),
    path("settings/safe-mode/waiting/", settings.waiting_confirmation, name="waiting_confirmation"),
]
CLIENTS = [
    path("clients/<int:client_id>/work/", clients.client_work, name="client_work"),
    path("clients/<int:client_id>/invoicing/", clients.client_invoicing, name="client_invoicing"),
    path("clients/<int:client_id>/invoicing/terms/", clients.client_terms, name="client_terms"),
    path("clients/<int:client_id>/invoices/", clients.client_invoices, name="client_invoices"),
    path("clients/<int:client_id>/why/", clients.client_why, name="client_why"),
]

urlpatterns = [*PLANS, *INVOICES, *WORK, *SERVICES, *SETTINGS, *CLIENTS]

public_urlpatterns = [path("i/<uuid:uid>", marker.marker, name="invoice_marker")]
