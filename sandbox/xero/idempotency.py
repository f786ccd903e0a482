"""Idempotency keys: the first answer is kept for a while and given again to the same request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.xero.records import Json
from sandbox.xero.settings import Settings
from sandbox.xero.wire import Answer, Refusal, problem

LONGEST = 128


@dataclass
class Kept:
    request: str
    answer: Answer
    at: datetime


class Keys:
    """Known by client and key, whichever organisation was meant: two equal keys do collide."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}

    def clear(self) -> None:
        self.kept = {}

    def answer(
        self, holder: tuple[str, str], request: str, at: datetime, settings: Settings, perform: Callable[[], Answer]
    ) -> Answer:
        """Perform the request unless its key has been seen. Refusals are kept too."""
        key = holder[1]
        if len(key) > LONGEST:
            raise refused(f"Idempotency Key: {key} with length {len(key)} is too long.")
        kept = self.kept.get(holder)
        if kept is not None and timedelta() <= at - kept.at < timedelta(seconds=settings.key_memory):
            return self._again(key, kept, request, settings)
        answer = performed(perform)
        if settings.key_memory > 0:
            self.kept[holder] = Kept(request, answer, at)
        return answer

    def _again(self, key: str, kept: Kept, request: str, settings: Settings) -> Answer:
        if kept.request != request:
            raise refused(f"Idempotency Key: {key} is used with a different request.")
        if settings.key_conflict_mode == "conflict":
            return conflict(key, kept.answer)
        return kept.answer


def performed(perform: Callable[[], Answer]) -> Answer:
    try:
        return perform()
    except Refusal as refusal:
        return refusal.answer


def refused(detail: str) -> Refusal:
    return Refusal(problem(400, "Bad Request", detail))


def fingerprint(method: str, path: str, query: str, tenant_id: str, body: bytes) -> str:
    return hashlib.sha256("\n".join((method, path, query, tenant_id, "")).encode() + body).hexdigest()


def conflict(key: str, first: Answer) -> Answer:
    """Not Xero's way but that of other ledgers: the repeat is refused and names what is already there."""
    existing: list[Json] = []
    if isinstance(first.payload, dict):
        for name, ident in (("Invoices", "InvoiceID"), ("Contacts", "ContactID")):
            for element in first.payload.get(name, []):
                existing.append({ident: element.get(ident), "InvoiceNumber": element.get("InvoiceNumber")})
    payload: Json = {
        "ErrorNumber": 409,
        "Type": "IdempotentCreationConflict",
        "Message": f"A resource has already been created with the Idempotency Key: {key}.",
        "Existing": existing,
    }
    return Answer(409, payload)
