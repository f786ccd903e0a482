"""Of a worker's many threads few work at once; the others are under way to Xero."""

import threading
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest
import urllib3

from tests.xero_world import NORTH_AND_VALE
from xero_sync import tasks
from xero_sync.gateway import XeroGateway
from xero_sync.ports import DESKS, at_work, away
from xero_sync.ports.desks import Turnstile

pytestmark = pytest.mark.django_db
PATIENCE = 5.0  # seconds until a thread that found no desk is given up


def in_threads(count: int, act: Callable[[], object]) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def finds_a_desk(seconds: float = PATIENCE) -> bool:
    """Whether one thread more could work now."""
    started, found = threading.Event(), threading.Event()

    def try_it() -> None:
        started.set()
        with at_work():
            found.set()

    in_threads(1, try_it)
    assert started.wait(PATIENCE)
    return found.wait(seconds)


def test_no_more_threads_work_at_once_than_there_are_desks() -> None:
    ready, end = threading.Barrier(DESKS + 1), threading.Event()

    def work() -> None:
        with at_work():
            ready.wait(PATIENCE)
            end.wait(PATIENCE)

    threads = in_threads(DESKS, work)
    ready.wait(PATIENCE)
    try:
        assert not finds_a_desk(0.05)
    finally:
        end.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert finds_a_desk()


def test_who_waits_comes_before_who_leaves_and_comes_again() -> None:
    came: list[str] = []
    desk, ended = Turnstile(1), threading.Event()
    desk.enter()

    def wait() -> None:
        desk.enter()
        came.append("who waited")
        desk.leave()
        ended.set()

    in_threads(1, wait)
    ends = time.monotonic() + PATIENCE
    while not desk.waiting:
        assert time.monotonic() < ends
    desk.leave()
    desk.enter()
    came.append("who came again")
    desk.leave()

    assert ended.wait(PATIENCE)
    assert came == ["who waited", "who came again"]


def test_whoever_is_at_work_already_takes_no_second_desk() -> None:
    ready, end = threading.Barrier(DESKS + 1), threading.Event()

    def work() -> None:
        with at_work(), at_work():
            ready.wait(PATIENCE)
            end.wait(PATIENCE)

    in_threads(DESKS, work)
    ready.wait(PATIENCE)  # breaks where one of them had to wait for a second desk
    end.set()
    assert finds_a_desk()


def test_a_failure_on_the_way_takes_no_desk_along() -> None:
    for _ in range(DESKS + 1):
        with pytest.raises(OSError, match="gone"), at_work(), away():
            raise OSError("gone")
    assert finds_a_desk()


def test_while_a_call_is_under_way_all_desks_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    closed: list[int] = []

    def answer(*_: object, **__: object) -> urllib3.HTTPResponse:
        ready = threading.Barrier(DESKS)

        def meet() -> None:
            with at_work():
                ready.wait(PATIENCE)
                found.append(True)

        for thread in in_threads(DESKS, meet):
            thread.join(PATIENCE)
        return urllib3.HTTPResponse(body=b'{"Invoices": []}', status=200)

    monkeypatch.setattr(urllib3.PoolManager, "request", answer)
    ours = SimpleNamespace(in_atomic_block=False, vendor="sqlite", close=lambda: closed.append(len(found)))
    monkeypatch.setattr("xero_sync.ports.desks.connection", ours)
    with at_work():
        assert XeroGateway(NORTH_AND_VALE, "token").invoices_numbered(["S-1"]) == []

    assert found == [True] * DESKS
    assert closed[0] == 0, "before the call"
    assert len(closed) == DESKS + 2, "and by whoever leaves his desk"


@pytest.mark.parametrize(
    ("task", "does"),
    [
        (tasks.post_lane, "xero_sync.operations.pushes.post_batch"),
        (tasks.sync, "xero_sync.operations.pulls.run_sync"),
        (tasks.recheck, "xero_sync.operations.pulls.recheck"),
    ],
)
def test_posting_and_syncing_are_done_at_a_desk(
    task: Callable[[int], None], does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    def look(**_: object) -> None:
        everybody, end = threading.Barrier(DESKS + 1), threading.Event()
        others = [threading.Event() for _ in range(DESKS)]

        def wait_there(event: threading.Event) -> None:
            everybody.wait(PATIENCE)
            with at_work():
                event.set()
                end.wait(PATIENCE)

        for event in others:
            in_threads(1, partial(wait_there, event))
        everybody.wait(PATIENCE)
        found.append(not all(event.wait(0.1) for event in others))
        end.set()

    monkeypatch.setattr(does, look)
    task(1)

    assert found == [True]
