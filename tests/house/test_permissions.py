"""The matrix is complete, and the views agree with it."""

import pytest

from clients.access import Action
from tests.house.permission_matrix import MATRIX, Row
from tests.house.routes import Route, name_of, routes

ROUTES = routes()


def declared(route: Route) -> Row | None:
    """What the view itself says it needs."""
    view = getattr(route.view, "cls", None) or getattr(route.view, "view_class", None) or route.view
    by_method: dict[str, Action] | None = getattr(view, "actions", None)
    return by_method or getattr(view, "action_needed", None) or getattr(view, "action", None)


def test_every_route_has_a_row_in_the_matrix_and_every_row_its_route() -> None:
    names = {route.name for route in ROUTES}

    assert sorted(names - MATRIX.keys()) == [], "these routes have no row"
    assert sorted(MATRIX.keys() - names) == [], "these rows have no route"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.name in MATRIX], ids=name_of)
def test_a_view_asks_for_what_its_row_says(route: Route) -> None:
    row = MATRIX[route.name]

    if isinstance(row, Action | dict):
        assert declared(route) == row
    else:
        assert declared(route) is None
