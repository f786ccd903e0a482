"""Take each guard away in a copy of the project and see its tests fail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from tests.faults.guards.listing import Guard

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "vendor", "*.sqlite3*", ".*_cache")
LINKED = (".venv", "static/vendor", "var/native")
AT_A_TIME = 2
SECONDS = 300
FAILED, NO_TESTS_FOUND = 1, (4, 5)  # pytest's exit codes


@dataclass(frozen=True)
class Proof:
    """Whether a guard's tests failed without it, and if not, what happened."""

    guard: Guard
    is_proven: bool
    words: str


def is_stale(guard: Guard, root: Path = ROOT) -> bool:
    """The code has moved on and the list has not: the guard is not to be found, or not only once."""
    return (root / guard.file).read_text(encoding="utf-8").count(guard.old) != 1


def copied(folder: Path) -> Path:
    """The project as it stands here, without what it only stands on."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    for name in LINKED:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to((ROOT / name).resolve())
    return folder


def proofs(guards: Sequence[Guard]) -> list[Proof]:
    """Every guard, two at a time, each in a copy of its own."""
    with TemporaryDirectory() as folder:
        free: Queue[Path] = Queue()
        for number in range(AT_A_TIME):
            free.put(copied(Path(folder) / str(number)))

        def prove(guard: Guard) -> Proof:
            root = free.get()
            try:
                return proof(guard, root)
            finally:
                free.put(root)

        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return list(pool.map(prove, guards))


def proof(guard: Guard, root: Path) -> Proof:
    """Without the guard, in that copy, which is then as it was."""
    if is_stale(guard, root):
        return Proof(guard, False, f"stale: its text is not in {guard.file} exactly once")
    file = root / guard.file
    whole = file.read_text(encoding="utf-8")
    try:
        _write(file, whole.replace(guard.old, guard.new))
        code, words = run_tests(guard.tests, root)
    finally:
        _write(file, whole)
    if code in NO_TESTS_FOUND:
        return Proof(guard, False, "its tests were not found")
    if code != FAILED:
        return Proof(guard, False, f"nothing failed without it (pytest ended with {code})")
    return Proof(guard, True, words)


def _write(file: Path, text: str) -> None:
    """Compiled code of the same second and size would be taken for the new one."""
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
    file.write_text(text, encoding="utf-8")


def run_tests(tests: Sequence[str], root: Path) -> tuple[int, str]:
    """pytest's exit code, and its last line."""
    asked = ["-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--no-migrations", "--tb=no", "--show-capture=no"]
    command = [sys.executable, "-m", "pytest", *asked, *tests]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return -1, f"did not end within {SECONDS} s"
    return done.returncode, (done.stdout.strip().splitlines() or [""])[-1]
