"""Invoices: read, retry."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Invoice, InvoiceLine
from billing.operations import inbox, invoices
from clients.access import Action
from clients.access.programs import person, practice_of
from clients.access.resources import PracticeView, narrowed


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
            "due_date", "currency", "total", "posting_status", "is_released", "raised_at", "waiting_since",
            "ledger_number", "ledger_url", "posted_at", "refused_at", "refusal_code", "refusal_reason",
            "is_handled_by_hand",
        )  # fmt: skip


class InvoiceDetailSerializer(InvoiceSerializer):
    lines = LineSerializer(many=True, read_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = (*InvoiceSerializer.Meta.fields, "lines")  # type: ignore[assignment]  # one longer


class InvoiceList(PracticeView):
    """Invoices, newest first; `?status=`, `?kind=` and `?client_id=` narrow them.

    `?to_fix=true` gives what should be in the ledger and is not: refused, waiting for a person, late, or changed there.
    """

    actions = {"GET": Action.BILLING}
    serializer_class = InvoiceSerializer
    queryset = Invoice.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("status", "kind", "client_id", "to_fix")],
        responses=InvoiceSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        practice, to_fix = practice_of(request), request.query_params.get("to_fix") == "true"
        every = Invoice.objects.for_practice(practice)
        if request.query_params.get("status") not in (None, "", Invoice.Status.POSTED):
            every = every.outside()
        rows = inbox.open_invoices(practice, at=timezone.now()) if to_fix else every
        choices = {"status": set(Invoice.Status.values), "kind": set(Invoice.Kind.values)}
        found = narrowed(rows, request, choices)
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


def invoice_of(request: Request, invoice_id: int) -> Invoice:
    every = Invoice.objects.for_practice(practice_of(request)).select_related("client", "plan")
    related = ("lines__ledger_account", "lines__tracking_1__category", "lines__tracking_2__category")
    return get_object_or_404(every.prefetch_related(*related), pk=invoice_id)
