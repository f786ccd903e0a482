"""python -m tests.benchmarks.inside <act> <the sandbox's address> <arguments as JSON>; prints what it found as JSON."""

import json
import sys
from types import SimpleNamespace

import django

django.setup()

from tests.benchmarks.inside import crowd, runs, waits  # noqa: E402  # models can be imported from here on
from tests.xero_world import Remote  # noqa: E402

ACTS = {"run": runs.run, "late": waits.late_approvals, "accept": waits.acceptances, "crowd": crowd.crowd}


def main() -> None:
    act, url, arguments = sys.argv[1:]
    remote = Remote(SimpleNamespace(url=url))  # type: ignore[arg-type]  # only the address is used
    print(json.dumps(ACTS[act](remote, **json.loads(arguments))))


if __name__ == "__main__":
    main()
