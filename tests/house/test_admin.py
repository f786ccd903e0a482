"""The admin finds its pages by the addresses; what Django checks of them before is checked here."""

import importlib

from django.contrib import admin


def test_the_admins_pages_are_found_and_sound() -> None:
    importlib.import_module("socketapp.urls")

    assert len(admin.site._registry) > 10
    assert admin.site.check(None) == []
