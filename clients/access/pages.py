"""The door of the pages: which practice is this request for, and may this person do that.

Every query of a page begins from the practice found here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

from clients.access.table import Action, may
from clients.models import Membership, Practice, Role, User

P = ParamSpec("P")


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


def row_ids(texts: Iterable[str]) -> list[int]:
    """The ids among what somebody sent; what cannot be the id of a row is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]
