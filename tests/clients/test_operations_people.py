import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from clients import operations
from clients.errors import (
    AlreadyOnTeam,
    InvitationNotOpen,
    LastOwner,
    NeedsLogin,
    OnlyOwners,
    RoleTooHigh,
    WrongPerson,
)
from clients.models import Role
from tests.factories import NOON, PASSWORD, make_client, make_member, make_practice, make_user

pytestmark = pytest.mark.django_db


def invited(practice, by, email="amir@nv.example", role=Role.MEMBER, at=NOON):
    """The token in the letter that was written."""
    operations.invite(practice=practice, email=email, name="Amir Khan", role=role, by=by.user, at=at)
    return token_in_last_letter(practice)


def token_in_last_letter(practice):
    return re.search(r"/invitations/([\w-]+)/", practice.messages.first().text)[1]


def test_a_new_person_accepts_with_a_name_and_a_password():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    member = operations.accept_invitation(token=token, user=None, name="Amir", password=PASSWORD, at=NOON)
    assert (member.role, member.name, member.user.email) == (Role.MEMBER, "Amir", "amir@nv.example")
    assert member.user.check_password(PASSWORD)


def test_the_letter_holds_the_token_and_the_database_only_its_hash():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    invitation = practice.invitations.get()
    assert invitation.token_hash != token
    assert len(token) >= 43
    assert practice.messages.get().recipient == "amir@nv.example"


def test_an_invitation_is_accepted_once():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    operations.accept_invitation(token=token, user=None, name="Amir", password=PASSWORD, at=NOON)
    with pytest.raises(InvitationNotOpen):
        operations.accept_invitation(token=token, user=None, name="Amir", password=PASSWORD, at=NOON)


def test_an_invitation_ends_after_seven_days():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    almost = NOON + timedelta(days=7) - timedelta(seconds=1)
    assert operations.open_invitation(token=token, at=almost)
    with pytest.raises(InvitationNotOpen):
        operations.open_invitation(token=token, at=NOON + timedelta(days=7))


def test_a_revoked_invitation_does_not_open_even_when_forwarded():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    priya = make_member(practice).user
    operations.revoke_invitation(invitation=practice.invitations.get(), by=priya, at=NOON)
    with pytest.raises(InvitationNotOpen):
        operations.open_invitation(token=token, at=NOON)


def test_sending_again_makes_the_old_link_useless():
    practice, owner = make_practice(), None
    owner = make_member(practice)
    old = invited(practice, owner)
    later = NOON + timedelta(days=8)
    operations.resend_invitation(invitation=practice.invitations.get(), by=owner.user, at=later)
    new = token_in_last_letter(practice)
    assert operations.open_invitation(token=new, at=later)
    with pytest.raises(InvitationNotOpen):
        operations.open_invitation(token=old, at=NOON)


def test_somebody_with_an_account_accepts_only_by_logging_in_with_the_invited_address():
    practice = make_practice()
    amir, eve = make_user("Amir", "amir@nv.example"), make_user("Eve", "eve@elsewhere.example")
    token = invited(practice, make_member(practice))
    with pytest.raises(NeedsLogin):
        operations.accept_invitation(token=token, user=None, name="Amir", password=PASSWORD, at=NOON)
    with pytest.raises(WrongPerson, match=r"written to amir@nv\.example"):
        operations.accept_invitation(token=token, user=eve, at=NOON)
    assert operations.accept_invitation(token=token, user=amir, at=NOON).user == amir


def test_a_weak_password_accepts_nothing():
    practice = make_practice()
    token = invited(practice, make_member(practice))
    with pytest.raises(ValidationError):
        operations.accept_invitation(token=token, user=None, name="Amir", password="short", at=NOON)
    assert operations.open_invitation(token=token, at=NOON)


def test_a_person_with_no_role_keeps_their_clients_when_they_join():
    practice = make_practice()
    owner = make_member(practice)
    named = operations.add_person(practice=practice, name="Amir", email="AMIR@nv.example", by=owner.user, at=NOON)
    client = make_client(practice, owner=named)
    token = invited(practice, owner)
    member = operations.accept_invitation(token=token, user=None, name="Amir", password=PASSWORD, at=NOON)
    assert member.pk == named.pk
    assert client.owner.pk == member.pk


