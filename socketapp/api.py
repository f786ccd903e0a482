"""The API under /api/v1/: each app's routes, the OpenAPI document, and a page that explains both."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import cache_control
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from billing import api as billing
from clients import api as clients
from proposals import api as proposals
from xero_sync import api as xero_sync

APPS_ROUTES = (*clients.routes, *billing.routes, *proposals.routes, *xero_sync.routes)
METHODS = ("get", "post", "patch", "put", "delete")


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers subclasses
    """How the document names our tokens."""

    target_class = "clients.access.programs.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


@cache_control(max_age=300)
def docs(request: HttpRequest) -> HttpResponse:
    """Every call of the API on one page that fetches nothing."""
    schema = _schema()
    calls = [
        {"method": method.upper(), "path": path, "id": call["operationId"], **_told(call)}
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
        if method in METHODS
    ]
    return render(request, "api_docs.html", {"calls": calls, "objects": _objects(schema)})


@cache
def _schema() -> Any:
    """Drawn once a process: it takes long, and the page asks nobody who they are."""
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # the package has few types


def _told(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": call.get("description", ""),
        "parameters": [each for each in call.get("parameters", ()) if each["in"] == "query"],
        "takes": _named(call.get("requestBody", {}).get("content", {})),
        "gives": [(status, _named(answer.get("content", {}))) for status, answer in call["responses"].items()],
    }


def _named(content: dict[str, Any]) -> str:
    """The name of the object that a body holds."""
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return str(reference).rpartition("/")[2]


def _objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = schema.get("components", {}).get("schemas", {})
    return [
        {"name": name, "required": kind.get("required", ()), "fields": _fields(kind)} for name, kind in found.items()
    ]


def _fields(kind: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, _kind(each)) for name, each in kind.get("properties", {}).items()]


def _kind(field: dict[str, Any]) -> str:
    """string, integer or null, Client …"""
    kinds = field.get("type") or field.get("$ref", "").rpartition("/")[2] or "object"
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "schema/",
        SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]),
        name="api_schema",
    ),
    path("docs/", docs, name="api_docs"),
    *(path(f"{route.pattern}", route.callback, name=f"api_{route.name}") for route in APPS_ROUTES),
]
