"""Schedules that once ended badly, as the machine found them."""

import pytest

from tests.faults.machine import acts
from tests.faults.machine.resting import settle
from tests.faults.machine.world import World


def test_work_done_after_a_restore_is_not_taken_for_the_forgotten_work_of_the_same_row(world: World) -> None:
    office = world.offices[0]
    world.back_up()
    acts.finish_work(office, office.clients[:1], 10_000)
    world.drain()
    world.restore()

    acts.finish_work(office, office.clients[:1], 25_000)
    world.drain()

    assert settle(world, longest_wait=0) == []


@pytest.mark.parametrize("left_out", [1, 2, 3, 6])
def test_a_number_that_is_taken_by_what_xero_does_not_show_is_asked_for_again(world: World, left_out: int) -> None:
    """The answer is lost; the readings that follow leave our invoice out, though it is there."""
    office = world.offices[0]
    acts.finish_work(office, office.clients[:1], 10_000)
    world.state.faults.order({"method": "PUT", "path": "Invoices", "times": 1, "kind": "lose_answer"})
    reading = {"method": "GET", "path": "Invoices", "kind": "mangle", "mangle": "missing"}
    world.state.faults.order({**reading, "times": left_out})
    world.drain()

    assert settle(world, longest_wait=0) == []


@pytest.mark.parametrize("world", [("ledger", 0)], indirect=True)
def test_a_refusal_without_a_name_is_no_second_quarantine_behind_a_late_commit(world: World) -> None:
    office = world.offices[0]
    acts.change_contact(world, office, 6, "archive")
    clients = office.clients
    acts.finish_work(office, [clients[(6 + one) % len(clients)] for one in range(6)], 1)
    world.state.faults.order({"method": "PUT", "path": "Invoices", "times": 1, "kind": "late_commit", "delay": 1800})
    world.drain()

    assert settle(world, longest_wait=0) == []


@pytest.mark.parametrize("world", [("ledger", 0)], indirect=True)
@pytest.mark.parametrize("of_one_contact", [2, 3, 5])
def test_refusals_that_cannot_be_told_apart_are_told_after_one_quarantine(world: World, of_one_contact: int) -> None:
    office = world.offices[0]
    acts.finish_work(office, office.clients[:2], 1)
    acts.change_contact(world, office, 0, "archive")
    for _ in range(of_one_contact - 1):
        acts.finish_work(office, office.clients[:1], 1)

    assert settle(world, longest_wait=0) == []
