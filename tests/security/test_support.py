"""The admin site is entered by the same door as the product, and support cannot become more than support (A21, A23)."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client as HttpClient
from zeal import zeal_ignore

from clients.models import User
from tests.factories import PASSWORD, make_user


@pytest.fixture
def helper(db: None) -> User:
    helper = make_user("Kay Lowther", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return helper


def test_the_admin_site_has_no_login_of_its_own(client: HttpClient, helper: User) -> None:
    answer = client.post("/admin/login/", {"username": helper.email, "password": PASSWORD, "next": "/admin/"})

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_five_wrong_passwords_lock_the_login_for_the_right_one_too(client: HttpClient, helper: User) -> None:
    for _ in range(5):
        client.post("/accounts/login/", {"login": helper.email, "password": "wrong"})

    page = client.post("/accounts/login/", {"login": helper.email, "password": PASSWORD})

    assert page.status_code == 200
    assert "Wait for 5 minutes" in page.content.decode()


def change(client: HttpClient, person: User) -> int:
    form = {"name": person.name, "email": "another@address.example", "is_active": "on"}
    with zeal_ignore():  # who asks and who is changed are two users, each read once
        return client.post(f"/admin/clients/user/{person.pk}/change/", form).status_code


def test_support_changes_people(client: HttpClient, helper: User) -> None:
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")

    assert change(client, make_user("Priya Sandhu")) == 302


@pytest.mark.parametrize("mark", ["is_staff", "is_superuser"])
def test_support_changes_nobody_who_may_enter_the_admin_site(client: HttpClient, helper: User, mark: str) -> None:
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")

    assert change(client, make_user("Amir Rashid", **{mark: True})) == 403


OURS = {"clients", "notifications", "billing", "proposals", "xero_sync"}
LOOKED_AT = sorted(model._meta.label_lower for model in admin.site._registry if model._meta.app_label in OURS)


@pytest.mark.parametrize("label", LOOKED_AT)
def test_support_looks_at_the_rows_of_every_practice_and_adds_none(client: HttpClient, db: None, label: str) -> None:
    client.force_login(User.objects.create_superuser("support@socket.example", "x", name="Support"))
    place = f"/admin/{label.replace('.', '/')}/"

    assert client.get(place).status_code == 200
    assert client.get(f"{place}add/").status_code == 403
