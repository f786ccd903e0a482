"""A practice that bills in arrears, its owner, and a ledger that remembers what it was given."""

from datetime import datetime

import pytest
from pytest_django import Settings

from billing.models import Invoice
from billing.operations import invoices, plans
from billing.ports import get_ledger
from clients.models import Client, Practice, User
from tests.factories import make_client, make_member, make_practice
from tests.fakes import FakeLedger


@pytest.fixture(autouse=True)
def ledger(settings: Settings) -> FakeLedger:
    settings.LEDGERS = {"xero": "tests.fakes.FakeLedger"}
    found = get_ledger("xero")
    assert isinstance(found, FakeLedger)
    found.forget()
    return found


@pytest.fixture
def north_vale(db: None) -> Practice:
    return make_practice("North & Vale")


@pytest.fixture
def priya(north_vale: Practice) -> User:
    user = make_member(north_vale).user
    assert user is not None
    return user


@pytest.fixture
def bell_bakery(north_vale: Practice) -> Client:
    return make_client(north_vale, "Bell Bakery Ltd")


@pytest.fixture
def post_all(north_vale: Practice):  # type: ignore[no-untyped-def]  # a function fixture
    """Plays the ledger: every waiting invoice that is free to go arrives, unless a hold keeps it back."""

    def post(at: datetime) -> list[Invoice]:
        waiting = Invoice.objects.for_practice(north_vale).waiting().filter(is_released=True)
        posted = list(waiting.order_by("pk"))
        for invoice in posted:
            invoices.record_posted(invoice=invoice, reference=f"x-{invoice.pk}", number="", url="", at=at)
        plans.settle_practice(practice=north_vale, at=at)
        return posted

    return post
