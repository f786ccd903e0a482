"""python -m sandbox.xero --port 8090"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sandbox.xero.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.xero", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed-file", type=Path, help="JSON as described in sandbox/README.md, added to the defaults")
    parser.add_argument("--public-url", help="the address under which browsers reach the sandbox")
    parser.add_argument("--no-limits", action="store_true", help="do not enforce the rate limits")
    wanted = parser.parse_args()
    seed = json.loads(wanted.seed_file.read_text()) if wanted.seed_file else None
    with serve(wanted.port, wanted.host, seed, wanted.public_url, limits=not wanted.no_limits) as running:
        announce(running.url)
        try:
            running.wait()
        except KeyboardInterrupt:
            announce("closed")


def announce(fact: str) -> None:
    """One line that scripts wait for."""
    sys.stdout.write(f"sandbox: {fact}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
