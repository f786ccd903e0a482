"""A practice connected to the sandbox, its lists read."""

from datetime import UTC, datetime

import pytest

from clients.models import Membership, Practice
from sandbox.xero.server import Running
from tests.factories import make_member, make_practice
from tests.xero_world import Remote, connect_by_operations, sync


@pytest.fixture
def now() -> datetime:
    """The moment that the operations are told; the sandbox lives by the same clock."""
    return datetime.now(UTC)


@pytest.fixture
def remote(sandbox: Running) -> Remote:
    return Remote(sandbox)


@pytest.fixture
def north_vale(db: None) -> Practice:
    return make_practice("North & Vale")


@pytest.fixture
def priya(north_vale: Practice) -> Membership:
    return make_member(north_vale)


@pytest.fixture
def connected(north_vale: Practice, priya: Membership, remote: Remote, now: datetime) -> Practice:
    connect_by_operations(north_vale, priya, at=now)
    assert sync(north_vale, at=now) == "done"
    return north_vale
