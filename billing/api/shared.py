"""What every view of billing's API needs."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from clients.access import PracticePermission, TokenAuthentication
from clients.models import ApiToken, User


class Conflict(APIException):
    """The row is not in the state this act needs; the detail says which it is in."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


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
