"""What the gateway meets without sockets is what it meets over HTTP, fault by fault."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from clients.models import Practice
from sandbox.xero.server import create_app
from tests.factories import make_member, make_practice
from tests.faults.machine import wire
from tests.xero_world import Remote, connect_by_operations, connection_of
from xero_sync.errors import XeroFailure
from xero_sync.gateway import open_gateway as over_http
from xero_sync.operations import tokens
from xero_sync.ports import Gateway

pytestmark = pytest.mark.django_db
FAULTS: list[dict[str, Any]] = [
    *({"kind": kind} for kind in ("lose_answer", "fail_before", "reset", "truncate", "html")),
    {"kind": "late_commit", "delay": 60},
    *({"kind": "status", "status": status} for status in (401, 403, 500, 503)),
    {"kind": "status", "status": 429, "problem": "minute", "retry_after": 37},
    {"kind": "mangle", "mangle": "missing"},
]
Opener = Callable[[str, str], Gateway]


@pytest.fixture
def connected(sandbox: Any, settings: Settings) -> Practice:
    practice = make_practice("North & Vale")
    connect_by_operations(practice, make_member(practice), at=datetime.now(UTC))
    wire.lay(wire.Line(create_app(sandbox.state), lambda _: None))
    return practice


def met(opener: Opener, practice: Practice, key: str) -> tuple[str, str]:
    """Which failure, or which reply; and how many invoices there are then."""
    connection = connection_of(practice)
    assert connection.grant_id
    access = tokens.access(grant_id=connection.grant_id, at=datetime.now(UTC))
    gateway = opener(connection.tenant_id, access.token)
    body = b'{"Invoices":[{"Type":"ACCREC","Contact":{"Name":"City Limousines"},"LineItems":[]}]}'
    try:
        reply = gateway.create_invoices(body, tenant_id=connection.tenant_id, idempotency_key=key)
    except XeroFailure as failure:
        return type(failure).__name__, str(failure)
    return str([element.is_accepted for element in reply.elements]), str(gateway.limits.day is not None)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status") or fault["kind"]))
def test_a_fault_is_the_same_with_and_without_a_socket(
    fault: dict[str, Any], connected: Practice, sandbox: Any
) -> None:
    remote = Remote(sandbox)
    found = []
    for number, opener in enumerate((over_http, wire.open_gateway)):
        before = len(remote.invoices())
        remote.fault(path="Invoices", **fault)
        said = met(opener, connected, f"key {number}")
        found.append((said, len(remote.invoices()) - before, remote.requests()[-1]["status"]))

    assert found[0] == found[1]


def test_a_good_answer_is_the_same_too(connected: Practice) -> None:
    assert met(over_http, connected, "one") == met(wire.open_gateway, connected, "two")


def test_a_slow_answer_moves_the_clock_and_a_hopeless_one_ends_at_the_deadline(
    connected: Practice, sandbox: Any
) -> None:
    waited: list[float] = []
    wire.lay(wire.Line(create_app(sandbox.state), waited.append))
    remote = Remote(sandbox)
    remote.fault("drip", path="Invoices", delay=0.001)
    assert met(wire.open_gateway, connected, "one")[0].startswith("[")

    remote.fault("drip", path="Invoices", delay=1)
    assert met(wire.open_gateway, connected, "two")[0] == "OutcomeUnknown"
    assert waited[-1] == 66.0
