"""Many rows, each with a value of its own, in one statement."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from billing.models import Invoice
from clients.models import Client, Practice
from tests.factories import make_client, make_invoice, make_practice

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
NAMES = ["number", "total", "waiting_since", "uid", "invoice_date"]


@pytest.fixture
def practice() -> Practice:
    return make_practice()


def test_each_row_gets_its_own_values_in_one_statement(
    practice: Practice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = make_client(practice)
    rows = [make_invoice(client) for _ in range(3)]
    wanted = [
        (f"B-'{position}'", Decimal(position), AT + timedelta(hours=position), uuid4(), AT.date())
        for position in range(3)
    ]
    for row, values in zip(rows, wanted, strict=True):
        row.number, row.total, row.waiting_since, row.uid, row.invoice_date = values

    with django_assert_num_queries(1):
        written = Invoice.objects.for_practice(practice).bulk_update(rows, NAMES)

    found = Invoice.objects.for_practice(practice).order_by("pk").values_list(*NAMES)
    assert list(found) == wanted
    assert written == 3


def test_a_value_may_be_nothing(practice: Practice) -> None:
    client = make_client(practice)
    first, second = make_invoice(client), make_invoice(client)
    first.number, second.number = "B-1", None

    Invoice.objects.for_practice(practice).bulk_update([first, second], ["number"])

    found = Invoice.objects.for_practice(practice).order_by("pk").values_list("number", flat=True)
    assert list(found) == ["B-1", None]


def test_rows_that_the_query_leaves_out_are_left_alone(practice: Practice) -> None:
    mine, theirs = make_client(practice, "Mine"), make_client(make_practice("Other"), "Theirs")
    mine.name, theirs.name = "Mine 2", "Theirs 2"

    assert Client.objects.for_practice(practice).bulk_update([mine, theirs], ["name"]) == 1

    theirs.refresh_from_db()
    assert theirs.name == "Theirs"


def test_more_rows_than_a_statement_takes_are_written_in_several(
    practice: Practice, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [make_client(practice, f"Client {number}") for number in range(5)]
    for row in rows:
        row.name += " Ltd"

    with django_assert_num_queries(3):
        assert Client.objects.for_practice(practice).bulk_update(rows, ["name"], batch_size=2) == 5

    assert {row.name for row in practice.clients.all()} == {f"Client {number} Ltd" for number in range(5)}


def test_a_row_that_was_never_saved_is_refused(practice: Practice) -> None:
    with pytest.raises(ValueError, match="saved"):
        Client.objects.for_practice(practice).bulk_update([Client(practice=practice, name="New")], ["name"])


def test_no_rows_are_no_statement(practice: Practice, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert Client.objects.for_practice(practice).bulk_update([], ["name"]) == 0
