"""Django, a database of its own and a world in it, for one process that then works through many schedules."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # only now do models exist
from django.test.utils import setup_test_environment  # noqa: E402

from tests.faults.machine.world import World, open_world  # noqa: E402


@contextmanager
def opened() -> Iterator[World]:
    """Everything happens inside one transaction that is rolled back: a schedule leaves no trace for the next."""
    logging.disable(logging.CRITICAL)  # thousands of lost connections are told here every minute
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with transaction.atomic():
            world = open_world()
            yield world
            world.end()
            transaction.set_rollback(True)
        world.running.close()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
