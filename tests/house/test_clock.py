"""The clock is wired in settings, by name; a name that is wrong would only be noticed when nothing happens."""

import inspect

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from socketapp.celery import app as celery_app


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_entry_of_the_clock_names_a_task_that_can_be_called_so(entry: str) -> None:
    wanted = settings.CELERY_BEAT_SCHEDULE[entry]
    celery_app.loader.import_default_modules()

    task = celery_app.tasks[wanted["task"]]

    inspect.signature(task.run).bind(*wanted.get("args", ()), **wanted.get("kwargs", {}))


@pytest.mark.parametrize("path", sorted(settings.LEDGERS.values()))
def test_every_ledger_in_settings_can_be_made(path: str) -> None:
    ledger = import_string(path)()

    assert {"enqueue", "withdraw", "standings", "preflight", "wake"} <= set(dir(ledger))
