"""Rule 4: small by budget. The three limits are those of the architecture, the medians its aims."""

from tests.house.source import functions, length, lines, modules, percentile, place, templates


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{place(file)}: {function.name} has {length(function)} lines"
        for file in modules()
        for function in functions(file)
        if length(function) > 40
    ]

    assert long == []


def test_nine_functions_of_ten_fit_into_18_lines() -> None:
    sizes = [length(function) for file in modules() for function in functions(file)]

    assert percentile(sizes, 0.9) <= 18


def test_no_file_is_longer_than_350_lines() -> None:
    assert [f"{place(file)}: {lines(file)} lines" for file in modules() if lines(file) > 350] == []


def test_nine_files_of_ten_fit_into_180_lines() -> None:
    assert percentile([lines(file) for file in modules()], 0.9) <= 180


def test_half_of_the_templates_fit_into_40_lines_and_nine_of_ten_into_130() -> None:
    sizes = [lines(file) for file in templates()]

    assert percentile(sizes, 0.5) <= 40
    assert percentile(sizes, 0.9) <= 130


def test_a_task_has_at_most_six_lines() -> None:
    files = [file for file in modules() if file.stem == "tasks" or file.parent.name == "tasks"]
    long = [
        f"{place(file)}: {function.name}" for file in files for function in functions(file) if len(function.body) > 6
    ]

    assert long == []


def test_nobody_overrides_save_or_listens_to_signals() -> None:
    overridden = [
        f"{place(file)}: {function.name}"
        for file in modules()
        for function in functions(file)
        if function.name == "save" and "models" in place(file)
    ]
    listening = [place(file) for file in modules() if "django.dispatch" in file.read_text(encoding="utf-8")]

    assert (overridden, listening) == ([], [])
