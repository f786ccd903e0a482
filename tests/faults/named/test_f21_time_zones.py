"""F21: the right month on every first, in four zones, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from billing.calendar import add_months, first_of
from billing.models import BillingPlan, Invoice
from billing.operations import plans
from clients.models import Client, Practice, User
from tests.factories import make_client, make_engagement, make_finalised_plan, make_member, make_practice

pytestmark = pytest.mark.django_db
ZONES = ["Europe/London", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"]
FIRSTS = [date(2026, month, 1) for month in range(1, 13)]
MONTHS = 36
SECOND = timedelta(seconds=1)
ODD_EVES = [
    date(2027, 3, 1),  # after 28 February
    date(2028, 3, 1),  # after 29 February
    date(2027, 11, 1),  # London's clocks change on 31 October 2027
    date(2030, 4, 1),  # and on 31 March 2030
]


@pytest.fixture(autouse=True)
def _no_xero(settings: Settings) -> None:
    settings.LEDGERS = {"xero": "tests.fakes.FakeLedger"}


def midnight(day: date, zone: str) -> datetime:
    """The first moment of that day there."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def office(zone: str, began: date) -> tuple[Client, User]:
    """A practice there, with one client that is billed every month from then on."""
    practice = make_practice(f"Firm in {zone}", time_zone=zone)
    priya = make_member(practice).user
    assert priya is not None
    client = make_client(practice)
    make_engagement(client, starts_on=began, at=midnight(began, zone) + timedelta(hours=9))
    return client, priya


def approved_in_time(client: Client, priya: User, month: date, zone: str) -> BillingPlan:
    """Approved on the 20th of the month that it bills."""
    return make_finalised_plan(client.practice, month, at=midnight(month.replace(day=20), zone), by=priya)


def periods(practice: Practice) -> list[tuple[str, date]]:
    rows = Invoice.objects.for_practice(practice).order_by("pk")
    return [(one.source_key.split(":")[1], one.invoice_date) for one in rows]


@pytest.mark.parametrize("first", [*FIRSTS, *ODD_EVES], ids=str)
@pytest.mark.parametrize("zone", ZONES)
def test_f21_nothing_runs_before_local_midnight_and_the_right_month_at_it(zone: str, first: date) -> None:
    month = add_months(first, -1)
    client, priya = office(zone, month)
    plan = approved_in_time(client, priya, month, zone)

    plans.tick(at=midnight(first, zone) - SECOND)
    assert periods(client.practice) == []

    plans.tick(at=midnight(first, zone))
    plans.tick(at=midnight(first, zone) + SECOND)
    assert periods(client.practice) == [(f"{month:%Y-%m}", first)]
    plan.refresh_from_db()
    assert plan.raised_at == midnight(first, zone)


@pytest.mark.parametrize("first", [date(2026, 10, 1), *ODD_EVES], ids=str)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("off", "raised_at_once"), [(-SECOND, False), (timedelta(), True), (SECOND, True)])
def test_f21_approved_a_second_before_or_after_midnight_it_is_the_same_months_plan(
    off: timedelta, raised_at_once: bool, zone: str, first: date
) -> None:
    month = add_months(first, -1)
    client, priya = office(zone, month)
    at = midnight(first, zone) + off

    make_finalised_plan(client.practice, month, at=at, by=priya)
    assert bool(periods(client.practice)) is raised_at_once

    plans.tick(at=midnight(first, zone) + 2 * SECOND)
    assert periods(client.practice) == [(f"{month:%Y-%m}", first)]


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+12", "Pacific/Kiritimati"])
def test_f21_a_beat_that_is_asked_around_the_clock_raises_once_at_the_edges_of_the_world(zone: str) -> None:
    first = date(2026, 10, 1)
    client, priya = office(zone, date(2026, 9, 1))
    approved_in_time(client, priya, date(2026, 9, 1), zone)

    at = datetime(2026, 9, 30, 6, tzinfo=UTC)
    while at < datetime(2026, 10, 1, 18, tzinfo=UTC):
        plans.tick(at=at)
        assert bool(periods(client.practice)) is (at >= midnight(first, zone))
        at += timedelta(hours=1)

    assert periods(client.practice) == [("2026-09", first)]


def test_f21_thirty_six_months_in_three_zones_in_one_run_with_every_first_correct() -> None:
    """One beat for all: what it finds due in each zone is that zone's first, and never another's."""
    began = date(2027, 9, 1)
    offices = {zone: office(zone, began) for zone in ZONES[:3]}
    for count in range(MONTHS):
        month = add_months(began, count)
        first = add_months(month, 1)
        for zone, (client, priya) in offices.items():
            approved_in_time(client, priya, month, zone)
        for zone in sorted(offices, key=lambda zone: midnight(first, zone)):
            plans.tick(at=midnight(first, zone))
            _assert_what_is_due_is_raised(offices, began, midnight(first, zone))
    for client, _ in offices.values():
        found = periods(client.practice)
        assert found == [
            (f"{add_months(began, count):%Y-%m}", add_months(began, count + 1)) for count in range(len(found))
        ]
        assert len(found) == MONTHS


def _assert_what_is_due_is_raised(offices: dict[str, tuple[Client, User]], began: date, at: datetime) -> None:
    for zone, (client, _) in offices.items():
        local = first_of(at.astimezone(ZoneInfo(zone)).date())
        due = (local.year - began.year) * 12 + local.month - began.month
        assert Invoice.objects.for_practice(client.practice).count() == due, f"{zone} at {at}"
