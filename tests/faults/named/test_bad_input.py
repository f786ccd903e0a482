"""Beside F1 to F25: impossible replies, clocks hours apart, two workers for one contact, one big practice."""

import os
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from clients.models import Practice
from tests.factories import make_client
from tests.faults.named.world import MODES, Firm, World, choose_numbering, firms, invoices_for, is_at_rest
from tests.xero_world import linked_clients
from xero_sync.models import ContactLink, Push
from xero_sync.tasks import post_lane
from xero_sync.translation.elements import elements_in

pytestmark = pytest.mark.django_db
NAMES = ["City Limousines", "Beacon Joinery Ltd", "Garnet Street Films"]
BIG, SMALL, SMALL_ONES = (10_000, 10, 50) if os.environ.get("FAULTS_FULL_SIZE") else (600, 2, 6)


@pytest.mark.parametrize("spoiled", ["missing", "reorder", "repeat", "foreign", "totals", "unknown_enum"])
@pytest.mark.parametrize("mode", MODES)
def test_a_reply_with_elements_missing_reordered_repeated_foreign_or_of_other_totals_ends_in_each_once(
    mode: str, spoiled: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, NAMES), 7, mode=mode, at=world.at)
    world.remote.fault("mangle", mangle=spoiled, path="Invoices", method="PUT")

    world.rests(connected, within=timedelta(minutes=18))

    assert len(world.puts()) == 1
    world.assert_each_once(wanted)


@pytest.mark.parametrize("xero_is_off", [timedelta(hours=-11), timedelta(hours=11)], ids=["behind", "ahead"])
@pytest.mark.parametrize("kind", ["lose_answer", "late_commit", "fail_before"])
@pytest.mark.parametrize("mode", MODES)
def test_xeros_clock_may_be_hours_off(mode: str, kind: str, connected: Practice, world: World) -> None:
    choose_numbering(connected, mode)
    wanted = invoices_for(linked_clients(connected, NAMES), 3, mode=mode, at=world.at)
    world.remote.fault(kind, path="Invoices", method="PUT", delay=300)

    world.rests(connected, within=timedelta(minutes=20))
    world.live(minutes=10, step=60)

    world.assert_each_once(wanted)


@pytest.mark.parametrize("kind", ["lose_answer", "late_commit", "fail_before", "reset"])
def test_a_contact_whose_creation_ended_unknown_exists_once(kind: str, connected: Practice, world: World) -> None:
    client = make_client(connected, "Halden Mill Ltd")
    wanted = invoices_for([client], 3, at=world.at)
    world.remote.fault(kind, path="Contacts", method="PUT", delay=120)

    world.rests(connected, within=timedelta(minutes=5))
    world.live(minutes=5, step=60)

    assert_one_contact(connected, world, "Halden Mill Ltd")
    world.assert_each_once(wanted)


@pytest.mark.django_db(transaction=True)
def test_a_contact_wanted_by_two_workers_is_created_once(connected: Practice, world: World) -> None:
    wanted = invoices_for([make_client(connected, "Halden Mill Ltd")], 3, at=world.at)
    gate = Barrier(2)

    def work() -> None:
        try:
            gate.wait(timeout=10)
            post_lane.run(connected.pk)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.rests(connected, within=timedelta(minutes=1))

    assert len(world.calls(method="PUT", path="Contacts")) == 1
    assert_one_contact(connected, world, "Halden Mill Ltd")
    world.assert_each_once(wanted)


def test_a_contact_that_a_worker_died_creating_exists_once(connected: Practice, world: World) -> None:
    wanted = invoices_for([make_client(connected, "Halden Mill Ltd")], 3, at=world.at)
    world.ambush("after_send")

    world.rests(connected, within=timedelta(minutes=3))

    assert world.deaths == 1
    assert_one_contact(connected, world, "Halden Mill Ltd")
    world.assert_each_once(wanted)


def assert_one_contact(practice: Practice, world: World, name: str) -> None:
    (there,) = [one for one in world.remote.get("contacts")["contacts"] if one["name"] == name]
    link = ContactLink.objects.for_practice(practice).select_related("contact").get(client__name=name)
    assert link.contact.external_id == there["id"]


def test_ten_clients_do_not_wait_for_ten_thousand(world: World) -> None:
    """Round robin: the small practices are done before the big one has had three batches."""
    world.remote.do("settings", per_day=100_000)
    big, *small = firms(world, 1 + SMALL_ONES)
    wanted = invoices_for([big.client], BIG, at=world.at)
    for firm in small:
        invoices_for([firm.client], SMALL, at=world.at)
    batches_of_the_big_one = _until_done(world, small, big)

    assert batches_of_the_big_one <= 8  # two turns of at most four calls at once
    world.rests(big.practice, within=timedelta(minutes=5 + BIG / 2000))
    world.assert_each_once(wanted, big.tenant)


def _until_done(world: World, small: list[Firm], big: Firm) -> int:
    """How many batches the big practice had when the last of the small ones was done."""
    had: list[int] = []

    def look() -> None:
        if not had and all(is_at_rest(firm.practice) for firm in small):
            had.append(len(world.puts(tenant=big.tenant)))

    world.ambush("before_ack", look, times=10_000)
    world.until(lambda: bool(had), within=timedelta(minutes=3))
    return had[0]


def test_what_may_have_arrived_before_is_not_taken_for_unsent_when_its_repeat_is_turned_down_whole(
    connected: Practice, world: World
) -> None:
    """While the first half is sent again the second still may not be taken back."""
    invoices_for(linked_clients(connected, NAMES[:2]), 2, at=world.at)
    pushes = Push.objects.for_practice(connected)
    sent_before: list[int] = []
    no = '{"Message": "The request could not be read."}'
    world.remote.fault("fail_before", path="Invoices", method="PUT")
    world.remote.fault("status", status=400, path="Invoices", method="PUT", body=no)
    world.ambush("after_t1", lambda: sent_before.append(pushes.exclude(element_sha256="").count()), passes=2)

    world.rests(connected, within=timedelta(minutes=5))

    assert sent_before == [2]
    assert [len(elements_in(put["body"].encode(), "Invoices")) for put in world.puts()] == [2, 2, 1, 1]
    assert len(world.drafts()) == 2
