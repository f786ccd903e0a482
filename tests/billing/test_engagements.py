from datetime import date
from decimal import Decimal

import pytest

from billing.models import BillingMethod, Engagement, Invoice
from billing.operations import engagements
from clients.models import Client, User
from tests.factories import make_client, make_engagement, moment, terms
from tests.fakes import FakeLedger

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
NOW = moment(2026, 9, 15)
ACCEPTANCE, QUARTERLY = BillingMethod.ONCE_ACCEPTANCE, BillingMethod.QUARTERLY


def test_the_same_source_begins_one_engagement_and_raises_one_invoice(bell_bakery: Client, ledger: FakeLedger) -> None:
    services = [terms(), terms("Onboarding", "250.00", ACCEPTANCE)]
    first = make_engagement(bell_bakery, services, None, source="proposal:1", number=1)
    again = make_engagement(bell_bakery, services, None, source="proposal:1", number=1)
    assert first == again
    assert (first.services.count(), len(ledger.enqueued)) == (2, 1)


def test_an_adjustment_does_not_bill_again_what_was_due_at_signing(bell_bakery: Client, ledger: FakeLedger) -> None:
    before = make_engagement(bell_bakery, [terms("Onboarding", "250.00", ACCEPTANCE)])
    carried = terms("Onboarding", "250.00", ACCEPTANCE, continues_id=before.services.get().pk)
    make_engagement(bell_bakery, [carried, terms("Training", "80.00", ACCEPTANCE)], replaces=before)
    totals = Invoice.objects.for_practice(bell_bakery.practice).order_by("pk").values_list("total", flat=True)
    assert list(totals) == [Decimal("250.00"), Decimal("80.00")]


def test_each_payer_gets_its_own_invoice_at_signing(bell_bakery: Client) -> None:
    estates = make_client(bell_bakery.practice, "Bell Estates Ltd")
    services = [
        terms("Onboarding", "250.00", ACCEPTANCE),
        terms("Onboarding", "90.00", ACCEPTANCE, payer_id=estates.pk, entity_id=estates.pk),
        terms("Searches", "10.00", ACCEPTANCE, entity_id=estates.pk),
    ]
    make_engagement(bell_bakery, services, None)
    found = Invoice.objects.for_practice(bell_bakery.practice).order_by("pk").prefetch_related("lines")
    assert {i.client_id: [line.description for line in i.lines.all()] for i in found} == {
        bell_bakery.pk: ["Onboarding", "Searches (Bell Estates Ltd)"],
        estates.pk: ["Onboarding"],
    }


def test_terms_are_copied_and_bill_nothing_until_the_start_is_confirmed(bell_bakery: Client) -> None:
    engagement = make_engagement(bell_bakery, starts_on=None)
    service = engagement.services.get()
    assert (service.starts_on, service.anchor, engagement.activated_at) == (None, None, None)
    assert list(Engagement.objects.for_practice(bell_bakery.practice).waiting_for_start()) == [engagement]


def test_a_confirmed_start_may_be_changed_until_it_is_active(bell_bakery: Client, priya: User) -> None:
    engagement = make_engagement(bell_bakery, starts_on=NOVEMBER)
    engagements.confirm_start(engagement=engagement, month=OCTOBER, by=priya, at=NOW)
    assert (engagement.starts_on, engagement.services.get().anchor) == (OCTOBER, OCTOBER)
    engagements.activate_due(practice=engagement.practice, at=moment(2026, 10, 1))
    engagements.confirm_start(engagement=engagement, month=OCTOBER, by=priya, at=moment(2026, 10, 2))
    with pytest.raises(engagements.AlreadyActive):
        engagements.confirm_start(engagement=engagement, month=NOVEMBER, by=priya, at=moment(2026, 10, 2))


def test_the_engagement_replaced_is_bound_again_when_the_start_moves(bell_bakery: Client, priya: User) -> None:
    before = make_engagement(bell_bakery)
    after = make_engagement(bell_bakery, starts_on=OCTOBER, replaces=before, at=NOW)
    engagements.confirm_start(engagement=after, month=NOVEMBER, by=priya, at=NOW)
    before.refresh_from_db()
    assert before.last_month == OCTOBER


