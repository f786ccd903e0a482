"""F13: twenty workers meet one expired token."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from clients.models import Practice
from tests.faults.named.world import World
from xero_sync.errors import TryLater
from xero_sync.models import Grant
from xero_sync.operations import tokens

pytestmark = pytest.mark.django_db(transaction=True)


def test_f13_one_of_them_renews_it_and_nobody_is_refused(connected: Practice, world: World) -> None:
    grant = Grant.objects.get()
    world.wait(minutes=31)
    before, at = world.mark(), world.at
    gate, outcomes = Barrier(20), []

    def work() -> None:
        try:
            gate.wait(timeout=10)
            outcomes.append(tokens.access(grant_id=grant.pk, at=at).version)
        except TryLater:
            outcomes.append(0)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    renewals = world.calls(before, path="connect/token")
    assert [call["status"] for call in renewals] == [200]
    assert len(outcomes) == 20
    assert set(outcomes) <= {0, grant.token_version + 1}
    grant.refresh_from_db()
    assert (grant.token_version, grant.is_dead) == (max(outcomes), False)
    assert tokens.access(grant_id=grant.pk, at=world.at + timedelta(seconds=3)).version == grant.token_version
