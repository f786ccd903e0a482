"""Tokens: sealed at rest, renewed once."""

import base64
import io
import logging
from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.core.management import call_command
from pytest_django import Settings

from clients.models import Practice
from tests.factories import make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, post
from xero_sync.errors import ConnectionLost, TryLater
from xero_sync.models import Grant
from xero_sync.operations import tokens

pytestmark = pytest.mark.django_db


def test_the_database_holds_only_ciphertext(connected: Practice, now: datetime) -> None:
    """A9."""
    grant = Grant.objects.get()
    token = tokens.access(grant_id=grant.pk, at=now).token

    assert token.encode() not in bytes(grant.access_token)
    assert token.count(".") == 2
    assert repr(tokens.access(grant_id=grant.pk, at=now)) == f"Access(version={grant.token_version})"


def test_ciphertext_moved_to_another_row_or_column_does_not_open() -> None:
    sealed = tokens.seal("secret", grant_id=1, kind="access")

    assert tokens.unseal(sealed, grant_id=1, kind="access") == "secret"
    for grant_id, kind in ((2, "access"), (1, "refresh")):
        with pytest.raises(tokens.Unreadable):
            tokens.unseal(sealed, grant_id=grant_id, kind=kind)


def test_an_older_key_still_opens_and_everything_is_sealed_anew_under_the_newest(
    connected: Practice, settings: Settings, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = base64.urlsafe_b64encode(b"n" * 32).decode()
    old = settings.FIELD_ENCRYPTION_KEYS
    before = tokens.access(grant_id=Grant.objects.get().pk, at=now).token
    settings.FIELD_ENCRYPTION_KEYS = [newest, *old]

    call_command("reseal_tokens")

    assert capsys.readouterr().out == "Consents sealed under the newest key: 1.\n"

    settings.FIELD_ENCRYPTION_KEYS = [newest]
    assert tokens.access(grant_id=Grant.objects.get().pk, at=now).token == before
    settings.FIELD_ENCRYPTION_KEYS = old
    with pytest.raises(tokens.Unreadable):
        tokens.access(grant_id=Grant.objects.get().pk, at=now)


def test_the_operators_learn_of_tokens_that_no_key_opens(
    connected: Practice, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [base64.urlsafe_b64encode(b"n" * 32).decode()]
    capsys.readouterr()

    with pytest.raises(SystemExit, match="1"):
        call_command("reseal_tokens")

    assert "none of the keys opens: 1" in capsys.readouterr().err


def test_a_token_with_two_minutes_left_is_renewed_and_the_refresh_token_rotates(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    grant = Grant.objects.get()
    first = tokens.access(grant_id=grant.pk, at=now)

    second = tokens.access(grant_id=grant.pk, at=now + timedelta(minutes=29))

    assert second.version == first.version + 1
    assert second.token != first.token
    assert len(remote.requests("POST", "connect/token")) == 2


def test_while_one_worker_renews_the_others_do_not_call(connected: Practice, remote: Remote, now: datetime) -> None:
    Grant.objects.update(expires_at=now, refresh_lease_until=now + timedelta(seconds=50))

    with pytest.raises(TryLater):
        tokens.access(grant_id=Grant.objects.get().pk, at=now)

    assert len(remote.requests("POST", "connect/token")) == 1


def test_a_worker_that_died_while_renewing_is_followed_by_another(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F14: the old refresh token still works for half an hour."""
    remote.fault("lose_answer", path="connect/token")
    grant = Grant.objects.get()
    Grant.objects.update(expires_at=now)
    with pytest.raises(TryLater):
        tokens.access(grant_id=grant.pk, at=now)

    assert tokens.access(grant_id=grant.pk, at=now + timedelta(minutes=2)).version == grant.token_version + 1


def test_a_refused_refresh_token_ends_the_grant(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("tokens/revoke")
    Grant.objects.update(expires_at=now)

    with pytest.raises(ConnectionLost):
        tokens.access(grant_id=Grant.objects.get().pk, at=now)

    assert Grant.objects.get().is_dead


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_with_one_old_token_renew_it_once(connected: Practice, remote: Remote, now: datetime) -> None:
    """F13."""
    grant = Grant.objects.get()
    Grant.objects.update(expires_at=now)
    outcomes: list[str] = []

    def work() -> None:
        try:
            tokens.access(grant_id=grant.pk, at=now)
            outcomes.append("renewed")
        except TryLater:
            outcomes.append("later")
        finally:
            from django.db import connection  # noqa: PLC0415  # each thread has its own

            connection.close()

    threads = [Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(remote.requests("POST", "connect/token")) == 2
    assert len(outcomes) == 20
    assert not Grant.objects.get().is_dead


def test_quiet_grants_are_renewed_every_week(connected: Practice, remote: Remote, now: datetime) -> None:
    assert tokens.refresh_quiet(at=now + timedelta(days=5)) == 0
    assert tokens.refresh_quiet(at=now + timedelta(days=8)) == 1


def test_an_expired_access_token_is_renewed_and_the_invoices_go_out(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    invoices = [make_invoice(one) for one in linked_clients(connected, ["City Limousines"])]
    Grant.objects.update(refreshed_at=now - timedelta(minutes=20))
    remote.do("tokens/expire")

    post(connected, at=now)

    assert [one["number"] for one in remote.invoices()] == [invoices[0].number]
    assert connection_of(connected).is_connected


def test_no_log_ever_shows_a_token(connected: Practice, remote: Remote, now: datetime) -> None:
    """A10."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for one in linked_clients(connected, ["City Limousines", "Beacon Joinery Ltd"]):
            make_invoice(one)
        remote.fault("status", status=401, path="Invoices", times=1)
        remote.fault("lose_answer", path="Invoices", method="PUT")
        Grant.objects.update(refreshed_at=now - timedelta(minutes=20))
        for minutes in range(5):
            post(connected, at=now + timedelta(minutes=minutes))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)

    grant = Grant.objects.get()
    secrets = [tokens.access(grant_id=grant.pk, at=now).token, tokens.refresh_token(grant)]
    assert len(remote.invoices()) == 2
    assert not [secret for secret in secrets if secret in heard.getvalue()]