def test_an_ended_engagement_that_would_have_taken_over_gives_back(bell_bakery: Client, priya: User) -> None:
    before = make_engagement(bell_bakery)
    after = make_engagement(bell_bakery, starts_on=NOVEMBER, replaces=before)
    engagements.end(engagement=after, last_month=OCTOBER, by=priya, at=NOW)
    before.refresh_from_db()
    assert (before.last_month, before.ended_at) == (None, None)
    assert engagements.activate_due(practice=before.practice, at=moment(2026, 11, 1)) == []


def test_a_replaced_engagement_that_was_to_end_later_ends_before_the_new_one(bell_bakery: Client, priya: User) -> None:
    before = make_engagement(bell_bakery)
    engagements.end(engagement=before, last_month=date(2026, 12, 1), by=priya, at=NOW)
    make_engagement(bell_bakery, starts_on=NOVEMBER, replaces=before)
    engagements.activate_due(practice=before.practice, at=moment(2026, 11, 1))
    before.refresh_from_db()
    assert (before.last_month, before.services.get().ended_on) == (OCTOBER, OCTOBER)


def test_ended_twice_the_first_last_month_stands(bell_bakery: Client, priya: User) -> None:
    engagement = make_engagement(bell_bakery)
    for month in (OCTOBER, NOVEMBER):
        engagements.end(engagement=engagement, last_month=month, by=priya, at=NOW)
    assert (engagement.last_month, engagement.services.get().ended_on) == (OCTOBER, OCTOBER)
    with pytest.raises(engagements.AlreadyEnded):
        engagements.confirm_start(
            engagement=make_ended_before_its_start(bell_bakery, priya), month=NOVEMBER, by=priya, at=NOW
        )


def make_ended_before_its_start(client: Client, by: User) -> Engagement:
    engagement = make_engagement(client, starts_on=None)
    return engagements.end(engagement=engagement, last_month=SEPTEMBER, by=by, at=NOW)


def test_a_quarterly_service_that_becomes_monthly_begins_a_cycle_of_its_own(bell_bakery: Client) -> None:
    before = make_engagement(bell_bakery, [terms("VAT return", "300.00", QUARTERLY)])
    carried = terms("VAT return", "100.00", continues_id=before.services.get().pk)
    after = make_engagement(bell_bakery, [carried], NOVEMBER, replaces=before)
    assert after.services.get().anchor == NOVEMBER


@pytest.mark.parametrize(("recompute", "amount"), [(False, "600.00"), (True, "800.00")])
def test_another_start_keeps_the_signed_alignment_unless_staff_choose_otherwise(
    bell_bakery: Client, priya: User, recompute: bool, amount: str
) -> None:
    bell_bakery.year_end_month, bell_bakery.year_end_day = 3, 31
    bell_bakery.save()
    engagement = make_engagement(
        bell_bakery,
        [terms(price="100.00", alignment_amount=Decimal("600.00"))],
        None,
        planned_start=OCTOBER,
        has_alignment=True,
    )
    december = date(2026, 12, 1)
    engagements.confirm_start(engagement=engagement, month=december, by=priya, at=NOW, recompute_alignment=recompute)
    assert engagement.services.get().alignment_amount == Decimal(amount)


def test_the_clients_standing_follows_what_it_agreed_to(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms("Accounts", "900.00", BillingMethod.ONCE_COMPLETION)])
    bell_bakery.refresh_from_db()
    assert bell_bakery.standing == Client.Standing.AD_HOC
    engagement = make_engagement(bell_bakery)
    bell_bakery.refresh_from_db()
    assert bell_bakery.standing == Client.Standing.ACTIVE
    engagements.end(engagement=engagement, last_month=OCTOBER, by=priya, at=NOW)
    bell_bakery.refresh_from_db()
    assert bell_bakery.standing == Client.Standing.ACTIVE
    engagements.settle_standings(practice=bell_bakery.practice, at=moment(2026, 11, 1))
    bell_bakery.refresh_from_db()
    assert bell_bakery.standing == Client.Standing.AD_HOC
