"""F4 under Xero's numbering: the late commit makes a twin, which is found and, where nobody touched it, deleted."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from clients.models import AuditEvent, Practice
from tests.faults.named.world import World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Difference

pytestmark = pytest.mark.django_db
LATE = 60 + 3600


def twins(practice: Practice, world: World, count: int) -> list[Invoice]:
    """Under Xero's numbering: so many invoices, each twice in Xero."""
    choose_numbering(practice, "B")
    wanted = invoices_for(linked_clients(practice, ["City Limousines"]), count, mode="B", at=world.at)
    world.remote.fault("late_commit", path="Invoices", method="PUT", delay=LATE)
    world.rests(practice, within=timedelta(minutes=18))
    world.wait(hours=1)
    assert len(world.drafts()) == 2 * count
    return wanted


def test_f04_under_xeros_numbering_the_unedited_twin_is_deleted_within_a_day_and_that_is_audited(
    connected: Practice, world: World
) -> None:
    wanted = twins(connected, world, 3)

    world.until(lambda: len(world.drafts()) == 3, within=timedelta(hours=24), step=1800)

    world.assert_each_once(wanted)
    shown = Difference.objects.for_practice(connected).filter(kind=Difference.Kind.DUPLICATE)
    assert {one.invoice_id for one in shown} == {one.pk for one in wanted}
    audited = AuditEvent.objects.for_practice(connected).filter(action__contains="twin")
    assert audited.count() == 3


@pytest.mark.parametrize("touch", ["reprice", "approve"])
def test_f04_a_twin_that_a_person_touched_is_shown_and_left_alone(
    touch: str, connected: Practice, world: World
) -> None:
    """I10."""
    (wanted,) = twins(connected, world, 1)
    wanted.refresh_from_db()
    twin = next(one for one in world.drafts() if one["id"] != wanted.ledger_reference)
    world.remote.do(f"invoices/{twin['id']}/{touch}", amount="77.00")

    world.live(hours=24, step=1800)

    assert len(world.drafts()) == 2
    assert Difference.objects.for_practice(connected).filter(kind=Difference.Kind.DUPLICATE).count() == 1
