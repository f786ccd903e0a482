"""Billing for programs: services, plans, work and invoices; it calls exactly what the pages call."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from billing.forms import MonthConverter as MonthConverter  # registered there, under the name used below
from billing.models import BillingPlan, Invoice, InvoiceLine, PlanRow, Service, WorkItem
from billing.operations import invoices, plans, work
from billing.reports import results
from clients.access import Action, PracticePermission, TokenAuthentication, practice_of
from clients.models import ApiToken, User

MONTH = OpenApiParameter("month", str, OpenApiParameter.PATH, description="A billing month, as 2026-10.")


class Conflict(APIException):
    """The row is not in the state this act needs; the detail says which it is in."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


# ── Serializers ──────────────────────────────────────────────────────────────────────────────────────────────────────


class ServiceSerializer(serializers.ModelSerializer[Service]):
    menu = serializers.CharField(source="menu.name", read_only=True)
    account_code = serializers.CharField(source="ledger_account.code", default=None, read_only=True)
    tracking = serializers.CharField(source="tracking_option.name", default=None, read_only=True)

    class Meta:
        model = Service
        fields = (
            "id", "menu", "name", "description", "category", "price", "billing_method", "account_code", "tracking",
            "has_alignment", "updated_at",
        )  # fmt: skip


class PlanRowSerializer(serializers.ModelSerializer[PlanRow]):
    difference = serializers.DecimalField(max_digits=14, decimal_places=2, read_only=True)

    class Meta:
        model = PlanRow
        fields = (
            "client_id", "client_name", "change", "amount", "last_amount", "difference", "line_count",
            "last_line_count",
        )  # fmt: skip


class PlanSerializer(serializers.ModelSerializer[BillingPlan]):
    month = serializers.DateField(format="%Y-%m")
    approved_by = serializers.EmailField(source="approved_by.email", default=None, read_only=True)

    class Meta:
        model = BillingPlan
        fields = (
            "month", "status", "version", "posts_on", "total", "line_count", "drafted_at", "approved_at", "approved_by",
            "raised_at", "posted_at",
        )  # fmt: skip


class PlanDetailSerializer(PlanSerializer):
    rows = PlanRowSerializer(many=True, read_only=True)

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "rows")  # type: ignore[assignment]  # one longer


class ApprovalSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that was read; another one is refused with 409.")


class WorkSerializer(serializers.ModelSerializer[WorkItem]):
    client_name = serializers.CharField(source="client.name", read_only=True)
    proposal = serializers.IntegerField(source="engagement.number", default=None, read_only=True)
    billing_method = serializers.CharField(source="engaged_service.billing_method", default=None, read_only=True)

    class Meta:
        model = WorkItem
        fields = (
            "id", "client_id", "client_name", "proposal", "name", "billing_method", "period_label", "period_start",
            "amount", "status", "proposed_at", "completed_at", "invoice_id",
        )  # fmt: skip


class CompletionSerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=500)


class LineSerializer(serializers.ModelSerializer[InvoiceLine]):
    account_code = serializers.CharField(source="ledger_account.code", default=None, read_only=True)
    tracking = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceLine
        fields = ("description", "quantity", "unit_price", "amount", "account_code", "tracking", "why", "note")

    def get_tracking(self, line: InvoiceLine) -> list[str]:
        return [str(option) for option in (line.tracking_1, line.tracking_2) if option]


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    client_name = serializers.CharField(source="client.name", read_only=True)
    month = serializers.DateField(source="plan.month", format="%Y-%m", default=None, read_only=True)

    class Meta:
        model = Invoice
        fields = (
            "id", "uid", "client_id", "client_name", "kind", "month", "status", "number", "reference", "invoice_date",
            "due_date", "currency", "total", "posting_status", "is_released", "raised_at", "ledger_number",
            "ledger_url", "posted_at", "refused_at", "refusal_code", "refusal_reason", "is_handled_by_hand",
        )  # fmt: skip


