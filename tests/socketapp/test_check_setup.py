import base64
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from socketapp import readiness
from socketapp.readiness import production_points

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Settings, tmp_path: Path) -> Settings:
    """Settings as a careful operator leaves them; only the database and the broker are this test's own."""
    settings.DEBUG = False
    settings.GENERATED_KEYS = []
    settings.FIELD_ENCRYPTION_KEYS = [KEY]
    settings.SITE_URL, settings.SITE_HOST, settings.HTTPS = "https://socket.example", "socket.example", True
    settings.ALLOWED_HOSTS = ["socket.example"]
    settings.REDIS_URL = "redis://broker:6379/0"
    settings.EMAIL_URL = "smtp+tls://user:password@mail.example:587"
    settings.DEFAULT_FROM_EMAIL = "Socket <billing@socket.example>"
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    return settings


def missing() -> set[str]:
    return {point.name for point in production_points() if not point.is_met} - {"Database server", "PDF library"}


def test_a_complete_installation_lacks_nothing(production: Settings) -> None:
    assert missing() == set()


@pytest.mark.parametrize(
    ("setting", "value", "name"),
    [
        ("GENERATED_KEYS", ["SECRET_KEY"], "Secret key"),
        ("SECRET_KEY", "short", "Secret key"),
        ("GENERATED_KEYS", ["FIELD_ENCRYPTION_KEYS"], "Encryption keys"),
        ("FIELD_ENCRYPTION_KEYS", ["not a key"], "Encryption keys"),
        ("FIELD_ENCRYPTION_KEYS", [base64.urlsafe_b64encode(b"short").decode()], "Encryption keys"),
        ("DEBUG", True, "Debug off"),
        ("HTTPS", False, "Address"),
        ("SITE_HOST", "localhost", "Address"),
        ("ALLOWED_HOSTS", ["*"], "Host names"),
        ("REDIS_URL", "", "Broker of its own"),
        ("EMAIL_URL", "", "Mail server"),
        ("DEFAULT_FROM_EMAIL", "Socket <socket@localhost>", "Sender"),
        ("XERO_CLIENT_ID", "", "Xero app"),
        ("XERO_CLIENT_SECRET", "", "Xero app"),
        ("XERO_API_URL", "http://127.0.0.1:8001", "Xero's addresses"),
        ("STATIC_ROOT", "/nowhere", "Static files"),
    ],
)
def test_each_thing_production_needs_is_missed_by_name(
    production: Settings, setting: str, value: object, name: str
) -> None:
    setattr(production, setting, value)

    assert name in missing()


def test_sqlite_is_not_a_database_server() -> None:
    point = next(point for point in production_points() if point.name == "Database server")

    assert point.is_met is (connection.vendor == "postgresql")


def test_a_library_that_is_not_there_is_missed() -> None:
    assert not readiness.can_load("libof-no-machine.so.0")


def test_the_command_tells_what_to_do_and_ends_with_one(production: Settings) -> None:
    production.EMAIL_URL = ""
    out = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("check_setup", stdout=out)

    assert end.value.code == 1
    assert "missing  Mail server" in out.getvalue()
    assert "Set EMAIL_URL" in out.getvalue()
