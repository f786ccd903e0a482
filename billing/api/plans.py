"""Billing plans: read, approve."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import BillingPlan, PlanRow
from billing.operations import plans
from clients.access import Action
from clients.access.programs import Conflict, person, practice_of
from clients.access.resources import PracticeView

MONTH = OpenApiParameter("month", str, OpenApiParameter.PATH, description="A billing month, as 2026-10.")


class PlanRowSerializer(serializers.ModelSerializer[PlanRow]):
    difference = serializers.DecimalField(max_digits=14, decimal_places=2, read_only=True)

    class Meta:
        model = PlanRow
        fields = (
            "client_id", "client_name", "change", "amount", "last_amount", "difference", "line_count",
            "last_line_count",
        )  # fmt: skip


class PauseSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField(help_text="When posting resumes by itself.")
    sentence = serializers.CharField()


class PlanSerializer(serializers.ModelSerializer[BillingPlan]):
    month = serializers.DateField(format="%Y-%m")
    approved_by = serializers.EmailField(source="approved_by.email", default=None, read_only=True)
    pause = serializers.SerializerMethodField()

    @extend_schema_field(PauseSerializer(allow_null=True))
    def get_pause(self, plan: BillingPlan) -> Any:
        """Why a plan that is posting waits for hours, and until when; null while it does not."""
        standing = plans.standing_of(plan, at=timezone.now())
        return PauseSerializer(standing).data if standing.is_paused else None

    class Meta:
        model = BillingPlan
        fields = (
            "month", "status", "version", "posts_on", "total", "line_count", "drafted_at", "approved_at", "approved_by",
            "raised_at", "posted_at", "pause",
        )  # fmt: skip


class PlanDetailSerializer(PlanSerializer):
    rows = PlanRowSerializer(many=True, read_only=True)

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "rows")  # type: ignore[assignment]  # one longer


class ApprovalSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that was read; another one is refused with 409.")


class PlanList(PracticeView):
    """Billing plans, newest month first."""

    actions = {"GET": Action.BILLING}
    serializer_class = PlanSerializer
    queryset = BillingPlan.objects.none()

    @extend_schema(responses=PlanSerializer(many=True))
    def get(self, request: Request) -> Response:
        return self.pages(
            BillingPlan.objects.for_practice(practice_of(request)).select_related("approved_by", "practice")
        )


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


def plan_of(request: Request, month: date, at: datetime) -> BillingPlan:
    """The month's plan, drawn afresh while it is a draft; 404 where none was opened."""
    every = BillingPlan.objects.for_practice(practice_of(request)).in_month(month)
    plan = every.select_related("approved_by", "practice").first()
    if plan is None:
        raise NotFound("There is no plan for this month.")
    return plans.draft(practice=practice_of(request), month=month, at=at) if plan.is_draft else plan
