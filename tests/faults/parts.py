"""What every part of `make faults` hands back."""

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

# Each module offers run(*, is_short: bool, seed: int) -> Part and is run in a process of its own, without any settings.
MODULES = {
    "kills": "tests.faults.kills",
    "machine": "tests.faults.machine",
    "named": "tests.faults.named",
    "guards": "tests.faults.guards",
    "processes": "tests.faults.processes",
    "comparison": "tests.faults.comparison",
}


@dataclass(frozen=True)
class Part:
    """How one part went: schedules run, invariants violated, workers killed, guards proven necessary of all there are.

    `lines` are printed under the part's name: figures, and of each violation what happened and how to repeat it.
    """

    name: str
    schedules: int = 0
    violations: int = 0
    kills: int = 0
    guards: int = 0
    proven: int = 0
    lines: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return self.violations == 0 and self.proven == self.guards

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(found: dict[str, Any]) -> "Part":
        return Part(**{**found, "lines": tuple(found["lines"])})


def built() -> list[str]:
    """The parts that exist, in the order in which they run."""
    return [name for name, module in MODULES.items() if exists(module)]


def exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
