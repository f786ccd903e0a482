"""What the API's views begin from; apart from their door, which the framework loads before it has views."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clients.access.pages import row_ids
from clients.access.programs import Pages, PracticePermission, TokenAuthentication


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
    wanted = request.query_params.get("client_id", "")
    if wanted and not row_ids([wanted]):
        raise ValidationError({"client_id": "Give the id of a client."})
    return rows.filter(client_id__in=row_ids([wanted])) if wanted else rows
