import pytest
from django.core.management import CommandError, call_command

from clients.models import Practice
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_create_practice_makes_a_practice_with_its_owner(capsys):
    call_command("create_practice", "Quay & Co", owner_name="Ann", owner_email="ann@quay.example", password=PASSWORD)
    assert "Created Quay & Co at /p/quay-co/." in capsys.readouterr().out


def test_create_practice_takes_the_password_from_the_environment(monkeypatch):
    monkeypatch.setenv("SOCKET_OWNER_PASSWORD", PASSWORD)
    call_command("create_practice", "Quay", owner_name="Ann", owner_email="ann@quay.example")
    assert Practice.objects.get().memberships.get().user.check_password(PASSWORD)


def test_create_practice_refuses_a_weak_password_and_creates_nothing():
    with pytest.raises(CommandError, match="too short"):
        call_command("create_practice", "Quay", owner_name="Ann", owner_email="ann@quay.example", password="abc")
    assert not Practice.objects.exists()
