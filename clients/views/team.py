"""The team: who is on it, who is invited, what each may do."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clients import operations
from clients.access import Action, PracticeRequest, practice_page
from clients.errors import ClientsRefusal
from clients.forms import InviteForm, PersonForm, RoleForm
from clients.models import Invitation, Membership, Role


@practice_page(Action.SETTINGS)
@require_safe
def settings_team(request: PracticeRequest) -> HttpResponse:
    return _team_page(request, InviteForm(prefix="invite"), PersonForm(prefix="person"))


def _team_page(request: PracticeRequest, invite: InviteForm, person: PersonForm) -> HttpResponse:
    at = timezone.now()
    waiting = request.practice.invitations.filter(accepted_at=None, revoked_at=None).select_related("invited_by")
    is_owner = request.may(Action.OWNERSHIP)
    invite.fields["role"].choices = _roles(is_owner)  # type: ignore[attr-defined]  # it is a ChoiceField
    context = {
        "section": "team",
        "members": request.practice.memberships.current().select_related("user"),
        "invitations": [(each, each.is_open(at)) for each in waiting],
        "invite_form": invite,
        "person_form": person,
        "roles": _roles(is_owner),
        "is_owner": is_owner,
    }
    return render(request, "clients/settings_team.html", context, status=422 if invite.errors or person.errors else 200)


def _roles(is_owner: bool) -> list[tuple[str, str]]:
    """What this person may give: owners are made by owners."""
    given = [Role.APPRENTICE, Role.MEMBER, Role.ADMIN, *([Role.OWNER] if is_owner else [])]
    return [(role.value, role.label) for role in given]


@practice_page(Action.SETTINGS)
@require_POST
def invitations(request: PracticeRequest) -> HttpResponse:
    form = InviteForm(request.POST, prefix="invite")
    if form.is_valid():
        try:
            operations.invite(practice=request.practice, **form.cleaned_data, by=request.user, at=timezone.now())
        except ClientsRefusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
            return _back(request)
    return _team_page(request, form, PersonForm(prefix="person"))


@practice_page(Action.SETTINGS)
@require_POST
def people(request: PracticeRequest) -> HttpResponse:
    form = PersonForm(request.POST, prefix="person")
    if form.is_valid():
        person = operations.add_person(
            practice=request.practice, **form.cleaned_data, by=request.user, at=timezone.now()
        )
        messages.success(request, f"{person.name} can now be named as the owner of clients.")
        return _back(request)
    return _team_page(request, InviteForm(prefix="invite"), form)


@practice_page(Action.SETTINGS)
@require_POST
def invitation_letter(request: PracticeRequest, invitation_id: int) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    return _done(
        request,
        lambda: operations.resend_invitation(invitation=invitation, by=request.user, at=timezone.now()),
        f"A new invitation is on its way to {invitation.email}. The old link no longer works.",
    )


@practice_page(Action.SETTINGS)
@require_POST
def revocation(request: PracticeRequest, invitation_id: int) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    return _done(
        request,
        lambda: operations.revoke_invitation(invitation=invitation, by=request.user, at=timezone.now()),
        f"The invitation of {invitation.email} has been revoked.",
    )


@practice_page(Action.SETTINGS)
@require_POST
def role(request: PracticeRequest, member_id: int) -> HttpResponse:
    member = _member(request, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid() or (member.user_id is None and form.cleaned_data["role"] != Role.NONE):
        messages.error(request, "This role cannot be given here. Invite the person to give them a login.")
        return _back(request)
    wanted = Role(form.cleaned_data["role"])
    return _done(
        request,
        lambda: operations.change_role(membership=member, role=wanted, by=request.user, at=timezone.now()),
        f"{member.name} is now {wanted.label.lower()}.",
    )


@practice_page(Action.SETTINGS)
@require_POST
def removal(request: PracticeRequest, member_id: int) -> HttpResponse:
    member = _member(request, member_id)
    return _done(
        request,
        lambda: operations.remove_member(membership=member, by=request.user, at=timezone.now()),
        f"{member.name} is no longer on the team.",
    )


def _invitation(request: PracticeRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(request.practice.invitations, pk=invitation_id)


def _member(request: PracticeRequest, member_id: int) -> Membership:
    return get_object_or_404(request.practice.memberships.current(), pk=member_id)


def _done(request: PracticeRequest, act: Callable[[], object], said: str) -> HttpResponse:
    """Runs the one operation; its refusal is shown above the page."""
    try:
        act()
    except ClientsRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return _back(request)


def _back(request: PracticeRequest) -> HttpResponse:
    return redirect("clients:settings_team", practice=request.practice.slug)
