"""Clients over the API."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients import operations
from clients.access import Action
from clients.access.programs import Conflict, practice_of
from clients.errors import BadValues, ClientsRefusal
from clients.forms import AuditFilterForm, ClientFilterForm
from clients.models import AuditEvent, Client, Membership, User
from clients.records import sentence_of

# ── Serializers ──────────────────────────────────────────────────────────────────────────────────────────────────────


class ClientSerializer(serializers.Serializer[Client]):
    """A client. What is left out of a PATCH stays as it is."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=255)
    type = serializers.ChoiceField(choices=Client.Type.choices, default=Client.Type.LIMITED_COMPANY)
    trading_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    company_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    contact_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    address = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    vat_number = serializers.CharField(max_length=30, required=False, allow_blank=True)
    year_end_month = serializers.IntegerField(min_value=1, max_value=12, required=False, allow_null=True)
    year_end_day = serializers.IntegerField(min_value=1, max_value=31, required=False, allow_null=True)
    owner_id = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    group = serializers.CharField(max_length=200, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    status = serializers.CharField(source="status_label", read_only=True)
    last_billable_month = serializers.DateField(read_only=True, allow_null=True)
    close_reason = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Client) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(_WithTagNames(instance))  # type: ignore[arg-type]  # a view of it
        return shown


class _WithTagNames:
    """The client, with its tags as words."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.tags = [tag.name for tag in client.tags.all()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class ClosingSerializer(serializers.Serializer[Client]):
    """The last month that is billed (any day of it), and why."""

    last_billable_month = serializers.DateField()
    reason = serializers.CharField(max_length=500)


class AuditSerializer(serializers.ModelSerializer[AuditEvent]):
    """An entry of the audit log. `seq` and `hash` are empty until it is sealed, within a minute of the deed."""

    actor_id = serializers.IntegerField(read_only=True, allow_null=True)
    sentence = serializers.SerializerMethodField()
    facts = serializers.DictField(read_only=True)

    class Meta:
        model = AuditEvent
        fields = [
            "seq", "at", "actor_id", "actor_name", "action", "sentence", "subject_type", "subject_id", "subject",
            "facts", "prev_hash", "hash",
        ]  # fmt: skip
        read_only_fields = fields

    def get_sentence(self, event: AuditEvent) -> str:
        return sentence_of(event.action, event.subject, event.facts)


# ── Views ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ClientsView:
    """What the views below share."""

    action_needed: ClassVar[Action] = Action.CLIENTS
    serializer_class: Any = ClientSerializer
    queryset: Any = Client.objects.none()
    request: Any

    def get_queryset(self) -> QuerySet[Client]:
        return practice_of(self.request).clients.select_related("owner").prefetch_related("tags")


class ClientList(ClientsView, generics.ListCreateAPIView[Client]):
    """Clients of the practice, by name. `?q=&status=&owner=&group=&tag=&sort=` narrow and order them as the page does.

    Without a status the closed ones are left out; `status=all` shows everything.
    """

    def get_queryset(self) -> QuerySet[Client]:
        practice = practice_of(self.request)
        filters = ClientFilterForm(
            self.request.query_params, practice=practice, month=practice.month_at(timezone.now())
        )
        return filters.found().select_related("owner").prefetch_related("tags")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Adds a prospect."""
        values = _values(request, self.get_serializer(data=request.data))
        practice, by = practice_of(request), cast(User, request.user)
        client = _done(lambda: operations.create_client(practice=practice, values=values, by=by, at=timezone.now()))
        return Response(self.get_serializer(client).data, status=201)


class ClientDetail(ClientsView, generics.RetrieveUpdateAPIView[Client]):
    """One client."""

    http_method_names = ["get", "head", "options", "patch"]

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes what is given."""
        client = self.get_object()
        given = _values(request, self.get_serializer(client, data=request.data, partial=True))
        values, by = operations.as_values(client) | given, cast(User, request.user)
        client = _done(lambda: operations.edit_client(client=client, values=values, by=by, at=timezone.now()))
        return Response(self.get_serializer(self.get_object()).data)


class ClientClosing(ClientsView, generics.GenericAPIView[Client]):
    """Closes a client after its last billable month."""

    serializer_class = ClosingSerializer

    @extend_schema(responses=ClientSerializer)
    def post(self, request: Request, pk: int) -> Response:
        client, by = self.get_object(), cast(User, request.user)
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        month, reason = asked.validated_data["last_billable_month"], asked.validated_data["reason"]
        closed = _done(
            lambda: operations.close_client(client=client, last_month=month, reason=reason, by=by, at=timezone.now())
        )
        return Response(ClientSerializer(closed).data)


class ClientReactivation(ClientsView, generics.GenericAPIView[Client]):
    """Undoes the closing."""

    @extend_schema(request=None, responses=ClientSerializer)
    def post(self, request: Request, pk: int) -> Response:
        client, by = self.get_object(), cast(User, request.user)
        opened = _done(lambda: operations.reactivate_client(client=client, by=by, at=timezone.now()))
        return Response(ClientSerializer(opened).data)


class AuditList(generics.ListAPIView[AuditEvent]):
    """The audit log, newest first. `?q=&who=&kind=&from=&to=` narrow it as the page does."""

    action_needed: ClassVar[Action] = Action.AUDIT
    serializer_class = AuditSerializer
    queryset = AuditEvent.objects.none()

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return AuditFilterForm(self.request.query_params, practice=practice_of(self.request)).found()


def _values(request: Request, asked: serializers.BaseSerializer[Client]) -> dict[str, Any]:
    """What was given, checked, with the owner as a member of this practice's team."""
    asked.is_valid(raise_exception=True)
    values = dict(asked.validated_data)
    if "tags" in values:
        values["tags"] = tuple(values["tags"])
    if "owner_id" in values:
        values["owner"] = _owner(request, values.pop("owner_id"))
    return values


def _owner(request: Request, key: int | None) -> Membership | None:
    if key is None:
        return None
    owner = practice_of(request).memberships.current().filter(pk=key).first()
    if owner is None:
        raise ValidationError({"owner_id": ["Nobody on the team has this id."]})
    return owner


def _done(act: Any) -> Client:
    """Runs the one operation; its refusal is the API's answer."""
    try:
        client: Client = act()
    except BadValues as refusal:
        raise ValidationError(refusal.problems) from refusal
    except ClientsRefusal as refusal:
        raise Conflict(str(refusal)) from refusal
    return client


# ── Routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

routes = [
    path("clients/", ClientList.as_view(), name="clients"),
    path("clients/<int:pk>/", ClientDetail.as_view(), name="client"),
    path("clients/<int:pk>/closing/", ClientClosing.as_view(), name="client_closing"),
    path("clients/<int:pk>/reactivation/", ClientReactivation.as_view(), name="client_reactivation"),
    path("audit/", AuditList.as_view(), name="audit"),
]
