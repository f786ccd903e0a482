"""What `make faults` says at its end."""

from tests.faults.__main__ import last_line
from tests.faults.parts import MODULES, Part, built


def test_the_last_line_sums_up_all_parts() -> None:
    parts = [Part("kills", schedules=14, kills=14), Part("guards", guards=9, proven=9), Part("machine", schedules=300)]

    assert last_line(parts) == "faults: 0 violations in 314 schedules, 14 real kills, 9 of 9 guards proven"


def test_a_violation_or_a_guard_that_is_not_needed_is_not_clean() -> None:
    assert Part("kills", schedules=14, kills=14).is_clean
    assert not Part("machine", schedules=300, violations=1).is_clean
    assert not Part("guards", guards=9, proven=8).is_clean


def test_a_part_survives_the_way_out_of_its_process() -> None:
    part = Part("kills", schedules=1, kills=1, lines=("own series: recovered after 95 s",))

    assert Part.from_json(part.as_json()) == part


def test_every_part_that_is_named_exists() -> None:
    assert built() == list(MODULES)
