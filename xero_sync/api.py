"""Xero over the API: how the connection stands, which contact each client is, a sync."""

from typing import Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients.access import Action
from clients.access.programs import Conflict, practice_of
from clients.models import Client, User
from xero_sync.models import Connection, Contact, SyncRun
from xero_sync.operations import asking, contacts
from xero_sync.reports import integration, matching_queue, pauses

# ── Serializers ──────────────────────────────────────────────────────────────────────────────────────────────────────


class SyncSerializer(serializers.ModelSerializer[SyncRun]):
    """A reading of Xero's lists: waiting, running, done or failed."""

    class Meta:
        model = SyncRun
        fields = ("id", "status", "asked_at", "started_at", "finished_at", "step", "counts", "problem")


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """The connection. Its tokens are shown to nobody."""

    connected_by = serializers.EmailField(source="connected_by.email", read_only=True)

    class Meta:
        model = Connection
        fields = ("organisation_name", "status", "connected_at", "connected_by", "lost_at", "problem", "checked_at",
                  "base_currency", "period_lock_date")  # fmt: skip


class StatusSerializer(serializers.Serializer[Any]):
    """How the practice stands towards Xero; without a connection the rest is empty."""

    connection = ConnectionSerializer(allow_null=True)
    last_sync = SyncSerializer(allow_null=True)
    open_sync = SyncSerializer(allow_null=True)
    calls_left = serializers.IntegerField(allow_null=True)


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A contact in Xero; one that is archived, merged or missing cannot be linked."""

    class Meta:
        model = Contact
        fields = ("id", "external_id", "name", "email", "company_number", "status", "is_missing")


class ContactLinkSerializer(serializers.Serializer[Any]):
    """How one client stands: linked, suggested, unmatched, archived, merged or missing."""

    client_id = serializers.IntegerField(source="client.pk")
    client_name = serializers.CharField(source="client.name")
    match = serializers.CharField()
    contact = ContactSerializer(source="link.contact", allow_null=True, default=None)
    suggestion = ContactSerializer(source="suggestion.contact", allow_null=True, default=None)
    score = serializers.IntegerField(source="suggestion.score", allow_null=True, default=None)
    reason = serializers.CharField(source="suggestion.reason", allow_null=True, default=None)


class LinkChoiceSerializer(serializers.Serializer[Any]):
    """Which contact the client is."""

    contact_id = serializers.IntegerField(min_value=1)


# ── Views ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class XeroView(generics.GenericAPIView[Any]):
    """What the views below share."""

    actions: ClassVar[dict[str, Action]]

    def connection(self) -> Connection:
        """The connection, whatever its state; without one there are no contacts and no links."""
        found = integration.last_connection(practice_of(self.request))
        if found is None:
            raise NotFound("Xero is not connected. An admin connects it under Settings, Integrations.")
        return found

    def person(self) -> User:
        return cast(User, self.request.user)


class XeroStatus(XeroView):
    """The connection, the last sync and the one under way, and how many calls Xero still allows today."""

    actions = {"GET": Action.BILLING}
    serializer_class = StatusSerializer

    def get(self, request: Request) -> Response:
        practice = practice_of(request)
        connection = integration.last_connection(practice)
        runs = integration.runs_of(connection) if connection else []
        status = {
            "connection": connection,
            "last_sync": next((run for run in runs if run.is_ended), None),
            "open_sync": next((run for run in runs if run.is_open), None),
            "calls_left": integration.calls_left(pauses.lane_of(practice), at=timezone.now()),
        }
        return Response(self.get_serializer(status).data)


class SyncList(XeroView):
    """Syncs, the newest first. POST asks for one; while one is open it is answered again."""

    actions = {"GET": Action.BILLING, "POST": Action.SETTINGS}
    serializer_class = SyncSerializer
    queryset = SyncRun.objects.none()

    @extend_schema(responses=SyncSerializer(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(SyncRun.objects.for_practice(practice_of(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=None, responses={202: SyncSerializer})
    def post(self, request: Request) -> Response:
        connection = self.connection()
        if connection.is_disconnected:
            raise Conflict("Xero is not connected.")
        run = asking.request_sync(connection=connection, by=self.person(), at=timezone.now())
        return Response(self.get_serializer(run).data, status=202)


class ContactList(XeroView):
    """Contacts in Xero by name, archived ones too; `?q=` finds by name, e-mail, company or account number."""

    actions = {"GET": Action.CLIENTS}
    serializer_class = ContactSerializer
    queryset = Contact.objects.none()

    @extend_schema(parameters=[OpenApiParameter("q", str)], responses=ContactSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = Contact.objects.for_practice(practice_of(request)).of(self.connection().tenant_id)
        text = request.query_params.get("q", "").strip()
        page = self.paginate_queryset(found.matching(text) if text else found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class LinkList(XeroView):
    """How every open client stands; `?match=` keeps one state."""

    actions = {"GET": Action.CLIENTS}
    serializer_class = ContactLinkSerializer
    queryset = Client.objects.none()

    @extend_schema(parameters=[OpenApiParameter("match", str)], responses=ContactLinkSerializer(many=True))
    def get(self, request: Request) -> Response:
        practice, tenant = practice_of(request), self.connection().tenant_id
        match = request.query_params.get("match", "")
        if match and match not in matching_queue.LABELS:
            raise ValidationError({"match": f"Choose one of {', '.join(matching_queue.LABELS)}."})
        clients = matching_queue.with_match(practice, tenant).open().order_by("name", "pk")
        page = self.paginate_queryset(matching_queue.in_state(clients, {match}) if match else clients) or []
        rows = matching_queue.rows_of(practice, tenant, page)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class LinkDetail(XeroView):
    """One client's contact: PUT links it, DELETE takes the link away."""

    actions = {"GET": Action.CLIENTS, "PUT": Action.BILLING, "DELETE": Action.BILLING}
    serializer_class = ContactLinkSerializer
    queryset = Client.objects.none()

    def get(self, request: Request, client_id: int) -> Response:
        return Response(self._shown(self._client(client_id)))

    @extend_schema(request=LinkChoiceSerializer, responses=ContactLinkSerializer)
    def put(self, request: Request, client_id: int) -> Response:
        client = self._client(client_id)
        asked = LinkChoiceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        contact = self._contact(asked.validated_data["contact_id"])
        try:
            contacts.link(client=client, contact=contact, by=self.person(), at=timezone.now())
        except contacts.ContactRefusal as reason:
            raise Conflict(str(reason)) from reason
        return Response(self._shown(client))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, client_id: int) -> Response:
        try:
            contacts.unlink(client=self._client(client_id), by=self.person(), at=timezone.now())
        except contacts.ContactRefusal as reason:
            raise Conflict(str(reason)) from reason
        return Response(status=204)

    def _client(self, client_id: int) -> Client:
        return get_object_or_404(practice_of(self.request).clients.open(), pk=client_id)

    def _contact(self, contact_id: int) -> Contact:
        known = Contact.objects.for_practice(practice_of(self.request)).of(self.connection().tenant_id)
        found = known.filter(pk=contact_id).first()
        if found is None:
            raise ValidationError({"contact_id": ["No contact of the connected organisation has this id."]})
        if not found.is_usable:
            raise Conflict(f"{found} cannot be invoiced. Unarchive it in Xero first, or choose another.")
        return found

    def _shown(self, client: Client) -> Any:
        tenant = self.connection().tenant_id
        found = matching_queue.with_match(client.practice, tenant).filter(pk=client.pk)
        return self.get_serializer(matching_queue.rows_of(client.practice, tenant, found)[0]).data


# ── Routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

routes = [
    path("xero/", XeroStatus.as_view(), name="xero"),
    path("xero/syncs/", SyncList.as_view(), name="xero_syncs"),
    path("xero/contacts/", ContactList.as_view(), name="xero_contacts"),
    path("xero/links/", LinkList.as_view(), name="xero_links"),
    path("xero/links/<int:client_id>/", LinkDetail.as_view(), name="xero_link"),
]
