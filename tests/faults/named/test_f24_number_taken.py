"""F24, when a person used our next number in Xero."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from billing.models import Invoice
from billing.operations import invoices
from clients.models import AuditEvent, Membership, Practice
from tests.faults.named.world import World, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Push
from xero_sync.operations.pushes.finishing import MOST_ATTEMPTS, MOST_RENUMBERINGS, SPACE

pytestmark = pytest.mark.django_db


def test_f24_a_number_that_a_person_used_gives_way_to_the_next_one_and_that_is_audited(
    connected: Practice, world: World
) -> None:
    clients = linked_clients(connected, ["City Limousines"])
    first, *others = invoices_for(clients, 3, at=world.at)
    taken = first.number
    world.remote.do("invoices", contact="City Limousines", number=taken, amount="77.00")

    world.rests(connected, within=timedelta(minutes=2))

    (theirs,) = [row for row in world.remote.invoices() if not row["by_app"]]
    assert (theirs["number"], theirs["sub_total"]) == (taken, "77.00")
    first.refresh_from_db()
    assert first.status == Invoice.Status.POSTED
    assert first.number not in (None, taken)
    world.assert_each_once([first, *others])
    told = AuditEvent.objects.for_practice(connected).filter(action__contains="number")
    assert told.count() == 1
    assert str(taken) in str(told.get().facts)


def test_f24_a_number_taken_by_what_xero_does_not_show_is_never_given_up_for_the_next_and_told_in_the_end(
    connected: Practice, world: World
) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    number = invoice.number
    world.remote.do("invoices", contact="City Limousines", number=number, amount="77.00")
    world.remote.fault("mangle", mangle="missing", path="Invoices", method="GET", times=100)

    world.rests(connected, within=timedelta(minutes=10))

    moments = [datetime.fromisoformat(put["at"]) for put in world.puts()]
    assert len(moments) == MOST_ATTEMPTS
    assert all(later - earlier >= SPACE for earlier, later in pairwise(moments))
    assert_left_to_a_person(invoice, world)
    assert invoice.number == number


def assert_left_to_a_person(invoice: Invoice, world: World) -> None:
    invoice.refresh_from_db()
    assert (invoice.status, invoice.refusal_code) == (Invoice.Status.REFUSED, "NUMBER_TAKEN")
    (theirs,) = world.remote.invoices()
    assert (theirs["number"], theirs["sub_total"], theirs["by_app"]) == (invoice.number, "77.00", False)


def test_f24_a_number_that_a_person_took_between_two_attempts_is_told_and_never_adopted(
    connected: Practice, world: World
) -> None:
    """Our first attempt may still arrive: neither theirs is ours, nor may ours go out under another number."""
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.fault("status", status=503, path="Invoices", method="PUT")
    world.remote.fault("status", status=503, path="Invoices", method="GET")
    world.work()
    world.remote.do("invoices", contact="City Limousines", number=invoice.number, amount="77.00")

    world.rests(connected, within=timedelta(minutes=3))

    assert_left_to_a_person(invoice, world)


def test_f24_a_number_taken_just_before_the_second_attempt_is_for_a_person(connected: Practice, world: World) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    theirs = {"contact": "City Limousines", "number": invoice.number, "amount": "77.00"}
    world.ambush("before_send", lambda: world.remote.do("invoices", **theirs), passes=1)

    world.rests(connected, within=timedelta(minutes=3))

    assert len(world.puts()) == 2
    assert_left_to_a_person(invoice, world)


def test_f24_retried_by_a_person_it_goes_out_under_the_next_number(
    connected: Practice, priya: Membership, world: World
) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    theirs = {"contact": "City Limousines", "number": invoice.number, "amount": "77.00"}
    world.ambush("before_send", lambda: world.remote.do("invoices", **theirs), passes=1)
    world.rests(connected, within=timedelta(minutes=3))
    assert_left_to_a_person(invoice, world)
    assert priya.user

    invoices.retry(invoice=invoice, by=priya.user, at=world.at)
    world.rests(connected, within=timedelta(minutes=3))

    taken = invoice.number
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.POSTED
    assert invoice.number != taken
    assert len(world.remote.invoices()) == 2


def test_f24_a_number_that_a_person_wrote_in_small_letters_is_the_same_number(
    connected: Practice, world: World
) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    number = str(invoice.number)
    world.remote.do("invoices", contact="City Limousines", number=number.lower(), amount="77.00")

    world.rests(connected, within=timedelta(minutes=3))

    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.POSTED
    assert invoice.number != number
    assert len(world.puts()) == 2


def test_f24_after_five_numbers_that_are_taken_a_person_may_try_five_more(
    connected: Practice, priya: Membership, world: World
) -> None:
    (invoice,) = invoices_for(linked_clients(connected, ["City Limousines"]), 1, at=world.at)
    world.remote.do("invoices", contact="City Limousines", number=invoice.number, amount="77.00")
    Push.objects.for_practice(connected).update(renumbered=MOST_RENUMBERINGS)
    world.rests(connected, within=timedelta(minutes=3))
    invoice.refresh_from_db()
    assert invoice.refusal_code == "NUMBER_TAKEN"
    assert priya.user

    invoices.retry(invoice=invoice, by=priya.user, at=world.at)
    world.rests(connected, within=timedelta(minutes=3))

    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.POSTED
