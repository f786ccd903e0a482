"""A practice connected to the sandbox, in a world whose time the test moves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from tests.faults.named.world import World, listening
from tests.xero_sync.conftest import connected as connected
from tests.xero_sync.conftest import north_vale as north_vale
from tests.xero_sync.conftest import priya as priya
from tests.xero_sync.conftest import remote as remote
from tests.xero_world import Remote


@pytest.fixture
def starts() -> datetime:
    """When the test begins; a module may say otherwise."""
    return datetime(2026, 10, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def xero_is_off() -> timedelta:
    """How far Xero's clock is from ours; a test may say otherwise."""
    return timedelta()


@pytest.fixture
def world(
    db: None,
    remote: Remote,
    run_bell: Callable[[], list[str]],
    settings: Settings,
    starts: datetime,
    xero_is_off: timedelta,
) -> Iterator[World]:
    settings.CLOCK = "tests.faults.named.world.moment"
    settings.XERO_CHECKPOINT = "tests.faults.named.world.checkpoint"
    with listening():
        yield World(remote, run_bell, starts, xero_is_off)


@pytest.fixture
def now(world: World) -> datetime:
    return world.at
