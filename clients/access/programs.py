"""The door of the API: a program's token and what its role may. The framework finds these by settings."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clients import operations
from clients.access.table import Action, role_may
from clients.models import ApiToken, Practice, User
from clients.records import token_hash


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`: a program's key to one practice."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != self.keyword:
            return None
        known = ApiToken.objects.across_practices().select_related("practice", "created_by")
        token = known.filter(token_hash=token_hash(parts[1].decode("latin-1"))).first()
        if token is None or not token.is_open(timezone.now()):
            raise AuthenticationFailed("This token is unknown, expired or revoked. Make a new one under Settings, API.")
        operations.record_use(token=token, at=timezone.now())
        token.created_by.acts_through = token.name  # the audit log names the program beside the person
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PracticePermission(BasePermission):
    """Lets a token do what its role may. A view names what it is: `action`, or `actions` by HTTP method."""

    message = "This token's role does not include this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        actions: dict[str, Action] = getattr(view, "actions", {})
        action = actions.get(request.method or "", getattr(view, "action_needed", Action.OWNERSHIP))
        return role_may(request.auth.role, action)


class Pages(PageNumberPagination):
    """Pages of the API: 50 rows unless told, never more than 200."""

    page_size = 50
    page_size_query_param = "per_page"
    max_page_size = 200


class Conflict(APIException):
    """What was asked for is not possible as things stand; the reason is an operation's own sentence."""

    status_code = 409
    default_code = "conflict"


def practice_of(request: Request) -> Practice:
    """The practice of an API request, from its token."""
    token: ApiToken = request.auth  # type: ignore[assignment]  # PracticePermission made sure
    return token.practice


def person(request: Request) -> User:
    """Who made the token: what a program does is done in their name."""
    token: ApiToken = request.auth  # type: ignore[assignment]  # PracticePermission made sure
    return token.created_by
