"""Files that are made to hurt: read quickly or refused in words (A16, A24)."""

import time

import pytest

from billing.reports.exports import escaped
from clients.translation import Unreadable, read_file


def test_a_file_of_countless_columns_is_refused_at_once() -> None:
    header = ",".join(f"column{number}" for number in range(200_000))

    with pytest.raises(Unreadable, match="200,001 columns"):
        read_file(f"Name,{header}\nLarkspur\n".encode())


def test_a_file_of_countless_rows_is_refused() -> None:
    with pytest.raises(Unreadable, match="more than 100,000 rows"):
        read_file(b"Name\n" + b"a\n" * 100_001)


@pytest.mark.parametrize("letter", ["[", "("])
def test_a_name_of_nothing_but_brackets_is_told_to_be_too_long(letter: str) -> None:
    began = time.process_time()

    [row] = read_file(f'Name,Email\n"{letter * 100_000}",a@b.example\n'.encode()).rows

    assert row.problem == "The name has 100,000 characters and 255 fit."
    assert time.process_time() - began < 5  # it took half an hour when every bracket was looked at from every other


def test_a_cell_of_the_plan_is_never_a_formula_and_always_legal() -> None:
    assert escaped(["=1+1", "\n=1+1", "\x01=1+1", "Ash\x0b Ltd", 5]) == ["'=1+1", "'\n=1+1", "'=1+1", "Ash Ltd", 5]
