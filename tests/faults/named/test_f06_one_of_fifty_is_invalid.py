"""F6: one contact of fifty was archived in Xero, and we do not know."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from clients.models import Membership, Practice, Role
from notifications.models import Message
from tests.factories import make_member
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import contact_named, linked_clients
from xero_sync.operations import contacts

pytestmark = pytest.mark.django_db
NAMES = ["City Limousines", "Garnet Street Films"]


def forty_nine_and_one(practice: Practice, world: World, mode: str = "A") -> tuple[list[Invoice], Invoice]:
    choose_numbering(practice, mode)
    city_limo, garnet = linked_clients(practice, NAMES)
    good = invoices_for([city_limo], 49, mode=mode, at=world.at)
    (bad,) = invoices_for([garnet], 1, mode=mode, at=world.at)
    world.remote.do("contacts/Garnet Street Films/archive")
    return good, bad


@pytest.mark.parametrize("mode", MODES)
def test_f06_forty_nine_are_posted_one_is_refused_and_people_are_told_within_a_minute(
    mode: str, connected: Practice, world: World
) -> None:
    make_member(connected, Role.ADMIN, name="Ada Cole")
    good, bad = forty_nine_and_one(connected, world, mode)
    began = world.at

    world.rests(connected, within=timedelta(minutes=1))

    world.assert_each_once(good)
    bad.refresh_from_db()
    assert (bad.status, bad.refusal_code) == (Invoice.Status.REFUSED, "CONTACT_ARCHIVED")
    assert "un-archived" in bad.ledger_words
    assert len(world.puts()) == 1
    notices = Message.objects.for_practice(connected).filter(slug="invoices_refused")
    assert notices.count() == 2
    assert all(notice.created_at - began <= timedelta(seconds=60) for notice in notices)


@pytest.mark.parametrize("mode", MODES)
def test_f06_unarchived_from_here_it_is_posted_within_two_minutes_and_no_other_click(
    mode: str, connected: Practice, priya: Membership, world: World
) -> None:
    good, bad = forty_nine_and_one(connected, world, mode)
    world.rests(connected, within=timedelta(minutes=1))
    assert priya.user

    contacts.unarchive(contact=contact_named(connected, "Garnet Street Films"), by=priya.user, at=world.at)
    world.rests(connected, within=timedelta(minutes=2))

    world.assert_each_once([*good, bad])
