"""F1 to F25 of the posting design, and the bad input beside them, each as tests named so."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.parts import Part

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]


def run(*, is_short: bool, seed: int) -> Part:
    """Every test is a schedule, and one that fails a violation. In full, ten thousand invoices stand beside fifty
    practices; else six hundred beside six."""
    environment = os.environ if is_short else {**os.environ, "FAULTS_FULL_SIZE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(FOLDER), "-q", "--tb=short", "--show-capture=no"]
        spread = ["--numprocesses=2", "--dist=loadfile", f"--junitxml={report}"]
        done = subprocess.run(
            [*command, *spread], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if not report.exists():
            return Part("named", violations=1, lines=("The tests could not be run.", *done.stdout.splitlines()[-20:]))
        suite = ElementTree.parse(report).getroot()  # noqa: S314  # pytest wrote it
    cases = list(suite.iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    lines = [f"{case.get('classname')}::{case.get('name')} failed" for case in failed]
    return Part("named", schedules=len(cases), violations=len(failed), lines=(*lines, *_tail(done, failed)))


def _tail(done: "subprocess.CompletedProcess[str]", failed: list[ElementTree.Element]) -> list[str]:
    return done.stdout.splitlines()[-200:] if failed else []