class InvoiceDetailSerializer(InvoiceSerializer):
    lines = LineSerializer(many=True, read_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = (*InvoiceSerializer.Meta.fields, "lines")  # type: ignore[assignment]  # one longer


# ── Views ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class PracticeView(GenericAPIView[Any]):
    """A view of the practice that the token opens."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [PracticePermission]
    pagination_class = Pages

    def pages(self, rows: QuerySet[Any]) -> Response:
        """One page of these rows."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ServiceList(PracticeView):
    """What the practice offers: the services of the active menu."""

    actions = {"GET": Action.PROPOSALS}
    serializer_class = ServiceSerializer
    queryset = Service.objects.none()

    def get(self, request: Request) -> Response:
        offered = Service.objects.for_practice(practice_of(request)).on_offer()
        return self.pages(offered.select_related("menu", "ledger_account", "tracking_option"))


class PlanList(PracticeView):
    """Billing plans, newest month first."""

    actions = {"GET": Action.BILLING}
    serializer_class = PlanSerializer
    queryset = BillingPlan.objects.none()

    def get(self, request: Request) -> Response:
        return self.pages(BillingPlan.objects.for_practice(practice_of(request)).select_related("approved_by"))


class PlanDetail(PracticeView):
    """One month's plan with its rows; a draft is worked out afresh."""

    actions = {"GET": Action.BILLING}
    serializer_class = PlanDetailSerializer
    queryset = BillingPlan.objects.none()

    @extend_schema(parameters=[MONTH])
    def get(self, request: Request, month: date) -> Response:
        plan = plan_of(request, month, timezone.now())
        return Response(self.get_serializer(plan).data)


class PlanApproval(PracticeView):
    """Approve the plan of a month in the version that was read."""

    actions = {"POST": Action.APPROVE}
    serializer_class = ApprovalSerializer
    queryset = BillingPlan.objects.none()

    @extend_schema(parameters=[MONTH], request=ApprovalSerializer, responses={200: PlanSerializer})
    def post(self, request: Request, month: date) -> Response:
        at = timezone.now()
        plan = plan_of(request, month, at)
        body = ApprovalSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            approved = plans.approve(plan=plan, version=body.validated_data["version"], by=person(request), at=at)
        except (plans.NotDraft, plans.PlanChanged) as reason:
            raise Conflict(str(reason)) from reason
        return Response(PlanSerializer(approved).data)


class WorkList(PracticeView):
    """Work; `?status=open`, `completed` or `cancelled`, and `?client_id=` narrow it."""

    actions = {"GET": Action.WORK}
    serializer_class = WorkSerializer
    queryset = WorkItem.objects.none()

    @extend_schema(parameters=[OpenApiParameter("status", str), OpenApiParameter("client_id", int)])
    def get(self, request: Request) -> Response:
        rows = WorkItem.objects.for_practice(practice_of(request))
        found = narrowed(rows, request, {"status": set(WorkItem.Status.values)})
        return self.pages(found.select_related("client", "engagement", "engaged_service"))


class WorkCompletion(PracticeView):
    """Mark work as completed: one invoice per proposal. Work that was completed before is left out."""

    actions = {"POST": Action.BILLING}
    serializer_class = CompletionSerializer
    queryset = WorkItem.objects.none()

    @extend_schema(request=CompletionSerializer, responses={200: InvoiceSerializer(many=True)})
    def post(self, request: Request) -> Response:
        body = CompletionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data["items"]
        try:
            raised = work.complete(practice=practice_of(request), item_ids=ids, by=person(request), at=timezone.now())
        except work.NothingOpen as reason:
            raise Conflict(str(reason)) from reason
        return Response(InvoiceSerializer(raised, many=True).data)


class InvoiceList(PracticeView):
    """Invoices, newest first; `?status=`, `?kind=`, `?client_id=` and `?to_fix=true` narrow them."""

    actions = {"GET": Action.BILLING}
    serializer_class = InvoiceSerializer
    queryset = Invoice.objects.none()

    @extend_schema(parameters=[OpenApiParameter(name, str) for name in ("status", "kind", "client_id", "to_fix")])
    def get(self, request: Request) -> Response:
        rows = Invoice.objects.for_practice(practice_of(request))
        choices = {"status": set(Invoice.Status.values), "kind": set(Invoice.Kind.values)}
        found = narrowed(rows, request, choices)
        found = found.filter(results.to_fix()) if request.query_params.get("to_fix") == "true" else found
        return self.pages(found.select_related("client", "plan"))


class InvoiceDetail(PracticeView):
    """One invoice with its lines."""

    actions = {"GET": Action.BILLING}
    serializer_class = InvoiceDetailSerializer
    queryset = Invoice.objects.none()

    def get(self, request: Request, invoice_id: int) -> Response:
        return Response(self.get_serializer(invoice_of(request, invoice_id)).data)


class InvoiceAttempt(PracticeView):
    """Retry a refused invoice, or send an acceptance invoice now: once, however often it is asked."""

    actions = {"POST": Action.APPROVE}
    serializer_class = InvoiceSerializer
    queryset = Invoice.objects.none()

    @extend_schema(request=None, responses={200: InvoiceSerializer})
    def post(self, request: Request, invoice_id: int) -> Response:
        kept = invoice_of(request, invoice_id)
        act = invoices.send_now if kept.kind == Invoice.Kind.ACCEPTANCE else invoices.retry
        return Response(InvoiceSerializer(act(invoice=kept, by=person(request), at=timezone.now())).data)


def plan_of(request: Request, month: date, at: datetime) -> BillingPlan:
    """The month's plan, drawn afresh while it is a draft; 404 where none was opened."""
    every = BillingPlan.objects.for_practice(practice_of(request)).in_month(month)
    plan = every.select_related("approved_by", "practice").first()
    if plan is None:
        raise NotFound("There is no plan for this month.")
    return plans.draft(practice=practice_of(request), month=month, at=at) if plan.is_draft else plan


def invoice_of(request: Request, invoice_id: int) -> Invoice:
    every = Invoice.objects.for_practice(practice_of(request)).select_related("client", "plan")
    related = ("lines__ledger_account", "lines__tracking_1__category", "lines__tracking_2__category")
    return get_object_or_404(every.prefetch_related(*related), pk=invoice_id)


def narrowed(rows: QuerySet[Any], request: Request, choices: dict[str, set[str]]) -> QuerySet[Any]:
    """Filtered by what the address names; a value that does not exist is an error, not an empty answer."""
    for name, allowed in choices.items():
        value = request.query_params.get(name)
        if value and value not in allowed:
            raise ValidationError({name: f"Choose one of {', '.join(sorted(allowed))}."})
        rows = rows.filter(**{name: value}) if value else rows
    client_id = request.query_params.get("client_id", "")
    if client_id and not client_id.isdigit():
        raise ValidationError({"client_id": "Give the id of a client."})
    return rows.filter(client_id=int(client_id)) if client_id else rows


def person(request: Request) -> User:
    """Who made the token: what a program does is done in their name."""
    token = request.auth
    assert isinstance(token, ApiToken)  # noqa: S101  # PracticePermission made sure
    return token.created_by


# ── Routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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
