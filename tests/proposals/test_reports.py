"""How proposals went lately, on Home."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Membership, Role
from proposals import reports
from proposals.models import Proposal
from tests.factories import NOON, make_client, make_member, make_practice, make_proposal, send_proposal, sign_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def tess() -> Membership:
    return make_member(make_practice(), Role.APPRENTICE)


def offered(tess: Membership, name: str, price: str, method: str = "monthly") -> Proposal:
    return make_proposal(make_client(tess.practice, name), lines=[("Bookkeeping", price, method)])


def test_before_the_first_was_sent_there_is_no_panel(tess: Membership) -> None:
    offered(tess, "Bell Bakery", "100.00")

    assert reports.overview(tess, NOON) == []


def test_the_panel_says_what_was_sent_and_what_became_of_it(tess: Membership) -> None:
    sign_proposal(offered(tess, "Bell Bakery", "100.00"), at=NOON - timedelta(days=10))
    sign_proposal(offered(tess, "Corvane", "900.00", "annually_advance"), at=NOON - timedelta(days=8))
    send_proposal(offered(tess, "Oxbow Studios", "85.00"), at=NOON - timedelta(days=20))
    lost = offered(tess, "Kestrel Cycles", "40.00")
    send_proposal(lost, at=NOON - timedelta(days=30))
    lost.lose(reason="Too dear", at=NOON - timedelta(days=25))
    send_proposal(offered(tess, "Long ago", "70.00"), at=NOON - timedelta(days=91))

    [panel] = reports.overview(tess, NOON)

    assert panel["rows"] == [
        ("Sent", 4),
        ("Won", "2, £100.00 a month"),
        ("Waiting", "1, £85.00 a month"),
        ("Lost or expired", 1),
        ("Usual time to sign", "The same day"),
    ]


def test_lately_somebody_signed(tess: Membership) -> None:
    signed = sign_proposal(offered(tess, "Bell Bakery", "100.00"), at=NOON - timedelta(days=1))
    sign_proposal(offered(tess, "Long ago", "100.00"), at=NOON - timedelta(days=15))

    [panel] = reports.recently(tess, NOON)

    assert [event["text"] for event in panel["events"]] == [f"Bell Bakery signed proposal {signed.number}"]


def test_more_proposals_take_no_more_queries(tess: Membership) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            reports.overview(tess, NOON)
            reports.recently(tess, NOON)
        return len(queries)

    sign_proposal(offered(tess, "Bell Bakery", "100.00"))
    few = asked()
    for number in range(5):
        sign_proposal(offered(tess, f"Client {number}", "100.00"))

    assert asked() == few == 3
