"""Spoils a good answer in the ways that a careless reader would not notice."""

from __future__ import annotations

import copy
from decimal import Decimal

from sandbox.xero.records import Json, stable_id
from sandbox.xero.wire import Answer

LISTS = ("Invoices", "Contacts", "Accounts")


def mangled(answer: Answer, how: str) -> Answer:
    """A copy of the answer with its elements missing, out of order, repeated, foreign or altered."""
    if not isinstance(answer.payload, dict):
        return answer
    payload = copy.deepcopy(answer.payload)
    for name in LISTS:
        if payload.get(name):
            payload[name] = spoiled(payload[name], how)
    return Answer(answer.status, payload, dict(answer.headers))


def spoiled(elements: list[Json], how: str) -> list[Json]:
    if how == "missing":
        return elements[:-1]
    if how == "reorder":
        return elements[::-1]
    if how == "repeat":
        return [*elements, elements[0]]
    if how == "foreign":
        ident = stable_id("foreign")
        return [*elements, {**elements[0], "InvoiceID": ident, "InvoiceNumber": "OTHER-1", "Reference": "Not yours"}]
    first = elements[0]
    if how == "totals":
        first["Total"] = Decimal(str(first.get("Total", 0))) + Decimal("0.01")
        return elements
    for name in ("Status", "ContactStatus", "CurrencyCode"):
        if name in first:
            first[name] = "NOVELTY"
            break
    return elements
