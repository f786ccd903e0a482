"""Whatever is written into the audit log has a sentence there, and a kind by which it can be found."""

import ast
from collections.abc import Iterator

import pytest

from clients.records import KINDS, SENTENCES
from tests.house.source import modules, tree

RECORDERS = ("audit.record", "audit.record_all")


def written() -> Iterator[str]:
    """Every action that is given to the log as plain text, each side of an `if` included."""
    calls = (node for file in modules() for node in ast.walk(tree(file)) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in RECORDERS:
            for keyword in call.keywords:
                if keyword.arg == "action":
                    yield from (
                        str(node.value)
                        for node in ast.walk(keyword.value)
                        if isinstance(node, ast.Constant) and "." in str(node.value)
                    )


def test_every_act_that_is_written_has_a_sentence() -> None:
    assert sorted(set(written()) - SENTENCES.keys()) == []


@pytest.mark.parametrize("action", sorted(SENTENCES))
def test_every_sentence_is_of_a_kind(action: str) -> None:
    assert action.partition(".")[0] in KINDS
