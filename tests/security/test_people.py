"""What somebody may do ends when it ends: tokens and invitations go with the rights they were made with (A21, A22)."""

from datetime import timedelta

import pytest
from django.test import Client as HttpClient
from django.utils import timezone

from clients import operations
from clients.errors import InvitationNotOpen
from clients.models import Membership, Practice, Role, User
from tests.factories import make_member, make_practice, make_user


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


def asks_with(client: HttpClient, secret: str) -> int:
    return client.get("/api/v1/clients/", headers={"authorization": f"Bearer {secret}"}).status_code


def token_of(member: Membership) -> str:
    assert member.user
    _, secret = operations.issue_token(
        practice=member.practice, name="Sync", role=member.role, days=30, by=member.user, at=timezone.now()
    )
    return secret


def invite_from(member: Membership, role: str, email: str = "second.address@northandvale.example"):  # type: ignore[no-untyped-def]
    assert member.user
    return operations.invite(
        practice=member.practice, email=email, name="", role=role, by=member.user, at=timezone.now()
    )


def test_a_token_ends_with_the_login_of_whoever_made_it(client: HttpClient, practice: Practice) -> None:
    admin = make_member(practice, Role.ADMIN)
    secret = token_of(admin)
    assert asks_with(client, secret) == 200

    User.objects.filter(pk=admin.user_id).update(is_active=False)

    assert asks_with(client, secret) == 401


def test_who_leaves_the_team_leaves_no_invitation_behind(practice: Practice) -> None:
    owner, admin = make_member(practice), make_member(practice, Role.ADMIN, name="Tom Ashby")
    invitation = invite_from(admin, Role.MEMBER)

    assert owner.user
    operations.remove_member(membership=admin, by=owner.user, at=timezone.now())

    invitation.refresh_from_db()
    assert not invitation.is_open(timezone.now())


def test_an_owner_who_becomes_admin_leaves_no_invitation_of_an_owner_behind(practice: Practice) -> None:
    owner, other = make_member(practice), make_member(practice, name="Tom Ashby")
    to_owner = invite_from(other, Role.OWNER)
    to_member = invite_from(other, Role.MEMBER, "kay.lowther@northandvale.example")

    assert owner.user
    operations.change_role(membership=other, role=Role.ADMIN, by=owner.user, at=timezone.now())

    to_owner.refresh_from_db()
    to_member.refresh_from_db()
    assert not to_owner.is_open(timezone.now())
    assert to_member.is_open(timezone.now())


def test_nobody_makes_a_token_that_may_do_more_than_they_may(client: HttpClient, practice: Practice) -> None:
    client.force_login(make_member(practice, Role.ADMIN).user, backend="django.contrib.auth.backends.ModelBackend")

    page = client.post(f"/p/{practice.slug}/settings/api/", {"name": "Sync", "role": Role.OWNER, "days": "30"})

    assert page.status_code == 422
    assert not practice.apitokens.exists()


def test_a_forwarded_invitation_opens_to_the_invited_address_only(client: HttpClient, practice: Practice) -> None:
    client.force_login(make_user("Kay Lowther"), backend="django.contrib.auth.backends.ModelBackend")
    invitation = invite_from(make_member(practice), Role.ADMIN)

    letter = practice.messages.get(cause=f"invitation:{invitation.pk}")
    client.post(letter.url)

    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_an_invitation_that_is_over_cannot_be_accepted(practice: Practice) -> None:
    invitation = invite_from(make_member(practice), Role.ADMIN)
    token = practice.messages.get(cause=f"invitation:{invitation.pk}").url.rstrip("/").rpartition("/")[2]

    with pytest.raises(InvitationNotOpen):
        operations.open_invitation(token=token, at=timezone.now() + timedelta(days=7))
