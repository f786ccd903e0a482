"""A database that goes away and comes back."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from clients.models import Practice
from tests.factories import make_practice
from xero_sync.operations.outages import despite_outage


def broken_off(times: int) -> Callable[[], Practice]:
    """A transaction that breaks off so many times before its end."""
    left = [times]

    def write() -> Practice:
        with transaction.atomic():
            made = make_practice()
            left[0] -= 1
            if left[0] >= 0:
                raise OperationalError("server closed the connection unexpectedly")
            return made

    return write


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_broke_off_is_carried_out_once() -> None:
    made = despite_outage(broken_off(2), pauses=[0, 0])

    assert list(Practice.objects.all()) == [made]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_come_back_is_an_error() -> None:
    with pytest.raises(OperationalError):
        despite_outage(broken_off(3), pauses=[0, 0])


@pytest.mark.django_db
def test_inside_another_transaction_nothing_is_repeated() -> None:
    """It is lost as a whole, and whoever began it has to begin again."""
    assert connection.in_atomic_block

    with pytest.raises(OperationalError):
        despite_outage(broken_off(1), pauses=[0, 0])
