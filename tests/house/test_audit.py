"""Whatever is written into the audit log has a sentence there, and a kind by which it can be found."""

import ast
import re

import pytest

from clients.records import KINDS, SENTENCES
from tests.house.source import APPS, modules, tree

ACT = re.compile(rf"({'|'.join(KINDS)})\.[a-z_]+")


def written(*packages: str) -> set[str]:
    """Every text in the operations that has the form of an act: `plan.approved`; nobody else writes into the log."""
    files = [file for file in modules(*packages) if {"operations", "accounts"} & {*file.parts, file.stem}]
    texts = (node.value for file in files for node in ast.walk(tree(file)) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and ACT.fullmatch(text)}


def test_every_act_that_is_written_has_a_sentence() -> None:
    assert sorted(written(*APPS, "socketapp") - SENTENCES.keys()) == []


def test_every_sentence_is_of_an_act_that_is_written() -> None:
    assert sorted(SENTENCES.keys() - written(*APPS, "socketapp")) == []


@pytest.mark.parametrize("action", sorted(SENTENCES))
def test_every_sentence_is_of_a_kind(action: str) -> None:
    assert action.partition(".")[0] in KINDS
