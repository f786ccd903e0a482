"""The team: invitations, roles, leaving."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from clients.errors import (
    AlreadyOnTeam,
    InvitationNotOpen,
    LastOwner,
    NeedsLogin,
    OnlyOwners,
    WrongPerson,
)
from clients.models import Client, Invitation, Membership, Practice, Role, User
from clients.operations import audit
from clients.operations.tokens import revoke_invitations_above, revoke_tokens_above
from clients.ports import invitation_letter
from clients.records import token_hash

OPEN_FOR = timedelta(days=7)


def invite(*, practice: Practice, email: str, name: str, role: str, by: User, at: datetime) -> Invitation:
    """Writes to this person that they may join. An older open invitation to the same address is revoked.

    Raises OnlyOwners, AlreadyOnTeam, ValueError for a role that cannot log in, ValidationError for a bad address.
    """
    address = email.strip().lower()
    validate_email(address)
    _check_role(practice, by, Role(role))
    if practice.memberships.with_login().filter(user__email=address).exists():
        raise AlreadyOnTeam(address)
    with transaction.atomic():
        practice.invitations.filter(email=address, accepted_at=None, revoked_at=None).update(revoked_at=at)
        return _write_invitation(practice, address, name.strip(), Role(role), by, at)


def _check_role(practice: Practice, by: User, role: Role) -> None:
    if role == Role.NONE:
        raise ValueError("A person with no role does not log in; add them instead of inviting them.")
    if role == Role.OWNER:
        _check_is_owner(practice, by)


def _check_is_owner(practice: Practice, by: User) -> None:
    if not practice.memberships.current().filter(user=by, role=Role.OWNER).exists():
        raise OnlyOwners


def _write_invitation(practice: Practice, email: str, name: str, role: Role, by: User, at: datetime) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        practice=practice,
        email=email,
        name=name,
        role=role,
        token_hash=token_hash(token),
        invited_by=by,
        created_at=at,
        expires_at=at + OPEN_FOR,
    )
    invitation_letter()(
        practice=practice,
        email=email,
        cause=f"invitation:{invitation.pk}",
        context={"name": name, "inviter": by.name, "role": _with_article(role), "expires_at": invitation.expires_at},
        url=reverse("invitation", kwargs={"token": token}),
        at=at,
    )
    facts = {"name": name, "role": role.label}
    audit.record(practice=practice, action="team.invited", by=by, at=at, subject=invitation, facts=facts)
    return invitation


def _with_article(role: Role) -> str:
    return f"{'an' if role.value[0] in 'aeiou' else 'a'} {role.label.lower()}"


def resend_invitation(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """A new letter with a new link for seven days more; the old link stops working. Raises InvitationNotOpen."""
    practice = invitation.practice
    _check_role(practice, by, Role(invitation.role))
    with transaction.atomic():
        _revoke(invitation, at)
        return _write_invitation(practice, invitation.email, invitation.name, Role(invitation.role), by, at)


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, at: datetime) -> None:
    """The link stops working. Raises InvitationNotOpen where it was accepted or revoked before."""
    _revoke(invitation, at)
    practice = invitation.practice_id
    audit.record(practice=practice, action="team.invitation_revoked", by=by, at=at, subject=invitation)


def _revoke(invitation: Invitation, at: datetime) -> None:
    waiting = invitation.practice.invitations.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not waiting.update(revoked_at=at):
        raise InvitationNotOpen


def open_invitation(*, token: str, at: datetime) -> Invitation:
    """The invitation that this link opens. Raises InvitationNotOpen, whatever the reason is."""
    known = Invitation.objects.across_practices().select_related("practice", "invited_by")
    invitation = known.filter(token_hash=token_hash(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise InvitationNotOpen
    return invitation


def accept_invitation(*, token: str, user: User | None, name: str = "", password: str = "", at: datetime) -> Membership:
    """Puts the invited person on the team, once.

    `user` is who is logged in. Somebody with an account accepts by logging in with the invited address (NeedsLogin,
    WrongPerson); a new person gives a name and a password (ValidationError where it is weak).
    """
    with transaction.atomic():
        invitation = open_invitation(token=token, at=at)
        person = user or _new_user(invitation, name, password)
        if person.email != invitation.email:
            raise WrongPerson(invitation.email)
        waiting = invitation.practice.invitations.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        if not waiting.update(accepted_at=at, accepted_by=person):
            raise InvitationNotOpen
        return _join(invitation, person, at)


def _new_user(invitation: Invitation, name: str, password: str) -> User:
    if User.objects.filter(email=invitation.email).exists():
        raise NeedsLogin(invitation.email)
    person = User(email=invitation.email, name=name.strip() or invitation.name)
    validate_password(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise NeedsLogin(invitation.email) from error
    return person


def _join(invitation: Invitation, person: User, at: datetime) -> Membership:
    """Whoever left before, or was on the team without a login, keeps their row and so their clients."""
    team = invitation.practice.memberships
    same = Q(user=person) | Q(user=None, email=person.email, left_at=None) & ~Q(email="")
    before = team.filter(same).order_by("user_id").first()
    membership = before or Membership(practice=invitation.practice, joined_at=at)
    membership.user, membership.role, membership.left_at = person, invitation.role, None
    membership.name, membership.email = person.name, person.email
    membership.save()
    facts = {"role": Role(invitation.role).label, "invited_by": invitation.invited_by.name}
    practice = invitation.practice_id
    audit.record(practice=practice, action="team.joined", by=person, at=at, subject=membership, facts=facts)
    return membership


@transaction.atomic
def add_person(*, practice: Practice, name: str, email: str, by: User, at: datetime) -> Membership:
    """Somebody with no role: no login, only to be named as an owner of clients."""
    person = Membership(practice=practice, name=name.strip(), email=email.strip().lower(), role=Role.NONE, joined_at=at)
    person.full_clean(validate_constraints=False, validate_unique=False, exclude=["practice", "user"])
    person.save()
    audit.record(practice=practice, action="team.added", by=by, at=at, subject=person)
    return person


def change_role(*, membership: Membership, role: str, by: User, at: datetime) -> Membership:
    """Changes what a person may do, from their next request on. Raises OnlyOwners or LastOwner."""
    wanted = Role(role)
    if membership.user_id is None and wanted != Role.NONE:
        raise ValueError("A person without a login gets a role by an invitation.")
    if Role.OWNER in (wanted, membership.role):
        _check_is_owner(membership.practice, by)
    with transaction.atomic():
        _guard_last_owner(membership, stays=wanted == Role.OWNER)
        membership.practice.memberships.filter(pk=membership.pk).update(role=wanted)
        _leave_nothing_above(membership, wanted, by, at)
        _tell_of_role(membership, wanted, by, at)
    membership.role = wanted
    return membership


def remove_member(*, membership: Membership, by: User, at: datetime) -> None:
    """Takes a person off the team; their clients have no owner then. Raises OnlyOwners or LastOwner."""
    if membership.role == Role.OWNER:
        _check_is_owner(membership.practice, by)
    with transaction.atomic():
        _guard_last_owner(membership, stays=False)
        membership.practice.memberships.filter(pk=membership.pk, left_at=None).update(left_at=at)
        Client.objects.for_practice(membership.practice_id).filter(owner=membership).update(owner=None, updated_at=at)
        _leave_nothing_above(membership, Role.NONE, by, at)
        facts = {"role": Role(membership.role).label}
        practice = membership.practice_id
        audit.record(practice=practice, action="team.removed", by=by, at=at, subject=membership, facts=facts)


def _leave_nothing_above(membership: Membership, role: Role, by: User, at: datetime) -> None:
    """What somebody made with the rights they had ends with those rights."""
    revoke_tokens_above(membership=membership, role=role, by=by, at=at)
    revoke_invitations_above(membership=membership, role=role, by=by, at=at)


def _tell_of_role(membership: Membership, role: Role, by: User, at: datetime) -> None:
    if membership.role == role:
        return
    facts = {"before": Role(membership.role).label, "after": role.label}
    practice = membership.practice_id
    audit.record(practice=practice, action="team.role_changed", by=by, at=at, subject=membership, facts=facts)


def _guard_last_owner(membership: Membership, *, stays: bool) -> None:
    """Counts after locking the practice's row, so that two owners cannot both leave in the same moment."""
    if stays or membership.role != Role.OWNER:
        return
    Practice.objects.filter(pk=membership.practice_id).update(name=membership.practice.name)
    owners = membership.practice.memberships.current().filter(role=Role.OWNER, user__is_active=True)
    if not owners.exclude(pk=membership.pk).exists():
        raise LastOwner


def record_login(*, user: User, action: str, ip: str, at: datetime) -> None:
    """Somebody logged in or out, or failed to; noted in every practice where this person works."""
    is_known = action != "login.failed"
    by, name = (user, "") if is_known else (None, "Somebody")
    facts = {"ip_address": ip}
    for membership in Membership.objects.across_practices().with_login().filter(user=user):
        audit.record(
            practice=membership.practice_id, action=action, by=by, at=at, subject=user, facts=facts, actor_name=name
        )


def change_profile(*, user: User, name: str, has_shortcuts: bool) -> User:
    """The person's own name, on every team, and their keyboard shortcuts."""
    with transaction.atomic():
        user.name, user.has_shortcuts = name.strip(), has_shortcuts
        user.full_clean(exclude=["password"])
        user.save(update_fields=["name", "has_shortcuts"])
        Membership.objects.across_practices().filter(user=user).update(name=user.name)
    return user
