"""What billing says on Home."""

from datetime import date
from decimal import Decimal

import pytest

from billing.operations import work
from billing.reports import plan_sums
from billing.reports.recently import recently
from billing.views import attention
from clients.models import Practice, Role, User
from clients.operations import close_client
from clients.views import attention as of_clients
from tests.factories import (
    make_client,
    make_engagement,
    make_finalised_plan,
    make_member,
    make_practice,
    make_service,
    moment,
    terms,
)

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture
def north_vale() -> Practice:
    return make_practice()


@pytest.fixture
def priya(north_vale: Practice) -> User:
    owner = make_member(north_vale)
    assert owner.user
    return owner.user


def test_the_first_day_asks_for_clients_and_for_a_menu_until_there_are_some(north_vale: Practice) -> None:
    owner, at = make_member(north_vale), moment(2026, 9, 15)
    assert [card["title"] for card in of_clients.attention(owner, at)] == ["Bring in your clients"]
    assert [card["title"] for card in attention.attention(owner, at)] == ["Set up what you sell"]

    make_client(north_vale)
    make_service(north_vale)

    assert (of_clients.attention(owner, at), attention.attention(owner, at)) == ([], [])


def test_an_apprentice_is_not_asked_for_a_menu(north_vale: Practice) -> None:
    apprentice = make_member(north_vale, Role.APPRENTICE)

    assert attention.attention(apprentice, moment(2026, 9, 15)) == []


def test_movement_tells_gains_from_losses_and_leaves_the_first_plan_and_quarters_out(north_vale: Practice) -> None:
    bell_bakery = make_client(north_vale, "Bell Bakery")
    before = make_engagement(bell_bakery, [terms(price="200.00")], AUGUST, at=moment(2026, 8, 1))
    make_finalised_plan(north_vale, AUGUST, at=moment(2026, 8, 20))
    make_engagement(bell_bakery, [terms(price="235.00")], SEPTEMBER, replaces=before, at=moment(2026, 9, 1))
    make_engagement(make_client(north_vale, "Corvane"), [terms(price="80.00")], SEPTEMBER, at=moment(2026, 9, 1))
    make_finalised_plan(north_vale, SEPTEMBER, at=moment(2026, 9, 20))

    bars = {bar["month"]: (bar["up"], bar["down"]) for bar in plan_sums.movement(north_vale, SEPTEMBER)}

    assert bars[AUGUST] == ({}, {})
    assert bars[SEPTEMBER] == ({"new": Decimal("80.00"), "expansion": Decimal("35.00")}, {})


def test_home_tells_what_the_plan_comes_to_now_not_when_it_was_last_drawn(north_vale: Practice) -> None:
    owner, at = make_member(north_vale), moment(2026, 9, 15)
    attention.overview(owner, at)
    make_engagement(make_client(north_vale, "Bell Bakery"), [terms(price="200.00")], SEPTEMBER, at=moment(2026, 9, 2))

    panel, *_ = attention.overview(owner, at)

    assert panel["rows"][0] == ("Net of VAT", Decimal("200.00"))


def test_lately_work_was_completed_and_a_plan_approved(north_vale: Practice, priya: User) -> None:
    owner, at = north_vale.memberships.get(user=priya), moment(2026, 9, 21)
    bell_bakery = make_client(north_vale, "Bell Bakery")
    make_engagement(bell_bakery, [terms(price="200.00")], SEPTEMBER, at=moment(2026, 9, 1))
    facts = {"practice": north_vale, "client": bell_bakery, "amount": Decimal("50.00"), "by": priya, "at": at}
    items = [work.add_ad_hoc(name=name, **facts).pk for name in ("Mortgage reference", "Payroll query")]
    make_finalised_plan(north_vale, SEPTEMBER, at=moment(2026, 9, 20), by=priya)
    work.complete(practice=north_vale, item_ids=items, by=priya, at=at)

    [panel] = recently(owner, at)

    assert [event["text"] for event in panel["events"]] == [
        "Priya Sandhu completed 2 items for Bell Bakery, £100.00",
        "Priya Sandhu approved the September plan, £200.00",
    ]
    assert recently(make_member(north_vale, Role.APPRENTICE), at) == []
    assert recently(owner, moment(2026, 10, 20)) == []


def test_lately_a_client_was_closed(north_vale: Practice, priya: User) -> None:
    at = moment(2026, 9, 21)
    bell_bakery = make_client(north_vale, "Bell Bakery")
    close_client(client=bell_bakery, last_month=AUGUST, reason="Ceased", by=priya, at=at)

    [panel] = of_clients.recently(north_vale.memberships.get(user=priya), at)

    assert panel["events"][0]["text"] == "Bell Bakery closed; last billable month August"
