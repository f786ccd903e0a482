"""What import-linter cannot see: foreign keys named by strings, and which rooms of an app others may enter."""

import grimp
import pytest
from django.apps import apps
from django.db.models import Model

from tests.house.source import APPS, LADDER

FRONT_DOORS = {
    "clients": {"models", "operations", "access", "records", "errors"},
    "notifications": {"outbox"},
    "billing": {"models", "operations", "ports", "calendar", "records", "errors"},
    "proposals": set(),
    "xero_sync": set(),
}


def may_point(source: str, target: str) -> bool:
    """At its own app, at one further down, and at Django's."""
    return source == target or target not in LADDER or LADDER[target] < LADDER[source]


@pytest.mark.parametrize("model", [model for app in APPS for model in apps.get_app_config(app).get_models()])
def test_foreign_keys_go_down_the_ladder(model: type[Model]) -> None:
    own = model._meta.app_label
    targets = {
        field.related_model._meta.app_label
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.related_model is not None
    }

    assert [target for target in sorted(targets) if not may_point(own, target)] == []


def test_other_apps_enter_only_by_the_front_door() -> None:
    graph = grimp.build_graph(*LADDER, cache_dir=None)
    trespasses = [
        f"{importer} enters {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if is_trespass(importer, imported)
    ]

    assert sorted(trespasses) == []


def is_trespass(importer: str, imported: str) -> bool:
    """socketapp composes: it mounts the faces of every app, and so may name them."""
    visitor, (host, *rooms) = importer.split(".")[0], imported.split(".")
    if visitor in (host, "socketapp") or host not in FRONT_DOORS:
        return False
    return not rooms or rooms[0] not in FRONT_DOORS[host]
