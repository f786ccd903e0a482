"""Takes the pictures: a stack in a folder of its own, so that nobody's demo is touched, and a session inside it."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts.stack import ROOT, Stack

PICTURES = ROOT / "var" / "pictures"
SETTINGS = {"WORKER_CONCURRENCY": "4", "LOG_LEVEL": "WARNING"}
FOLDER = ROOT / "var" / "pictures-stack"


def main() -> int:
    parser = argparse.ArgumentParser(description="A picture of every page in its main states, into var/pictures/.")
    parser.add_argument("--only", default="", help="a pattern: take only the pictures whose names contain it")
    arguments = parser.parse_args()
    if not (os.environ.get("CHROMIUM") or shutil.which("chromium")):
        print("Chromium is not installed; run: sudo apt-get install --yes chromium", file=sys.stderr)
        return 1
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    if not arguments.only:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Stack(sandbox=True, port=0, folder=FOLDER, quiet=True, environment=SETTINGS) as stack:
        code = _session(stack, PICTURES, arguments.only)
    print(f"{time.monotonic() - started:.0f} s. The pictures are in {PICTURES.relative_to(ROOT)}/.")
    return code


def _session(stack: Stack, folder: Path, only: str) -> int:
    """In a process of its own: the product's settings are read from the stack's environment."""
    command = [sys.executable, "-m", "demo.pictures.session", stack.url, stack.sandbox_url, str(folder), only]
    environment = {**stack.environment, "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}  # Playwright's loop runs in its thread
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
