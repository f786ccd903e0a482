"""F24: a person deletes a posted draft, edits an amount, or uses our next number, in Xero."""

from datetime import timedelta

import pytest

from clients.models import Practice
from tests.faults.named.world import MODES, World, choose_numbering, invoices_for
from tests.xero_world import linked_clients
from xero_sync.models import Difference

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", MODES)
def test_f24_deleted_and_edited_drafts_are_reported_and_never_posted_again_or_overwritten(
    mode: str, connected: Practice, world: World
) -> None:
    choose_numbering(connected, mode)
    clients = linked_clients(connected, ["City Limousines"])
    deleted, edited, left = invoices_for(clients, 3, mode=mode, at=world.at)
    world.rests(connected, within=timedelta(minutes=1))
    for one in (deleted, edited, left):
        one.refresh_from_db()
    world.remote.do(f"invoices/{deleted.ledger_reference}/delete")
    world.remote.do(f"invoices/{edited.ledger_reference}/reprice", amount="99.00")
    before = world.mark()

    world.live(hours=26, step=1800)

    rows = Difference.objects.for_practice(connected).filter(resolved_at=None)
    kinds = sorted(rows.values_list("invoice", "kind"))
    assert kinds == sorted([(deleted.pk, Difference.Kind.DELETED), (edited.pk, Difference.Kind.TOTAL)])
    assert world.calls(before, method="PUT") == world.calls(before, method="POST") == []
    assert {row["id"]: row["sub_total"] for row in world.drafts()} == {
        edited.ledger_reference: "99.00",
        left.ledger_reference: str(left.total),
    }
