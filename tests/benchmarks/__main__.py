"""make bench. `--only plan,b1` measures some parts; DATABASE_URL measures on PostgreSQL."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

import django

os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "LOG_LEVEL": "ERROR"}
django.setup()

from django.db import connection  # noqa: E402  # models can be imported from here on
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from tests.benchmarks import cycles, faulty, files, matching, pages, posting, running  # noqa: E402
from tests.benchmarks.table import Table  # noqa: E402

PARTS = {
    "plan": pages.plan,
    "lists": pages.lists,
    "hundreds": posting.hundreds,
    "thousands": posting.thousands,
    "faults": faulty.faults,
    "cycles": partial(cycles.cycles, rows=cycles.ROWS),
    "matching": matching.matching,
    "imports": files.imports,
    "documents": files.documents,
    "running": running.stack,
    "crowd": running.crowd,
}
ROWS = {  # of the reference's table of benchmarks
    **dict.fromkeys(("b1", "b3", "b24"), "hundreds"),
    **dict.fromkeys(("b2", "b5", "b14", "b23"), "thousands"),
    **dict.fromkeys(("b8", "b9"), "running"),
    "b4": "faults",
    "b11": "cycles",
    "b12": "crowd",
    "b15": "plan",
    "b16": "lists",
    "b18": "matching",
}


def some_parts(text: str) -> list[str]:
    """Parts by their names or by the rows that they measure, each once."""
    names = [ROWS.get(name.lower(), name.lower()) for name in text.split(",")]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no part {', '.join(unknown)}")
    return list(dict.fromkeys(names))


def carry_out(part: Callable[[Table], None], table: Table) -> None:
    """What goes wrong in one part is told and keeps no other from being measured."""
    try:
        part(table)
    except Exception:
        traceback.print_exc()
        table.put("It did not come to its end", "", "", is_met=False)


def main() -> int:
    parser = argparse.ArgumentParser(description="Figures with their targets.")
    parser.add_argument("--only", type=some_parts, default=list(PARTS), help=f"some of {', '.join([*PARTS, *ROWS])}")
    parser.add_argument("--rows", type=int, default=cycles.ROWS, help="how many invoices the cycles of B11 begin with")
    asked = parser.parse_args()
    parts = PARTS | {"cycles": partial(cycles.cycles, rows=asked.rows)}
    started, table = time.monotonic(), Table()
    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    print(f"On {connection.vendor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        for name in asked.only:
            carry_out(parts[name], table)
    finally:
        teardown_databases(old, verbosity=0)
    print(f"\n{table.missed} of {len(table.rows)} targets missed, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
