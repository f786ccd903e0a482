from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.sandbox.conftest import Xero


def connected(xero: Xero, **settings: Any) -> Xero:
    xero.control("clock", freeze=True)
    xero.control("settings", **settings)
    xero.connect()
    return xero


def test_every_answer_tells_what_is_left(xero: Xero) -> None:
    headers = connected(xero).call("GET", "Organisation").headers
    assert headers["X-MinLimit-Remaining"] == "59"
    assert headers["X-DayLimit-Remaining"] == "999"
    assert headers["X-AppMinLimit-Remaining"] == "9999"


def test_the_sixty_first_call_of_a_minute_is_refused(xero: Xero) -> None:
    connected(xero)
    statuses = [xero.call("GET", "Organisation").status_code for _ in range(60)]
    assert set(statuses) == {200}
    xero.control("clock", advance=23)
    answer = xero.call("GET", "Organisation")
    assert (answer.status_code, answer.content) == (429, b"")
    assert answer.headers["X-Rate-Limit-Problem"] == "minute"
    assert answer.headers["Retry-After"] == "37"
    xero.control("clock", advance=37)
    assert xero.call("GET", "Organisation").status_code == 200


def test_a_minute_that_is_a_bucket_refills_evenly(xero: Xero) -> None:
    connected(xero, minute_kind="bucket")
    statuses = [xero.call("GET", "Organisation").status_code for _ in range(60)]
    assert set(statuses) == {200}

    refused = xero.call("GET", "Organisation")
    assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "minute")
    assert refused.headers["Retry-After"] == "1"

    xero.control("clock", advance=10)
    answers = [xero.call("GET", "Organisation") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert [answer.headers["X-MinLimit-Remaining"] for answer in answers[:2]] == ["9", "8"]

    xero.control("clock", advance=600)
    assert xero.call("GET", "Organisation").headers["X-MinLimit-Remaining"] == "59"


def test_the_day_is_counted_from_its_first_call(xero: Xero) -> None:
    connected(xero, per_day=2)
    xero.call("GET", "Organisation")
    xero.control("clock", advance=400)
    xero.call("GET", "Organisation")
    answer = xero.call("GET", "Organisation")
    assert answer.headers["X-Rate-Limit-Problem"] == "day"
    assert answer.headers["Retry-After"] == "86000"
    assert answer.headers["X-DayLimit-Remaining"] == "0"


def test_the_limit_of_the_whole_app_tells_no_time(xero: Xero) -> None:
    connected(xero, app_per_minute=1)
    xero.call("GET", "Organisation")
    answer = xero.call("GET", "Organisation")
    assert answer.headers["X-Rate-Limit-Problem"] == "appminute"
    assert "Retry-After" not in answer.headers


def test_five_calls_at_once_are_the_most(xero: Xero) -> None:
    connected(xero, latency=0.5)

    def call(_: int) -> requests.Response:
        return requests.get(f"{xero.url}/api.xro/2.0/Organisation", headers=xero.headers())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    refused = [a for a in answers if a.status_code == 429]
    assert len(refused) == 3
    assert {a.headers["X-Rate-Limit-Problem"] for a in refused} == {"concurrent"}
    assert not any("Retry-After" in a.headers for a in refused)
    assert xero.seen("stats")["organisations"][xero.tenant_id]["peak"] == 5


def test_limits_can_be_switched_off(xero: Xero) -> None:
    connected(xero, limits=False)
    assert {xero.call("GET", "Organisation").status_code for _ in range(70)} == {200}
