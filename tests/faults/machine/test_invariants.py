"""Each invariant says what is wrong where something is, and is silent where nothing is."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from clients.models import Practice
from tests.factories import NOON, make_client, make_connection, make_invoice, make_practice
from tests.faults.machine import invariants
from tests.faults.machine.invariants import Local, Remote

pytestmark = pytest.mark.django_db
OWNERS = {"tenant": "olive@northvale.example"}


@pytest.fixture
def north_vale() -> Practice:
    practice = make_practice("North & Vale")
    make_connection(practice, tenant_id="tenant")
    return practice


@pytest.fixture
def posted(north_vale: Practice) -> Invoice:
    invoice = make_invoice(make_client(north_vale), "200.00", is_queued=False)
    invoice.record_posted(reference="x-1", number=str(invoice.number), url="", at=NOON)
    return invoice


def row(invoice: Invoice, ident: str = "x-1", **fields: Any) -> dict[str, Any]:
    """The invoice as the sandbox's control page shows it."""
    return {
        "id": ident,
        "tenant": "tenant",
        "organisation": "North & Vale Accountants",
        "number": invoice.number,
        "url": f"http://testserver/i/{invoice.uid}",
        "status": "DRAFT",
        "sub_total": "200.00",
        "by_app": True,
        **fields,
    }


def at_rest(remote: Remote) -> list[str]:
    found = invariants.at_rest(Local.read(), remote, OWNERS, at=datetime.now(UTC))
    return list(dict.fromkeys(problem.partition(":")[0] for problem in found))


def test_nothing_is_said_where_all_is_well(posted: Invoice) -> None:
    assert at_rest(Remote([row(posted)])) == []


def test_i1_a_twin_is_found(posted: Invoice) -> None:
    assert at_rest(Remote([row(posted), row(posted, "x-2", number="INV-1")])) == ["I1"]


def test_i1_a_twin_that_was_deleted_is_none(posted: Invoice) -> None:
    assert at_rest(Remote([row(posted), row(posted, "x-2", status="DELETED")])) == []


def test_i1_a_twin_of_xeros_numbers_is_only_wrong_at_rest(posted: Invoice, north_vale: Practice) -> None:
    local = Local([posted], {north_vale.pk: "tenant"}, {north_vale.pk})
    remote = Remote([row(posted), row(posted, "x-2")])

    assert list(invariants.i1_once(local, remote, is_at_rest=False)) == []
    assert len(list(invariants.i1_once(local, remote, is_at_rest=True))) == 1


def test_i2_what_is_cancelled_or_unknown_here_must_not_stand_there(posted: Invoice) -> None:
    Invoice.objects.for_practice(posted.practice).update(
        status="refused", refused_at=NOON, refusal_code="X", refusal_reason="X", posted_at=None, ledger_reference=""
    )
    posted.refresh_from_db()
    assert "I2" in at_rest(Remote([row(posted)]))
    assert "I2" in at_rest(Remote([row(posted, url="http://testserver/i/nobodys")]))


def test_i2_what_a_person_deleted_is_not_missed(posted: Invoice) -> None:
    gone = row(posted, status="DELETED")

    assert at_rest(Remote([gone])) == ["I2"]
    assert at_rest(Remote([gone], left_by_people={"x-1": gone})) == []


def test_i3_a_penny_counts(posted: Invoice) -> None:
    assert at_rest(Remote([row(posted, sub_total=str(Decimal("200.01")))])) == ["I3"]


def test_i4_what_is_posted_here_stands_there_in_its_own_books_as_itself(posted: Invoice) -> None:
    assert "I4" in at_rest(Remote([]))
    assert at_rest(Remote([row(posted, tenant="another")])) == ["I4"]
    assert "I4" in at_rest(Remote([row(posted, url="http://testserver/i/another")]))


def test_i5_another_users_token_is_seen(posted: Invoice) -> None:
    call = {"method": "GET", "path": "/x", "organisation": "N", "tenant_id": "tenant"}

    assert at_rest(Remote([row(posted)], [{**call, "owner": "nora@halebrook.example"}])) == ["I5"]


def test_i6_a_refused_call_is_told() -> None:
    assert len(list(invariants.i6_limits(Remote([], refused={"minute": 2})))) == 1


def test_i7_a_refusal_that_nobody_was_told_of(north_vale: Practice) -> None:
    invoice = make_invoice(make_client(north_vale), is_queued=False)
    invoice.record_refused(code="CONTACT_ARCHIVED", reason="Archived.", words="", at=NOON)

    assert at_rest(Remote([])) == ["I7"]


def test_i8_what_still_waits(north_vale: Practice) -> None:
    Practice.objects.update(is_safe_mode=False)
    make_invoice(make_client(north_vale))

    assert at_rest(Remote([])) == ["I8"]


def test_i10_a_persons_edit_is_kept(posted: Invoice) -> None:
    edited = row(posted, sub_total="77.77")

    assert at_rest(Remote([edited], left_by_people={"x-1": edited})) == []
    assert at_rest(Remote([row(posted)], left_by_people={"x-1": edited})) == ["I10"]
    assert "I10" in at_rest(Remote([], left_by_people={"x-1": edited}))
