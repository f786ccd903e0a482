"""The doors really close: every page of a practice tried as nobody, as another practice's owner and in every role."""

import pytest
from django.test import Client

from clients.access import Action, role_may
from clients.models import Role
from tests.factories import make_member, make_practice
from tests.house.permission_matrix import MATRIX, SIGNED_IN
from tests.house.routes import Route, name_of, routes

ROUTES = routes()
PAGES = [route for route in ROUTES if route.is_of_a_practice and isinstance(MATRIX.get(route.name), Action)]
ROLES = [Role.APPRENTICE, Role.MEMBER, Role.ADMIN, Role.OWNER]


def ask(client: Client, route: Route, practice: str) -> int:
    """By GET, or by POST where the route is an act."""
    path = route.path(practice)
    answer = client.get(path)
    return (client.post(path) if answer.status_code == 405 else answer).status_code


@pytest.mark.django_db
@pytest.mark.parametrize("route", [r for r in ROUTES if MATRIX.get(r.name) is SIGNED_IN], ids=name_of)
def test_nobody_is_led_to_the_login(client: Client, route: Route) -> None:
    assert ask(client, route, "north-vale") == 302


@pytest.mark.django_db
@pytest.mark.parametrize("route", PAGES, ids=name_of)
def test_a_page_of_a_practice_is_closed_to_strangers(client: Client, route: Route) -> None:
    ours = make_practice(name="North & Vale")
    foreigner = make_member(make_practice(name="Other & Co"), Role.OWNER).user

    as_nobody = ask(client, route, ours.slug)
    client.force_login(foreigner)
    as_foreigner = ask(client, route, ours.slug)

    assert (as_nobody, as_foreigner) == (302, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("route", PAGES, ids=name_of)
def test_a_page_of_a_practice_opens_to_the_roles_of_its_action(client: Client, route: Route) -> None:
    practice = make_practice(name="North & Vale")
    action = MATRIX[route.name]
    assert isinstance(action, Action)

    refused = []
    for role in ROLES:
        client.force_login(make_member(practice, role).user)
        if ask(client, route, practice.slug) == 403:
            refused.append(role)

    assert refused == [role for role in ROLES if not role_may(role, action)]
