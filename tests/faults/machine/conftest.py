"""A world for one test: the schedule that chance found, told by hand."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.faults.machine import settings as machine_settings
from tests.faults.machine.world import World, open_world


@pytest.fixture
def world(db: None, settings: Settings, request: pytest.FixtureRequest) -> Iterator[World]:
    numbering, memory = getattr(request, "param", ("own", 360))
    for name in ("XERO_GATEWAY", "CLOCK", "XERO_CHECKPOINT"):
        setattr(settings, name, getattr(machine_settings, name))
    made = open_world()
    made.begin(numbering=numbering, memory=memory)
    yield made
    made.end()
    made.running.close()
