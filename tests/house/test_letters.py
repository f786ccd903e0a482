"""Every letter has its three files, and everything that writes a letter names one that exists."""

import ast

import pytest

from demo.examples import example
from tests.house.source import ROOT, modules, tree

LETTERS = ROOT / "templates" / "emails"
FILES = {"subject.txt", "body.txt", "body.html"}


def folders() -> set[str]:
    return {folder.name for folder in LETTERS.iterdir() if folder.is_dir()} if LETTERS.exists() else set()


def slugs_in_code() -> set[str]:
    """The slugs given as plain text to the outbox."""
    calls = (node for file in modules() for node in ast.walk(tree(file)) if isinstance(node, ast.Call))
    keywords = (keyword for call in calls if is_writing(call.func) for keyword in call.keywords)
    return {
        str(keyword.value.value)
        for keyword in keywords
        if keyword.arg == "slug" and isinstance(keyword.value, ast.Constant)
    }


def is_writing(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and ast.unparse(function) == "outbox.write"


def test_every_letter_has_a_subject_a_text_and_a_page() -> None:
    incomplete = {slug for slug in folders() if {file.name for file in (LETTERS / slug).iterdir()} != FILES}

    assert incomplete == set()


def test_every_letter_that_is_written_exists() -> None:
    assert slugs_in_code() - folders() == set()


@pytest.mark.parametrize("slug", sorted(folders()))
def test_every_letter_can_be_pictured_with_invented_facts(slug: str) -> None:
    """What a new letter speaks of has to stand in demo/examples.py."""
    shown = example(slug)

    assert shown.subject
    for said in (shown.text, shown.html):
        assert "None" not in said
        assert "Dear ," not in said
