"""Idempotency keys: what is remembered, for how long, and what a repeat is told."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Xero


def put(books: Xero, key: str, **changes: Any) -> requests.Response:
    return books.call("PUT", "Invoices", {"Invoices": [books.invoice(**changes)]}, headers={"Idempotency-Key": key})


def count(books: Xero) -> int:
    return len(books.seen("invoices")["invoices"])


def test_a_repeated_key_gets_the_first_answer(books: Xero) -> None:
    first, second = put(books, "k-1"), put(books, "k-1")
    assert first.content == second.content
    assert count(books) == 1


@pytest.mark.parametrize("memory", [0, 360, 86400])
def test_a_key_is_new_again_after_its_memory(books: Xero, memory: int) -> None:
    books.control("settings", key_memory=memory, access_token_life=10**6)
    books.connect()
    put(books, "k-1")
    if memory:
        books.control("clock", advance=memory - 1)
        put(books, "k-1")
        assert count(books) == 1
    books.control("clock", advance=2)
    put(books, "k-1")
    assert count(books) == 2


def test_a_key_with_another_request_is_refused(books: Xero) -> None:
    put(books, "k-1")
    answer = put(books, "k-1", Reference="other")
    assert answer.status_code == 400
    assert answer.json()["Detail"] == "Idempotency Key: k-1 is used with a different request."
    assert count(books) == 1


def test_a_key_longer_than_128_is_refused(books: Xero) -> None:
    key = "k" * 129
    assert put(books, key).json()["Detail"] == f"Idempotency Key: {key} with length 129 is too long."
    assert put(books, "k" * 128).status_code == 200


def test_errors_are_remembered_too(books: Xero) -> None:
    body = {"Invoices": [books.invoice("Bell Bakery")]}
    first = books.call("PUT", "Invoices", body, headers={"Idempotency-Key": "k-1"})
    books.control("contacts/Bell Bakery/restore")
    again = books.call("PUT", "Invoices", body, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.content) == (400, first.content)


def test_a_failure_inside_xero_can_be_remembered(books: Xero) -> None:
    books.control("faults", kind="status", status=500, path="Invoices", remember=True)
    assert put(books, "k-1").status_code == 500
    assert put(books, "k-1").status_code == 500
    assert put(books, "k-2").status_code == 200


def test_a_repeat_can_be_told_what_exists(books: Xero) -> None:
    books.control("settings", key_conflict_mode="conflict")
    made = put(books, "k-1").json()["Invoices"][0]
    answer = put(books, "k-1")
    assert answer.status_code == 409
    assert answer.json()["Existing"] == [
        {"InvoiceID": made["InvoiceID"], "InvoiceNumber": made["InvoiceNumber"]},
    ]


def test_reading_ignores_keys(books: Xero) -> None:
    for _ in range(2):
        assert books.call("GET", "Accounts", headers={"Idempotency-Key": "k" * 200}).status_code == 200
