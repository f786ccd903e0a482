"""What programs read and write; no serializer writes to the database."""

from typing import Any

from rest_framework import serializers

from billing.models import BillingMethod
from proposals.models import Proposal, ProposalLine
from proposals.records import LineTerms, Terms


class ProposalLineSerializer(serializers.ModelSerializer[ProposalLine]):
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, read_only=True)

    class Meta:
        model = ProposalLine
        fields = (
            "service_id", "name", "description", "price", "quantity", "amount", "billing_method", "weekday",
            "line_tracking_id", "has_alignment", "continues_id",
        )  # fmt: skip


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    client_name = serializers.CharField(source="client.name", read_only=True)
    starts_on = serializers.DateField(source="engagement.starts_on", default=None, read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "id", "number", "title", "kind", "status", "client_id", "client_name", "signatory_name", "signatory_email",
            "planned_start", "starts_on", "has_alignment", "expires_on", "version", "replaces_id", "created_at",
            "sent_at", "viewed_at", "accepted_at", "activated_at", "lost_at", "lost_reason", "last_month",
        )  # fmt: skip


class ProposalDetailSerializer(ProposalSerializer):
    lines = ProposalLineSerializer(many=True, read_only=True)

    class Meta(ProposalSerializer.Meta):
        fields = (*ProposalSerializer.Meta.fields, "introduction", "letter", "lines")  # type: ignore[assignment]  # longer


class TermsBody(serializers.Serializer[Any]):
    """The general part of a proposal; what is left out keeps its value, or the practice's usual one."""

    title = serializers.CharField(max_length=200, required=False)
    signatory_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    signatory_email = serializers.EmailField(required=False, allow_blank=True)
    planned_start = serializers.DateField(required=False, help_text="Any day of the first month that is billed.")
    has_alignment = serializers.BooleanField(required=False)
    introduction = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    letter = serializers.CharField(max_length=50_000, required=False, allow_blank=True)
    expires_on = serializers.DateField(required=False, allow_null=True)

    def values(self) -> dict[str, Any]:
        """What was given of a Terms record."""
        return {name: value for name, value in self.validated_data.items() if name in Terms.__dataclass_fields__}


class DraftBody(TermsBody):
    client_id = serializers.IntegerField(min_value=1)


class LineBody(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2, required=False)
    billing_method = serializers.ChoiceField(choices=BillingMethod.choices)
    weekday = serializers.IntegerField(min_value=0, max_value=6, required=False)
    service_id = serializers.IntegerField(required=False, allow_null=True)
    continues_id = serializers.IntegerField(required=False, allow_null=True)
    line_tracking_id = serializers.IntegerField(required=False, allow_null=True)
    has_alignment = serializers.BooleanField(required=False)


class LinesBody(serializers.Serializer[Any]):
    """All the lines, in their order: they replace those that stand."""

    lines = LineBody(many=True)

    def terms(self) -> list[LineTerms]:
        return [LineTerms(**line) for line in self.validated_data["lines"]]


class ReasonBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class StartBody(serializers.Serializer[Any]):
    month = serializers.DateField(help_text="Any day of the first month that is billed.")
    recompute_alignment = serializers.BooleanField(default=False)


class EndBody(serializers.Serializer[Any]):
    last_month = serializers.DateField(help_text="Any day of the last month that is billed.")


class SigningLinkSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(read_only=True, help_text="The signing page; told this once.")