def test_somebody_who_left_may_join_again():
    practice = make_practice()
    owner, amir = make_member(practice), make_member(practice, Role.MEMBER, name="Amir")
    operations.remove_member(membership=amir, by=owner.user, at=NOON)
    token = invited(practice, owner, email=amir.user.email, role=Role.APPRENTICE)
    again = operations.accept_invitation(token=token, user=amir.user, at=NOON)
    assert (again.pk, again.role, again.left_at) == (amir.pk, Role.APPRENTICE, None)


def test_who_is_on_the_team_is_not_invited_again():
    practice = make_practice()
    owner = make_member(practice)
    with pytest.raises(AlreadyOnTeam):
        operations.invite(practice=practice, email=owner.user.email, name="", role="member", by=owner.user, at=NOON)


def test_only_an_owner_makes_an_owner():
    practice = make_practice()
    owner, admin = make_member(practice), make_member(practice, Role.ADMIN, name="Ada")
    member = make_member(practice, Role.MEMBER, name="Max")
    with pytest.raises(OnlyOwners):
        operations.invite(practice=practice, email="x@nv.example", name="", role="owner", by=admin.user, at=NOON)
    with pytest.raises(OnlyOwners):
        operations.change_role(membership=member, role="owner", by=admin.user, at=NOON)
    with pytest.raises(OnlyOwners):
        operations.change_role(membership=owner, role="member", by=admin.user, at=NOON)
    with pytest.raises(OnlyOwners):
        operations.remove_member(membership=owner, by=admin.user, at=NOON)
    assert operations.change_role(membership=admin, role="owner", by=owner.user, at=NOON).role == Role.OWNER


def test_the_last_owner_neither_leaves_nor_steps_down():
    practice = make_practice()
    owner = make_member(practice)
    with pytest.raises(LastOwner):
        operations.change_role(membership=owner, role="admin", by=owner.user, at=NOON)
    with pytest.raises(LastOwner):
        operations.remove_member(membership=owner, by=owner.user, at=NOON)
    second = make_member(practice, name="Second")
    operations.remove_member(membership=second, by=owner.user, at=NOON)
    with pytest.raises(LastOwner):
        operations.remove_member(membership=owner, by=owner.user, at=NOON)


def test_who_leaves_owns_no_clients_any_more():
    practice = make_practice()
    owner, amir = make_member(practice), make_member(practice, Role.MEMBER, name="Amir")
    client = make_client(practice, owner=amir)
    operations.remove_member(membership=amir, by=owner.user, at=NOON)
    client.refresh_from_db()
    assert client.owner is None


def test_a_token_may_not_do_more_than_who_makes_it():
    practice = make_practice()
    admin = make_member(practice, Role.ADMIN)
    with pytest.raises(RoleTooHigh):
        operations.issue_token(practice=practice, name="x", role="owner", days=30, by=admin.user, at=NOON)
    token, secret = operations.issue_token(
        practice=practice, name="Practice manager", role="admin", days=30, by=admin.user, at=NOON
    )
    assert secret not in (token.token_hash, token.name)
    assert token.expires_at == NOON + timedelta(days=30)


def test_a_demotion_revokes_the_tokens_that_may_do_more_and_leaving_revokes_all():
    practice = make_practice()
    owner, admin = make_member(practice), make_member(practice, Role.ADMIN, name="Ada")
    for role in ("admin", "apprentice"):
        operations.issue_token(practice=practice, name=role, role=role, days=30, by=admin.user, at=NOON)
    operations.change_role(membership=admin, role="member", by=owner.user, at=NOON)
    assert [token.role for token in practice.apitokens.filter(revoked_at=None)] == ["apprentice"]
    operations.remove_member(membership=admin, by=owner.user, at=NOON)
    assert not practice.apitokens.filter(revoked_at=None).exists()


def test_a_changed_name_stands_on_every_team():
    user = make_user("Priya")
    first = make_member(make_practice(), user=user)
    second = make_member(make_practice("Harbour Tax"), user=user)
    operations.change_profile(user=user, name="Priya Sandhu-Reed", has_shortcuts=False)
    for member in (first, second):
        member.refresh_from_db()
        assert member.name == "Priya Sandhu-Reed"
