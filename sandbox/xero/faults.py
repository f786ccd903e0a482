"""Things that go wrong on purpose: the next answers lost, late, slow, cut, or replaced."""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

KINDS = (
    "lose_answer",
    "fail_before",
    "slow",
    "drip",
    "status",
    "html",
    "truncate",
    "late_commit",
    "reset",
    "mangle",
)
RETRY_AFTER = 10  # seconds, where a script draws a 429
BEFORE = frozenset({"fail_before", "status", "html", "late_commit"})
NUMBERS: dict[str, type] = {
    "times": int,
    "skip": int,
    "status": int,
    "retry_after": int,
    "delay": float,
    "hold": float,
}
MANGLINGS = ("missing", "reorder", "repeat", "foreign", "totals", "unknown_enum")


class BadFault(ValueError):
    """A fault that cannot be ordered so."""


@dataclass
class Fault:
    """One thing to do to the next matching calls. README.md says what each kind does."""

    kind: str
    path: str = ""
    method: str = ""
    tenant: str = ""
    times: int = 1
    skip: int = 0
    status: int | None = None
    retry_after: int | None = None
    problem: str | None = None
    delay: float = 5.0
    hold: float = 0.0
    body: str | None = None
    remember: bool = False
    mangle: str = "missing"
    met: int = 0

    def matches(self, method: str, path: str, tenant_id: str) -> bool:
        return (
            self.path.lower() in path.lower()
            and self.method.upper() in ("", method)
            and self.tenant.lower() in ("", tenant_id)
        )


@dataclass
class Script:
    """Faults drawn by chance, the same ones for the same seed and order of calls. A rate is that of a kind or, by its
    number, of an HTTP status."""

    seed: int
    rates: dict[str, float]
    path: str = ""
    method: str = ""
    delay: float = 5.0
    drawn: int = 0

    def draw(self, method: str, path: str) -> Fault | None:
        if self.path.lower() not in path.lower() or self.method.upper() not in ("", method):
            return None
        self.drawn += 1
        chance = random.Random(f"{self.seed}/{self.drawn}").random()  # noqa: S311  # chance, not secrecy
        for kind, rate in self.rates.items():
            if chance < rate:
                return self._fault(kind, path)
            chance -= rate
        return None

    def _fault(self, kind: str, path: str) -> Fault:
        if not kind.isdigit():
            return Fault(kind, delay=self.delay, path=path)
        retry_after = RETRY_AFTER if kind == "429" else None
        return Fault("status", status=int(kind), retry_after=retry_after, path=path)


@dataclass
class Faults:
    waiting: list[Fault] = field(default_factory=list)
    script: Script | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        with self._lock:
            self.waiting, self.script = [], None

    def order(self, wanted: dict[str, Any]) -> Fault:
        fault = fault_from(wanted)
        with self._lock:
            self.waiting.append(fault)
        return fault

    def take(self, method: str, path: str, tenant_id: str) -> Fault | None:
        """The first fault due for this call; each is used as often as it was ordered."""
        with self._lock:
            for fault in self.waiting:
                if not fault.matches(method, path, tenant_id):
                    continue
                fault.met += 1
                if fault.met <= fault.skip:
                    continue
                fault.times -= 1
                self.waiting = [other for other in self.waiting if other.times > 0]
                return fault
            return self.script.draw(method, path) if self.script else None

    def listing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self.waiting]


def fault_from(wanted: dict[str, Any]) -> Fault:
    known = {item.name: item for item in fields(Fault)}
    unknown = set(wanted) - set(known)
    if unknown:
        raise BadFault(f"A fault has no {', '.join(sorted(unknown))}. It has: {', '.join(known)}.")
    if wanted.get("kind") not in KINDS:
        raise BadFault(f"The kind of a fault is one of {', '.join(KINDS)}.")
    fault = Fault(**{name: value for name, value in wanted.items() if value not in ("", None)})
    for name, kind in NUMBERS.items():
        try:
            if getattr(fault, name) is not None:
                setattr(fault, name, kind(getattr(fault, name)))
        except (TypeError, ValueError) as error:
            raise BadFault(f"{name} takes a number.") from error
    if fault.mangle not in MANGLINGS:
        raise BadFault(f"mangle is one of {', '.join(MANGLINGS)}.")
    return fault
