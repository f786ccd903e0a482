"""A token that Xero refuses is renewed; one that it refuses although it is new is tried once more, then believed."""

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser

from clients.models import Practice
from notifications.models import Message
from tests.factories import log_in, make_invoice
from tests.xero_world import Remote, connection_of, linked_clients, post, sync
from xero_sync.errors import Cause, ConnectionLost
from xero_sync.models import Connection, Grant, Lane, SyncRun
from xero_sync.operations import connections, pulls

pytestmark = pytest.mark.django_db
EXPIRED = ConnectionLost(Cause.EXPIRED, "Xero did not accept our access token.")


@pytest.fixture
def wanting(connected: Practice, now: datetime) -> Practice:
    """Connected a moment ago, so that the token is new; one invoice waits."""
    (client,) = linked_clients(connected, ["City Limousines"])
    make_invoice(client, at=now)
    return connected


def letters(practice: Practice) -> int:
    return Message.objects.for_practice(practice).filter(slug="connection_lost").count()


def refused_calls(remote: Remote) -> int:
    return len([row for row in remote.requests("PUT", "Invoices") if row["status"] == 401])


def test_a_new_token_that_is_refused_once_is_tried_again_a_little_later(
    wanting: Practice, remote: Remote, now: datetime
) -> None:
    remote.fault("status", status=401, path="Invoices", method="PUT", times=1)

    post(wanting, at=now)
    post(wanting, at=now + timedelta(seconds=5))
    assert refused_calls(remote) == 1
    assert remote.invoices() == []
    post(wanting, at=now + timedelta(seconds=11))

    assert len(remote.invoices()) == 1
    assert connection_of(wanting).is_connected
    assert letters(wanting) == 0
    assert len(remote.requests("POST", "connect/token")) == 1


def test_refused_again_it_is_believed_and_everybody_is_told_within_a_minute(
    wanting: Practice, remote: Remote, now: datetime
) -> None:
    remote.fault("status", status=401, path="Invoices", method="PUT", times=100)

    for seconds in range(0, 60, 15):  # as beat sweeps
        post(wanting, at=now + timedelta(seconds=seconds))

    assert refused_calls(remote) == 2
    assert connection_of(wanting).needs_attention
    assert letters(wanting) == 1
    lost_at = connection_of(wanting).lost_at
    assert lost_at is not None
    assert lost_at - now < timedelta(seconds=60)


def test_an_old_token_is_renewed_at_once_and_the_new_one_has_its_second_try_too(
    wanting: Practice, remote: Remote, now: datetime
) -> None:
    Grant.objects.update(refreshed_at=now - timedelta(minutes=20))
    remote.fault("status", status=401, path="Invoices", method="PUT", times=2)

    post(wanting, at=now)
    assert len(remote.requests("POST", "connect/token")) == 2
    assert connection_of(wanting).is_connected
    post(wanting, at=now + timedelta(seconds=15))

    assert len(remote.invoices()) == 1
    assert letters(wanting) == 0


def test_a_long_row_of_failures_before_does_not_delay_the_news(
    wanting: Practice, remote: Remote, now: datetime
) -> None:
    """A refusal is an answer: the breaker is for silence."""
    Lane.objects.for_practice(wanting).update(failures_in_a_row=9)
    Grant.objects.update(refreshed_at=now - timedelta(minutes=20))
    remote.do("tokens/revoke")

    post(wanting, at=now)

    assert connection_of(wanting).is_lost
    assert letters(wanting) == 1


def test_slots_that_are_refused_together_count_once(wanting: Practice, now: datetime) -> None:
    """All of them carried the token that one of them has renewed since, or that Xero does not know everywhere yet."""
    waits = [
        connections.investigate(connection=connection_of(wanting), lost=EXPIRED, at=now + timedelta(seconds=late))
        for late in (0, 1, 4)
    ]

    assert [wait.seconds for wait in waits if wait] == [10, 9, 6]
    assert connection_of(wanting).is_connected
    assert letters(wanting) == 0


def test_an_answer_ends_the_doubt(wanting: Practice, remote: Remote, now: datetime) -> None:
    connections.investigate(connection=connection_of(wanting), lost=EXPIRED, at=now)
    post(wanting, at=now + timedelta(seconds=15))
    assert len(remote.invoices()) == 1
    assert connection_of(wanting).doubted_at is None

    again = connections.investigate(connection=connection_of(wanting), lost=EXPIRED, at=now + timedelta(seconds=30))

    assert again is not None
    assert connection_of(wanting).is_connected


def test_a_sync_goes_on_after_the_second_try(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.fault("status", status=401, path="Accounts", times=1)

    assert sync(connected, at=now) == "waiting"
    run = SyncRun.objects.for_practice(connected).get(status="waiting")
    assert timedelta(seconds=10) <= run.not_before - now < timedelta(seconds=20)
    assert pulls.run_sync(run_id=run.pk, at=now + timedelta(seconds=20)) == "done"

    assert connection_of(connected).is_connected
    assert connection_of(connected).doubted_at is None


def test_a_check_that_was_refused_with_a_new_token_is_made_again_before_anybody_is_told(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """On the eve of billing, when the token was renewed for this very call."""
    eve = now.replace(month=9, day=30, hour=10)
    Connection.objects.for_practice(connected).update(checked_at=eve - timedelta(days=1))
    Grant.objects.update(expires_at=eve, refreshed_at=eve)
    remote.fault("status", status=401, path="connections", times=1)

    assert connections.check_all(at=eve) == 1
    assert (connection_of(connected).status, letters(connected)) == ("connected", 0)
    assert connections.check_all(at=eve + timedelta(seconds=15)) == 1

    assert connection_of(connected).is_connected
    assert connection_of(connected).checked_at == eve + timedelta(seconds=15)
    assert letters(connected) == 0
    assert connections.check_all(at=eve + timedelta(seconds=30)) == 0


def test_a_check_that_is_refused_every_time_ends_in_a_loss(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.fault("status", status=401, path="connections", times=100)

    for seconds in (0, 15):
        connections.check_connection(connection=connection_of(connected), at=now + timedelta(seconds=seconds))

    assert connection_of(connected).is_lost
    assert letters(connected) == 1


@pytest.mark.parametrize(("status", "times", "age"), [(401, 1, 0), (401, 2, 20), (503, 1, 0)])
def test_who_asks_whether_xero_answers_is_not_told_that_it_did_when_it_did_not(
    status: int, times: int, age: int, client: Browser, connected: Practice, remote: Remote, now: datetime
) -> None:
    """With a new token or an old one, which is renewed and refused again."""
    Grant.objects.update(refreshed_at=now - timedelta(minutes=age))
    remote.fault("status", status=status, path="connections", times=times)
    log_in(client, connected.memberships.get())

    said = client.post(f"/p/{connected.slug}/settings/integrations/xero/check/", follow=True).content.decode()

    assert "Xero gave no answer just now." in said
    assert "Xero answers for" not in said


def test_who_asks_whether_xero_answers_is_told_that_it_did(client: Browser, connected: Practice) -> None:
    log_in(client, connected.memberships.get())

    said = client.post(f"/p/{connected.slug}/settings/integrations/xero/check/", follow=True).content.decode()

    assert "Xero answers for North &amp; Vale Accountants." in said
