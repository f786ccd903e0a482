"""Many real processes on one database, and what may be taken from under them while they work."""

from tests.faults.parts import Part
from tests.faults.scenes import Scene, is_on_sqlite, on_postgres, play_all, usual

HERE = "tests.faults.processes"
SHORT = (
    usual("beats", f"{HERE}.beats"),
    usual("wiped", f"{HERE}.wiped", broker="forgetful"),
    usual("restored", f"{HERE}.restored"),
    on_postgres("restarted", f"{HERE}.restarted"),
)
FULL = (*SHORT, usual("clocks", f"{HERE}.clocks"), usual("killed", f"{HERE}.killed"))
ON_POSTGRES = tuple(
    on_postgres(f"{name} on PostgreSQL", f"{HERE}.{name}") for name in ("beats", "restored", "clocks", "killed")
)


def run(*, is_short: bool, seed: int) -> Part:
    return play_all("processes", scenes(is_short=is_short), is_short=is_short, seed=seed)


def scenes(*, is_short: bool) -> tuple[Scene, ...]:
    if is_short:
        return SHORT
    return FULL + (ON_POSTGRES if is_on_sqlite() else ())
