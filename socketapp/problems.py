"""Errors of the API as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """{type, title, status, detail, errors}: what, why, and for values which field."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    said = answer.data
    detail = said.get("detail") if isinstance(said, dict) else None
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(answer.status_code).phrase,
        "status": answer.status_code,
        "detail": str(detail) if isinstance(detail, ErrorDetail | str) else "Some values cannot be accepted.",
    }
    if not isinstance(detail, ErrorDetail | str):
        body["errors"] = said
    answer.data = body
    answer.content_type = MEDIA_TYPE
    return answer
