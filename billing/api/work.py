"""Work: list, complete."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.invoices import InvoiceSerializer
from billing.models import WorkItem
from billing.operations import work
from clients.access import Action
from clients.access.programs import Conflict, person, practice_of
from clients.access.resources import PracticeView, narrowed

BIGGEST = 2**63 - 1  # what an id can be


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
    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST), allow_empty=False, max_length=500
    )


class WorkList(PracticeView):
    """Work; `?status=open`, `completed` or `cancelled`, and `?client_id=` narrow it."""

    actions = {"GET": Action.WORK}
    serializer_class = WorkSerializer
    queryset = WorkItem.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("status", str), OpenApiParameter("client_id", int)],
        responses=WorkSerializer(many=True),
    )
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
