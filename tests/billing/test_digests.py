"""Every morning, what is not in the ledger is told to the approvers; nothing when all is well."""

from datetime import datetime, timedelta

import pytest

from billing.models import Invoice
from billing.operations import plans, settings
from billing.operations.digests import tell_what_is_missing
from clients.models import Client, Practice, User
from notifications.models import Message
from tests.factories import make_engagement, make_finalised_plan, make_invoice, make_member, moment

MONDAY = moment(2026, 10, 5, 7)  # eight o'clock in London
TUESDAY = MONDAY + timedelta(days=1)
REFUSED = {
    "status": "refused",
    "refused_at": moment(2026, 10, 4, 14),
    "refusal_code": "LOCKED_PERIOD",
    "refusal_reason": "The books are locked for the invoice date.",
}


@pytest.fixture
def running(north_vale: Practice, priya: User) -> Practice:
    """A practice whose days are counted since yesterday."""
    settings.settings_of(north_vale)
    tell_what_is_missing(practice=north_vale, at=MONDAY - timedelta(days=1))
    return north_vale


def letters(practice: Practice) -> list[Message]:
    return list(Message.objects.for_practice(practice).filter(slug="not_in_ledger").order_by("pk"))


def tell(practice: Practice, at: datetime) -> bool:
    return tell_what_is_missing(practice=Practice.objects.get(pk=practice.pk), at=at)


def test_when_all_is_well_nothing_is_written(running: Practice, bell_bakery: Client) -> None:
    make_invoice(bell_bakery, status="posted", posted_at=MONDAY, ledger_reference="x-1")

    assert not tell(running, MONDAY)
    assert letters(running) == []


def test_what_is_open_is_told_once_a_day_with_amount_cause_and_since(running: Practice, bell_bakery: Client) -> None:
    make_invoice(bell_bakery, "835.00", is_queued=False, **REFUSED)
    assert not tell(running, MONDAY - timedelta(minutes=1))

    for minute in (0, 1, 300):
        tell(running, MONDAY + timedelta(minutes=minute))
    (letter,) = letters(running)
    assert letter.subject == "5 October 2026: 1 invoice, £835.00, not in Xero"
    assert (
        "Bell Bakery Ltd, £835.00, since yesterday at 15:00: The books are locked for the invoice date" in letter.text
    )
    assert letter.url.endswith("/invoices-to-fix/")

    assert tell(running, TUESDAY)
    assert len(letters(running)) == 2


def test_what_comes_up_after_eight_is_told_the_next_morning(running: Practice, bell_bakery: Client) -> None:
    tell(running, MONDAY)
    make_invoice(bell_bakery, is_queued=False, **REFUSED)

    assert not tell(running, MONDAY + timedelta(hours=3))
    assert tell(running, TUESDAY)


def test_500_are_summed_and_the_first_twenty_named(running: Practice, bell_bakery: Client) -> None:
    for _ in range(500):
        make_invoice(bell_bakery, "10.00", is_queued=False, **REFUSED)

    tell(running, MONDAY)

    (letter,) = letters(running)
    assert "Locked period: 500 invoices, £5,000.00" in letter.text
    assert letter.text.count("- Bell Bakery Ltd") == 20
    assert "and 480 more" in letter.text


def test_only_approvers_are_written_to(running: Practice, bell_bakery: Client) -> None:
    make_member(running, "member", name="Tom Hale")
    make_member(running, "admin", name="Ada Moss")
    make_invoice(bell_bakery, is_queued=False, **REFUSED)

    tell(running, MONDAY)

    assert len(letters(running)) == 2


def test_a_plan_that_stands_still_is_told_too(running: Practice, bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery)
    plan = make_finalised_plan(running, at=moment(2026, 9, 20), by=priya)
    plan.lines.update(amount=2000)
    plans.raise_due(practice=running, at=moment(2026, 10, 1))

    tell(running, MONDAY)

    (letter,) = letters(running)
    assert letter.subject == "5 October 2026: 1 approved plan not posted"
    assert "The September 2026 plan was stopped" in letter.text


def test_the_tick_tells_it(running: Practice, bell_bakery: Client) -> None:
    make_invoice(bell_bakery, is_queued=False, **REFUSED)
    assert Invoice.objects.for_practice(running).refused().count() == 1

    plans.tick(at=MONDAY)

    assert len(letters(running)) == 1
