import time
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Xero, line


def put(books: Xero, **changes: Any) -> requests.Response:
    return books.put_invoices(books.invoice(**changes))


def count(books: Xero) -> int:
    return len(books.seen("invoices")["invoices"])


def test_a_lost_answer_leaves_the_invoice(books: Xero) -> None:
    books.control("faults", kind="lose_answer", path="Invoices", method="PUT")
    with pytest.raises(requests.ConnectionError):
        put(books)
    assert count(books) == 1
    assert put(books).status_code == 200


def test_failing_before_leaves_nothing(books: Xero) -> None:
    books.control("faults", kind="fail_before", path="Invoices", method="PUT")
    with pytest.raises(requests.ConnectionError):
        put(books)
    assert count(books) == 0


def test_a_reset_comes_after_half_the_body(books: Xero) -> None:
    books.control("faults", kind="reset", path="Invoices")
    with pytest.raises(requests.RequestException):
        put(books)
    assert count(books) == 1


def test_a_late_commit_comes_when_its_caller_has_given_up(books: Xero) -> None:
    books.control("faults", kind="late_commit", path="Invoices", delay=600)
    with pytest.raises(requests.ConnectionError):
        put(books, InvoiceNumber="B-1")
    books.control("clock", advance=599)
    assert count(books) == 0
    books.control("clock", advance=2)
    assert count(books) == 1


def test_a_number_taken_meanwhile_makes_the_late_commit_harmless(books: Xero) -> None:
    books.control("faults", kind="late_commit", path="Invoices", delay=600)
    with pytest.raises(requests.ConnectionError):
        put(books, InvoiceNumber="B-1")
    put(books, InvoiceNumber="B-1")
    books.control("clock", advance=601)
    assert count(books) == 1


def test_a_slow_answer_comes_in_the_end(books: Xero) -> None:
    books.control("faults", kind="slow", path="Invoices", delay=0.3)
    began = time.monotonic()
    assert put(books).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_dripped_body_outlives_each_read_timeout(books: Xero) -> None:
    books.control("faults", kind="drip", path="Organisation", delay=0.001)
    answer = books.call("GET", "Organisation")
    assert answer.json()["Organisations"][0]["Name"] == "North & Vale Accountants"
    assert answer.elapsed.total_seconds() < 30


def test_a_truncated_answer_is_not_json(books: Xero) -> None:
    books.control("faults", kind="truncate", path="Invoices")
    answer = put(books)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()
    assert count(books) == 1


def test_a_web_page_may_come_instead(books: Xero) -> None:
    books.control("faults", kind="html", path="Invoices")
    answer = put(books)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    books.control("faults", kind="html", path="Invoices", status=503)
    assert put(books).status_code == 503
    assert count(books) == 0


def test_an_ordered_429_tells_its_problem(books: Xero) -> None:
    books.control("faults", kind="status", problem="minute", retry_after=37)
    answer = put(books)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "37")
    assert answer.headers["X-Rate-Limit-Problem"] == "minute"


def test_faults_keep_to_their_count_path_method_and_organisation(books: Xero) -> None:
    books.control("faults", kind="status", status=503, path="Invoices", method="PUT", times=2, skip=1)
    books.control("faults", kind="status", status=500, tenant="Vale Trustees Ltd")
    assert books.call("GET", "Invoices").status_code == 200
    assert [put(books).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_token_refresh_can_lose_its_answer(books: Xero) -> None:
    books.control("faults", kind="lose_answer", path="connect/token")
    with pytest.raises(requests.ConnectionError):
        books.refresh(books.tokens["refresh_token"])
    assert books.seen("stats")["refreshes"] == 1
    assert books.refresh(books.tokens["refresh_token"]).status_code == 200


def test_a_token_refresh_can_be_refused(books: Xero) -> None:
    books.control("faults", kind="status", status=400, path="connect/token", body='{"error":"invalid_grant"}')
    answer = books.refresh(books.tokens["refresh_token"])
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("how", "numbers"),
    [
        ("missing", ["A"]),
        ("reorder", ["B", "A"]),
        ("repeat", ["A", "B", "A"]),
        ("foreign", ["A", "B", "OTHER-1"]),
    ],
)
def test_an_answer_can_be_mangled(books: Xero, how: str, numbers: list[str]) -> None:
    books.control("faults", kind="mangle", mangle=how, path="Invoices", method="PUT")
    answer = books.put_invoices(books.invoice(InvoiceNumber="A"), books.invoice(InvoiceNumber="B"))
    assert [i["InvoiceNumber"] for i in answer.json()["Invoices"]] == numbers
    assert count(books) == 2


def test_totals_can_be_mangled(books: Xero) -> None:
    books.control("faults", kind="mangle", mangle="totals", path="Invoices")
    assert put(books, LineItems=[line()]).json()["Invoices"][0]["Total"] == 144.01


def test_an_unknown_status_can_appear_in_a_page(books: Xero) -> None:
    books.control("faults", kind="mangle", mangle="unknown_enum", path="Contacts")
    assert books.get("Contacts", page=1)["Contacts"][0]["ContactStatus"] == "NOVELTY"


def test_a_script_draws_the_same_faults_for_the_same_seed(books: Xero) -> None:
    def statuses(seed: int) -> list[int]:
        books.control("faults/script", seed=seed, rates={"status": 0.5}, path="Organisation")
        return [books.call("GET", "Organisation").status_code for _ in range(20)]

    first = statuses(7)
    assert set(first) == {200, 503}
    assert statuses(7) == first
    assert statuses(8) != first


def test_a_script_draws_statuses_by_their_number(books: Xero) -> None:
    books.control("faults/script", seed=7, rates={"429": 0.5, "503": 0.5}, path="Organisation")
    answers = [books.call("GET", "Organisation") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {429, 503}
    assert {answer.headers.get("Retry-After") for answer in answers if answer.status_code == 429} == {"10"}


def test_a_fault_that_does_not_exist_is_explained(books: Xero) -> None:
    answer = books.session.post(f"{books.url}/_sandbox/faults", json={"kind": "earthquake"})
    assert answer.status_code == 400
    assert "late_commit" in answer.json()["error"]


def test_calls_share_one_connection(books: Xero) -> None:
    ports = set()

    def note(answer: requests.Response, *_: Any, **__: Any) -> None:
        ports.add(answer.raw.connection.sock.getsockname()[1] if answer.raw.connection else None)

    books.session.hooks["response"].append(note)
    for _ in range(3):
        answer = books.call("GET", "Organisation")
        assert answer.headers.get("Connection") != "close"
    assert books.seen("stats")["requests"] >= 3
