import pytest
from django.urls import reverse

from clients import operations
from clients.models import User
from tests.factories import NOON, make_client, make_member, make_practice

pytestmark = pytest.mark.django_db
PAGES = ["practice", "user", "membership", "invitation", "apitoken", "client", "clientimport"]


@pytest.fixture
def support(client):
    client.force_login(User.objects.create_superuser("support@socket.example", "x", name="Support"))
    return client


@pytest.fixture
def token():
    practice = make_practice()
    owner = make_member(practice)
    make_client(practice)
    operations.invite(practice=practice, email="a@b.example", name="", role="member", by=owner.user, at=NOON)
    return operations.issue_token(practice=practice, name="Sync", role="member", days=9, by=owner.user, at=NOON)[0]


@pytest.mark.parametrize("page", PAGES)
def test_support_sees_every_practice(support, token, page):
    assert support.get(reverse(f"admin:clients_{page}_changelist")).status_code == 200


def test_support_never_sees_a_token_or_its_hash(support, token):
    page = support.get(reverse("admin:clients_apitoken_change", args=[token.pk])).content.decode()
    assert "Sync" in page
    assert token.token_hash not in page


def test_nothing_is_added_changed_or_deleted_from_there(support, token):
    assert support.get(reverse("admin:clients_apitoken_add")).status_code == 403
    client = token.practice.clients.get()
    assert support.post(reverse("admin:clients_client_delete", args=[client.pk]), {"post": "yes"}).status_code == 403
    assert support.post(reverse("admin:clients_client_change", args=[client.pk]), {"name": "x"}).status_code == 403


def test_an_owner_of_a_practice_is_no_support(client, token):
    client.force_login(token.created_by)
    assert client.get(reverse("admin:clients_client_changelist")).status_code == 302
