"""Remembers what was asked, for people and for assertions. Secrets are never kept."""

from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
SECRET_FIELDS = re.compile(r"((?:client_secret|code|refresh_token|token|code_verifier)=)[^&]*")


@dataclass
class Entry:
    number: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    tenant_id: str = ""
    organisation: str = ""
    owner: str = ""
    fault: str = ""
    status: int = 0
    size: int = 0


class Recorder:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: list[Entry] = []
        self.count = 0

    def clear(self) -> None:
        with self._lock:
            self.entries, self.count = [], 0

    def begin(
        self, at: str, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: str, most: int
    ) -> Entry:
        shown = {name: value for name, value in headers.items() if name.lower() not in SECRET_HEADERS}
        kept_query = {name: "…" if name.lower() in {"code", "state"} else value for name, value in query.items()}
        with self._lock:
            self.count += 1
            entry = Entry(self.count, at, method, path, kept_query, shown, SECRET_FIELDS.sub(r"\1…", body))
            self.entries = [*self.entries, entry][-max(1, most) :]
            return entry

    def listing(self, since: int = 0) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(entry) for entry in self.entries if entry.number > since]
