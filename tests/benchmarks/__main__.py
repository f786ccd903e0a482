"""make bench. `--only plan,lists` measures some parts; DATABASE_URL measures on PostgreSQL."""

import argparse
import os
import sys
import time

import django

os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "LOG_LEVEL": "ERROR"}
django.setup()

from django.db import connection  # noqa: E402  # models can be imported from here on
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from tests.benchmarks import files, ledger, pages, running  # noqa: E402
from tests.benchmarks.table import Table  # noqa: E402

PARTS = {
    "plan": pages.plan,
    "lists": pages.lists,
    "ledger": ledger.posting,
    "matching": ledger.matching,
    "imports": files.imports,
    "documents": files.documents,
    "running": running.stack,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Figures with their targets.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    wanted = parser.parse_args().only.split(",")
    started, table = time.monotonic(), Table()
    setup_test_environment(debug=False)
    old = setup_databases(verbosity=0, interactive=False)
    print(f"On {connection.vendor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        for name in wanted:
            PARTS[name](table)
    finally:
        teardown_databases(old, verbosity=0)
    print(f"\n{table.missed} of {len(table.rows)} targets missed, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
