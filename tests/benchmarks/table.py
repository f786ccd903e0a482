"""One table: what was measured, what it should be, and whether it is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str
    is_met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.is_met]


@dataclass
class Table:
    rows: list[Row] = field(default_factory=list)

    def add(
        self, what: str, measured: float, unit: str, most: float | None = None, *, least: float | None = None
    ) -> None:
        """A figure with the most (or the least) that it may be; without either it is only told."""
        is_met = None if most is None and least is None else _within(measured, most, least)
        bound = (
            f"≤ {_words(most, unit)}" if most is not None else f"≥ {_words(least, unit)}" if least is not None else ""
        )
        self.put(what, _words(measured, unit), bound, is_met)

    def put(self, what: str, measured: str, target: str, is_met: bool | None) -> None:
        row = Row(what, measured, target, is_met)
        self.rows.append(row)
        print(f"{row.what:<72}{row.measured:>14}   {row.target:<12} {row.verdict}", flush=True)

    def title(self, words: str) -> None:
        print(f"\n{words}", flush=True)

    @property
    def missed(self) -> int:
        return sum(1 for row in self.rows if row.is_met is False)


def _within(measured: float, most: float | None, least: float | None) -> bool:
    return (most is None or measured <= most) and (least is None or measured >= least)


def _words(figure: float | None, unit: str) -> str:
    if figure is None:
        return ""
    if unit == "":
        return f"{figure:.3f}" if 0 < figure < 1 else f"{figure:,.0f}"
    digits = 0 if figure >= 100 or unit in ("MB", "B") else 1 if figure >= 10 else 2
    return f"{figure:,.{digits}f} {unit}".strip()


@dataclass
class Watch:
    seconds: float = 0.0

    @property
    def milliseconds(self) -> float:
        return self.seconds * 1000


@contextmanager
def watch() -> Iterator[Watch]:
    found, started = Watch(), time.perf_counter()
    yield found
    found.seconds = time.perf_counter() - started


def timed(act: Callable[[], Any]) -> float:
    with watch() as found:
        act()
    return found.seconds


def cpu(act: Callable[[], Any], times: int = 15) -> float:
    """Milliseconds of this process alone, the median: what the rest of the machine does counts less."""
    found = []
    for _ in range(times):
        started = time.process_time()
        act()
        found.append((time.process_time() - started) * 1000)
    return sorted(found)[times // 2]


def p95(act: Callable[[], Any], times: int = 30) -> float:
    """Milliseconds that 19 of 20 calls do not exceed; the first call warms up and does not count."""
    act()
    found = sorted(timed(act) * 1000 for _ in range(times))
    return found[min(times - 1, int(times * 0.95))]
