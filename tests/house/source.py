"""The project's own code and templates, as the house tests read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LADDER = {"clients": 0, "notifications": 1, "billing": 2, "proposals": 3, "xero_sync": 3, "socketapp": 4}
APPS = [name for name in LADDER if name != "socketapp"]
PRODUCTION = [*LADDER, "sandbox", "scripts", "demo"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str) -> list[Path]:
    files = (file for name in packages or PRODUCTION for file in sorted((ROOT / name).rglob("*.py")))
    return [file for file in files if "migrations" not in file.parts]


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(tree(file)):
        if isinstance(node, Function):
            yield node


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def place(file: Path) -> str:
    return str(file.relative_to(ROOT))


def percentile(sizes: list[int], share: float) -> int:
    return sorted(sizes)[min(len(sizes) - 1, int(len(sizes) * share))] if sizes else 0
