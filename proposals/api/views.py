"""Views: one operation each. A state that does not allow it is a 409, values that cannot be stored a 400."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients.access import Action
from clients.access.programs import Conflict, person, practice_of
from clients.access.resources import PracticeView, narrowed
from proposals import operations
from proposals.api import serializers
from proposals.errors import BadTerms, NotYours
from proposals.models import Proposal


class ProposalView(PracticeView):
    """What the views below share."""

    queryset = Proposal.objects.none()
    serializer_class: Any = serializers.ProposalDetailSerializer

    def found(self, request: Request) -> QuerySet[Proposal]:
        rows = Proposal.objects.for_practice(practice_of(request))
        return rows.select_related("client", "practice", "engagement", "replaces__engagement", "created_by", "sent_by")

    def one(self, request: Request, proposal_id: int) -> Proposal:
        return get_object_or_404(self.found(request), pk=proposal_id)

    def body(self, request: Request, kind: type[Any]) -> Any:
        """The request's body, or a 400 that says what is wrong with it."""
        read = kind(data=request.data)
        read.is_valid(raise_exception=True)
        return read

    def attempt(self, act: Callable[..., Any], request: Request, **given: Any) -> Any:
        """The operation, done in the name of whoever made the token; its refusals as answers."""
        try:
            return act(by=person(request), at=timezone.now(), **given)
        except BadTerms as refusal:
            raise ValidationError(refusal.errors) from refusal
        except NotYours as refusal:
            raise ValidationError({"lines": str(refusal)}) from refusal
        except operations.REFUSALS as refusal:
            raise Conflict(str(refusal)) from refusal

    def shown(self, proposal: Proposal, code: int = status.HTTP_200_OK) -> Response:
        return Response(serializers.ProposalDetailSerializer(proposal).data, status=code)


class ProposalList(ProposalView):
    """Proposals, the newest first; `?status=` and `?client_id=` narrow them. POST drafts one."""

    actions = {"GET": Action.PROPOSALS, "POST": Action.PROPOSALS}
    serializer_class = serializers.ProposalSerializer

    @extend_schema(
        operation_id="proposals_list",
        parameters=[OpenApiParameter("status", str), OpenApiParameter("client_id", int)],
        responses={200: serializers.ProposalSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.pages(narrowed(self.found(request), request, {"status": set(Proposal.Status.values)}))

    @extend_schema(request=serializers.DraftBody, responses={201: serializers.ProposalDetailSerializer})
    def post(self, request: Request) -> Response:
        body = self.body(request, serializers.DraftBody)
        client = practice_of(request).clients.filter(pk=body.validated_data["client_id"]).first()
        if client is None:
            raise ValidationError({"client_id": "There is no such client."})
        terms = replace(operations.default_terms(client, timezone.now()), **body.values())
        draft = self.attempt(operations.create, request, client=client, terms=terms)
        return self.shown(draft, status.HTTP_201_CREATED)


class ProposalDetail(ProposalView):
    """One proposal with its lines. PATCH changes the general part of a draft."""

    actions = {"GET": Action.PROPOSALS, "PATCH": Action.PROPOSALS}

    def get(self, request: Request, proposal_id: int) -> Response:
        return self.shown(self.one(request, proposal_id))

    @extend_schema(request=serializers.TermsBody)
    def patch(self, request: Request, proposal_id: int) -> Response:
        found = self.one(request, proposal_id)
        body = self.body(request, serializers.TermsBody)
        terms = replace(operations.present_terms(found), **body.values())
        return self.shown(self.attempt(operations.edit, request, proposal=found, terms=terms))


class Lines(ProposalView):
    """Replace a draft's lines."""

    actions = {"PUT": Action.PROPOSALS}

    @extend_schema(request=serializers.LinesBody)
    def put(self, request: Request, proposal_id: int) -> Response:
        found = self.one(request, proposal_id)
        lines = self.body(request, serializers.LinesBody).terms()
        return self.shown(self.attempt(operations.save_lines, request, proposal=found, lines=lines))


class Act(ProposalView):
    """Something done to a proposal; the body, if there is one, says how."""

    operation: Callable[..., Any]
    body_class: type[Any] | None = None
    answer: int = status.HTTP_200_OK

    def post(self, request: Request, proposal_id: int) -> Response:
        found = self.one(request, proposal_id)
        given = dict(self.body(request, self.body_class).validated_data) if self.body_class else {}
        done = self.attempt(type(self).operation, request, proposal=found, **given)
        return self.shown(done, self.answer)


class Link(ProposalView):
    """A signing link to hand over oneself; a draft becomes pending by it."""

    actions = {"POST": Action.SEND_PROPOSALS}

    @extend_schema(request=None, responses={201: serializers.SigningLinkSerializer})
    def post(self, request: Request, proposal_id: int) -> Response:
        found = self.one(request, proposal_id)
        address = self.attempt(operations.share, request, proposal=found)
        return Response({"url": address}, status=status.HTTP_201_CREATED)
