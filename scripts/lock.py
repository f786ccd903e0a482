"""Renews requirements/ from pyproject.toml: every package with its hashes, no registry's address."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]


def main() -> int:
    uv = pinned_uv()
    compile_lock(["pyproject.toml"], "requirements/runtime.txt", uv)
    compile_lock(
        ["pyproject.toml", "--group=dev", "--constraints=requirements/runtime.txt"], "requirements/dev.txt", uv
    )
    return 0


def pinned_uv() -> str:
    """The uv that set-up uses too."""
    here = ROOT / "var" / "bootstrap" / "bin" / "uv"
    return str(here) if here.exists() else str(Path(sys.executable).with_name("uv"))


def compile_lock(sources: list[str], target: str, uv: str) -> None:
    subprocess.run([uv, "pip", "compile", *sources, *OPTIONS, f"--output-file={target}"], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
