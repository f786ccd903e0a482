"""Which practice is this request for, and may this person do that: the one table and its two doors.

Every query in the house begins from the practice found here.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clients import operations
from clients.models import ApiToken, Membership, Practice, Role, User
from clients.records import token_hash as token_hash

P = ParamSpec("P")


class Action(StrEnum):
    """What a person or program may be allowed to do in a practice."""

    HOME = "home"
    CLIENTS = "clients"
    PROPOSALS = "proposals"
    SEND_PROPOSALS = "send_proposals"
    WORK = "work"
    BILLING = "billing"
    APPROVE = "approve"
    SETTINGS = "settings"
    AUDIT = "audit"
    ACCEPT_ON_BEHALF = "accept_on_behalf"
    OWNERSHIP = "ownership"


OWNERS = frozenset({Role.OWNER})
ADMINS = OWNERS | {Role.ADMIN}
MEMBERS = ADMINS | {Role.MEMBER}
EVERYONE = MEMBERS | {Role.APPRENTICE}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.HOME: EVERYONE,
    Action.CLIENTS: EVERYONE,
    Action.PROPOSALS: EVERYONE,
    Action.SEND_PROPOSALS: MEMBERS,
    Action.WORK: EVERYONE,
    Action.BILLING: ADMINS,
    Action.APPROVE: ADMINS,
    Action.SETTINGS: ADMINS,
    Action.AUDIT: ADMINS,
    Action.ACCEPT_ON_BEHALF: ADMINS,
    Action.OWNERSHIP: OWNERS,
}


def role_may(role: str, action: Action) -> bool:
    """The one table of action × role."""
    return role in ALLOWED[action]


def may(membership: Membership, action: Action) -> bool:
    """Whether this person may do that in their practice now."""
    return membership.left_at is None and role_may(membership.role, action)


class PracticeRequest(HttpRequest):
    """A request that `practice_page` let in: by whom, in which practice, as what."""

    user: User
    practice: Practice
    membership: Membership
    memberships: list[Membership]  # of every practice where this person works, for the way to the others

    may: Callable[[Action], bool]
    allows: dict[str, bool]  # the same for templates: {% if request.allows.billing %}


View = Callable[Concatenate[PracticeRequest, P], HttpResponseBase]


def memberships_of(user: User) -> list[Membership]:
    """Where this person may enter, by the practices' names."""
    found = Membership.objects.across_practices().current().exclude(role=Role.NONE).filter(user=user)
    return list(found.select_related("practice").order_by("practice__name", "pk"))


def chosen(memberships: Sequence[Membership], slug: str) -> Membership:
    """The membership of the practice with this slug; 404 when there is none, whether or not the practice exists."""
    for membership in memberships:
        if membership.practice.slug == slug:
            return membership
    raise Http404("There is no such practice, or you are not on its team.")


def practice_page(action: Action) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Opens a page under `/p/<slug:practice>/` to members who may do `action`.

    Anonymous: to the login page. Not a member: 404. May not: 403. The view gets a `PracticeRequest`; the slug itself
    is not handed on. No cache keeps the answer unless the view says so.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, practice: str, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            admitted: Any = request
            admitted.memberships = memberships_of(request.user)
            response = view(_admit(request, chosen(admitted.memberships, practice), action), *args, **kwargs)
            if not response.has_header("Cache-Control"):
                patch_cache_control(response, private=True, no_store=True)  # a shared computer shows it to nobody
            return response

        guarded.action = action  # type: ignore[attr-defined]  # read by the permission matrix
        return guarded

    return decorate


def _admit(request: HttpRequest, membership: Membership, action: Action) -> PracticeRequest:
    admitted: Any = request
    membership.user = admitted.user  # it is the same row; a page need not fetch it twice
    admitted.membership = membership
    admitted.practice = membership.practice
    admitted.may = lambda wanted: may(membership, wanted)
    admitted.allows = {each.value: may(membership, each) for each in Action}
    if not may(membership, action):
        raise PermissionDenied("Your role does not include this. Ask an admin of your practice.")
    return admitted  # type: ignore[no-any-return]  # it has become a PracticeRequest


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


MOST_ID = 10**18 - 1  # nothing above can be the id of a row, and a database may refuse to compare it


def row_ids(texts: Iterable[str]) -> list[int]:
    """The ids among what somebody sent; what cannot be the id of a row is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]


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
