"""Billing for programs: services, plans, work and invoices; it calls exactly what the pages call."""

from django.urls import path

from billing.api.invoices import InvoiceAttempt, InvoiceDetail, InvoiceList
from billing.api.plans import PlanApproval, PlanDetail, PlanList
from billing.api.services import ServiceList
from billing.api.work import WorkCompletion, WorkList
from billing.forms import MonthConverter as MonthConverter  # registered there, under the name used below

routes = [
    path("services/", ServiceList.as_view(), name="services"),
    path("plans/", PlanList.as_view(), name="plans"),
    path("plans/<month:month>/", PlanDetail.as_view(), name="plan"),
    path("plans/<month:month>/approval/", PlanApproval.as_view(), name="plan_approval"),
    path("work/", WorkList.as_view(), name="work"),
    path("work/completion/", WorkCompletion.as_view(), name="work_completion"),
    path("invoices/", InvoiceList.as_view(), name="invoices"),
    path("invoices/<int:invoice_id>/", InvoiceDetail.as_view(), name="invoice"),
    path("invoices/<int:invoice_id>/attempt/", InvoiceAttempt.as_view(), name="invoice_attempt"),
]
