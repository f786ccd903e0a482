"""The door to Xero: one request per call, an end to every call, our own four words for every failure."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from sandbox.xero.server import Running
from tests.factories import make_member, make_practice
from tests.xero_world import NORTH_AND_VALE, VALE_TRUSTEES, Remote, connect_by_operations
from xero_sync.errors import Cause, ConnectionLost, OutcomeUnknown, Refused, Scope, TryLater
from xero_sync.gateway import XeroGateway
from xero_sync.gateway.calls import WrongTenant
from xero_sync.models import Grant
from xero_sync.operations import tokens
from xero_sync.records import Limits
from xero_sync.translation.elements import body_of, element_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def remote(sandbox: Running) -> Remote:
    return Remote(sandbox)


@pytest.fixture
def token(remote: Remote) -> str:
    member = make_member(make_practice())
    connect_by_operations(member.practice, member, at=datetime.now(UTC))
    return tokens.access(grant_id=Grant.objects.get().pk, at=datetime.now(UTC)).token


@pytest.fixture
def gateway(token: str) -> XeroGateway:
    return XeroGateway(NORTH_AND_VALE, token)


BODY = body_of("Invoices", [element_bytes({"Type": "ACCREC", "InvoiceNumber": "S-1"})])


def create(gateway: XeroGateway, body: bytes = BODY) -> None:
    gateway.create_invoices(body, tenant_id=gateway.tenant_id, idempotency_key="k" * 64)


@pytest.mark.parametrize("kind", ["lose_answer", "fail_before", "reset", "truncate", "html"])
def test_an_answer_that_is_no_answer_is_one_request_and_an_unknown_outcome(
    kind: str, gateway: XeroGateway, remote: Remote
) -> None:
    """F2."""
    remote.fault(kind, path="Invoices", method="PUT")

    with pytest.raises(OutcomeUnknown):
        create(gateway)

    assert len(remote.requests("PUT", "Invoices")) == 1


@pytest.mark.parametrize("status", [409, 412, 500, 502, 503, 504, 302])
def test_statuses_that_say_neither_yes_nor_no(status: int, gateway: XeroGateway, remote: Remote) -> None:
    remote.fault("status", status=status, path="Invoices", method="PUT")

    with pytest.raises(OutcomeUnknown):
        create(gateway)

    assert len(remote.requests("PUT", "Invoices")) == 1


@pytest.mark.parametrize(
    ("problem", "retry_after", "scope", "seconds"),
    [
        ("minute", 37, Scope.MINUTE, 37),
        ("day", 41000, Scope.DAY, 41000),
        ("concurrent", None, Scope.CONCURRENT, 2),
        ("appminute", None, Scope.APP, 10),
    ],
)
def test_a_limit_raises_at_once_and_says_which(
    problem: str, retry_after: int | None, scope: Scope, seconds: int, gateway: XeroGateway, remote: Remote
) -> None:
    remote.fault("status", status=429, problem=problem, retry_after=retry_after, path="Invoices")
    began = time.monotonic()

    with pytest.raises(TryLater) as told:
        create(gateway)

    assert (told.value.scope, told.value.seconds) == (scope, seconds)
    assert time.monotonic() - began < 5
    assert len(remote.requests("PUT", "Invoices")) == 1


def test_an_expired_token_a_missing_scope_and_a_lost_organisation_are_told_apart(
    gateway: XeroGateway, token: str, remote: Remote
) -> None:
    remote.do("tokens/expire")
    with pytest.raises(ConnectionLost) as expired:
        gateway.organisation()
    with pytest.raises(ConnectionLost) as nonsense:
        XeroGateway(NORTH_AND_VALE, "nonsense").organisation()

    assert expired.value.cause is Cause.EXPIRED
    assert nonsense.value.cause is Cause.EXPIRED


def test_an_organisation_that_the_token_does_not_reach(token: str, remote: Remote) -> None:
    with pytest.raises(ConnectionLost) as lost:
        XeroGateway(VALE_TRUSTEES, token).organisation()

    assert lost.value.cause is Cause.TENANT


def test_a_document_that_xero_cannot_read_is_refused_as_a_whole(gateway: XeroGateway) -> None:
    with pytest.raises(Refused):
        create(gateway, body_of("Invoices", [element_bytes({"Type": "NONSENSE"})]))


def test_a_key_used_for_other_bytes_is_an_unknown_outcome(gateway: XeroGateway) -> None:
    create(gateway)

    with pytest.raises(OutcomeUnknown):
        create(gateway, BODY.replace(b"S-1", b"S-2"))


def test_bytes_of_one_organisation_never_go_to_another(gateway: XeroGateway, remote: Remote) -> None:
    """I5."""
    with pytest.raises(WrongTenant):
        gateway.create_invoices(BODY, tenant_id=VALE_TRUSTEES, idempotency_key="k")

    assert remote.requests("PUT", "Invoices") == []


def test_a_reply_tells_what_is_left_of_the_limits(gateway: XeroGateway) -> None:
    gateway.organisation()

    assert gateway.limits.day is not None
    assert gateway.limits.minute is not None


def test_what_a_reply_told_before_is_not_told_of_a_call_without_one(gateway: XeroGateway, remote: Remote) -> None:
    gateway.organisation()
    remote.fault("lose_answer", path="Invoices", method="PUT")

    with pytest.raises(OutcomeUnknown):
        create(gateway)

    assert gateway.limits == Limits()


def test_nobody_listening_is_known_not_to_have_been_sent(token: str, settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.XERO_API_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(TryLater) as told:
            XeroGateway(NORTH_AND_VALE, token).organisation()

    assert told.value.scope is Scope.UNREACHABLE


def test_a_body_dripped_byte_by_byte_ends_at_the_deadline(token: str, remote: Remote) -> None:
    """F12: each byte comes in time, the whole never would."""
    remote.fault("drip", path="Organisation", delay=0.2)
    began = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        XeroGateway(NORTH_AND_VALE, token, seconds=1.0).organisation()

    assert time.monotonic() - began < 3


def test_headers_dripped_byte_by_byte_end_at_the_deadline_too(token: str, settings: Settings) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200) as url:
        settings.XERO_API_URL = url
        began = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            XeroGateway(NORTH_AND_VALE, token, seconds=0.5).organisation()

        assert time.monotonic() - began < 3


@contextmanager
def dripping(content: bytes) -> Iterator[str]:
    """A server that sends one byte every tenth of a second."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server, content), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _drip(server: socket.socket, content: bytes) -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(65536)
        try:
            for position in range(len(content)):
                caller.sendall(content[position : position + 1])
                time.sleep(0.1)
        except OSError:
            return


def test_two_organisations_in_sixteen_threads_never_share_a_token(remote: Remote) -> None:
    """A6, in small: whose token arrives with whose organisation."""
    remote.do("settings", limits=False)
    gateways = [XeroGateway(f"tenant-{number}", f"token-{number}") for number in range(16)]

    def call(gateway: XeroGateway) -> None:
        for _ in range(10):
            with pytest.raises(ConnectionLost):
                gateway.organisation()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, gateways))

    headers = [gateway._api.api_client.configuration for gateway in gateways]
    assert len({id(one) for one in headers}) == 16


def test_a_request_that_was_held_up_until_its_time_was_over_does_not_leave(token: str, remote: Remote) -> None:
    before = len(remote.get("requests?since=0")["requests"])

    with pytest.raises(OutcomeUnknown):
        create(XeroGateway(NORTH_AND_VALE, token, seconds=0))

    assert len(remote.get("requests?since=0")["requests"]) == before
