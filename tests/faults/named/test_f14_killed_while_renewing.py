"""F14: kill -9 after Xero rotated the refresh token, before we stored the new one."""

from datetime import timedelta

import pytest

from clients.models import Practice, Role
from notifications.models import Message
from tests.factories import make_member
from tests.faults.named.world import World, invoices_for
from tests.xero_world import connection_of, linked_clients
from xero_sync import oauth
from xero_sync.models import Grant
from xero_sync.operations import tokens

pytestmark = pytest.mark.django_db


def rotate_and_die(world: World) -> Grant:
    """What a worker leaves behind that dies between Xero's answer and our transaction: its lease, and nothing else."""
    world.wait(minutes=31)
    grant = Grant.objects.get()
    Grant.objects.filter(pk=grant.pk).update(refresh_lease_until=world.at + tokens.LEASE)
    oauth.refresh(tokens.refresh_token(grant))
    return grant


def test_f14_inside_half_an_hour_the_old_refresh_token_heals_it(connected: Practice, world: World) -> None:
    grant = rotate_and_die(world)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 2, at=world.at)

    took = world.rests(connected, within=timedelta(minutes=2))

    assert took <= timedelta(minutes=2)
    after = Grant.objects.get()
    assert (after.token_version, after.is_dead) == (grant.token_version + 1, False)
    world.assert_each_once(wanted)
    assert connection_of(connected).is_connected


def test_f14_after_31_minutes_the_connection_is_lost_and_everybody_is_told(connected: Practice, world: World) -> None:
    make_member(connected, Role.APPRENTICE, name="Ada Cole")
    rotate_and_die(world)
    world.wait(minutes=31)
    wanted = invoices_for(linked_clients(connected, ["City Limousines"]), 2, at=world.at)
    began = world.at

    world.live(minutes=1)

    assert Grant.objects.get().is_dead
    assert connection_of(connected).is_lost
    letters = Message.objects.for_practice(connected).filter(slug="connection_lost")
    assert letters.count() == 2
    assert all(letter.created_at - began <= timedelta(seconds=60) for letter in letters)
    assert {one.status for one in type(wanted[0]).objects.for_practice(connected)} == {"raised"}
    assert world.drafts() == []
