"""What runs after a commit must not fail the caller: what it did stands, and the clock rings again."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import modules, place, tree


def after_commit(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "on_commit" in node.func.attr:
            yield node


def is_robust(call: ast.Call) -> bool:
    return any(word.arg == "robust" and ast.unparse(word.value) == "True" for word in call.keywords)


def is_bare_partial(call: ast.Call) -> bool:
    """Django logs the name of what failed after a commit; a partial has none, and the log line itself then fails."""
    return bool(call.args) and ast.unparse(call.args[0]).startswith(("partial(", "functools.partial("))


def test_nothing_that_runs_after_a_commit_can_fail_its_caller() -> None:
    found = [
        f"{place(file)}:{call.lineno}"
        for file in modules()
        for call in after_commit(file)
        if not is_robust(call) or is_bare_partial(call)
    ]

    assert found == []
