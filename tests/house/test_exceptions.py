"""An exception to a rule of the house gives its cause on the line where it is made."""

import re

from tests.house.source import modules, place

EXCEPTION = re.compile(r"# (type: ignore|noqa)\b")
WITH_CAUSE = re.compile(r"# (type: ignore\[[\w\-, ]+\]|noqa: [A-Z0-9, ]+)  # \w")


def test_every_ignore_names_its_rule_and_gives_its_reason() -> None:
    bare = [
        f"{place(file)}:{number}"
        for file in modules()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if EXCEPTION.search(line) and not WITH_CAUSE.search(line)
    ]

    assert bare == []
