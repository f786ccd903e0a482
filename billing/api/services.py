"""What the practice offers."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Service
from clients.access import Action
from clients.access.programs import practice_of
from clients.access.resources import PracticeView


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


class ServiceList(PracticeView):
    """What the practice offers: the services of the active menu."""

    actions = {"GET": Action.PROPOSALS}
    serializer_class = ServiceSerializer
    queryset = Service.objects.none()

    @extend_schema(responses=ServiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        offered = Service.objects.for_practice(practice_of(request)).on_offer()
        return self.pages(offered.select_related("menu", "ledger_account", "tracking_option"))
