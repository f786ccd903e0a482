"""F6, when the contact is un-archived in Xero itself."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.test_f06_one_of_fifty_is_invalid import forty_nine_and_one
from tests.faults.named.world import World

pytestmark = pytest.mark.django_db


def test_f06_unarchived_in_xero_within_the_hour_it_is_posted_in_two_minutes_and_no_click(
    connected: Practice, world: World
) -> None:
    good, bad = forty_nine_and_one(connected, world)
    world.rests(connected, within=timedelta(minutes=1))
    world.live(minutes=20, step=60)
    world.remote.do("contacts/Garnet Street Films/restore")

    world.until(lambda: len(world.drafts()) == 50, within=timedelta(minutes=2))

    world.rests(connected, within=timedelta(minutes=1))
    world.assert_each_once([*good, bad])
