from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from billing.models import BillingMethod, Invoice, WorkItem
from billing.operations import work
from clients.models import Client, Practice, User
from tests.factories import make_client, make_engagement, make_practice, moment, terms
from tests.fakes import FakeLedger

NOW = moment(2026, 9, 15)
APRIL, JULY, SEPTEMBER = date(2026, 4, 1), date(2026, 7, 1), date(2026, 9, 1)


def on_completion(name: str, price: str, method: str = BillingMethod.ONCE_COMPLETION, **facts: object):  # type: ignore[no-untyped-def]
    return terms(name, price, method, **facts)


def open_work(practice: Practice) -> dict[str, WorkItem]:
    work.open_due(practice=practice, at=NOW)
    return {f"{item.name} {item.period_label}": item for item in WorkItem.objects.for_practice(practice).open()}


def by_name(practice: Practice) -> dict[str, int]:
    work.open_due(practice=practice, at=NOW)
    return {item.name: item.pk for item in WorkItem.objects.for_practice(practice).open()}


def test_example_10_work_of_one_proposal_shares_an_invoice_and_of_another_does_not(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    make_engagement(bell_bakery, [on_completion("A", "150.00"), on_completion("B", "80.00")], number=7)
    make_engagement(bell_bakery, [on_completion("C", "60.00")], number=9)
    ids = by_name(practice).values()

    previews = work.preview_completion(practice, list(ids))
    assert [(p.proposal_number, p.item_count, str(p.total)) for p in previews] == [(7, 2, "230.00"), (9, 1, "60.00")]

    invoices = work.complete(practice=practice, item_ids=list(ids), by=priya, at=NOW)
    assert [(str(i.total), i.kind, i.lines.count()) for i in invoices] == [
        ("230.00", "completion", 2),
        ("60.00", "completion", 1),
    ]
    assert ledger.queued == [invoice.pk for invoice in invoices]
    assert open_work(practice) == {}


def test_completed_twice_there_is_one_invoice(bell_bakery: Client, priya: User, ledger: FakeLedger) -> None:
    make_engagement(bell_bakery, [on_completion("Accounts", "150.00")])
    ids = list(by_name(bell_bakery.practice).values())
    first = work.complete(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW)
    second = work.complete(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW)
    assert first == second
    assert len(ledger.enqueued) == 1


def test_quarterly_work_reappears_at_once_for_the_next_period(bell_bakery: Client, priya: User) -> None:
    quarterly = on_completion("VAT return", "120.00", BillingMethod.QUARTERLY_COMPLETION)
    make_engagement(bell_bakery, [quarterly], APRIL)
    item = open_work(bell_bakery.practice)["VAT return Q2 2026"]
    (invoice,) = work.complete(practice=bell_bakery.practice, item_ids=[item.pk], by=priya, at=NOW)
    assert invoice.lines.get().description == "VAT return, Q2 2026"
    assert list(open_work(bell_bakery.practice)) == ["VAT return Q3 2026"]


def test_annual_work_ends_with_its_service(bell_bakery: Client, priya: User) -> None:
    engagement = make_engagement(bell_bakery, [on_completion("Accounts", "900.00", BillingMethod.ANNUALLY_COMPLETION)])
    ids = list(by_name(bell_bakery.practice).values())
    engagement.services.update(ended_on=date(2026, 12, 1))
    work.complete(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW)
    assert open_work(bell_bakery.practice) == {}


def test_work_opens_in_the_start_month_and_once(bell_bakery: Client) -> None:
    make_engagement(bell_bakery, [on_completion("Accounts", "900.00")], date(2026, 10, 1))
    assert open_work(bell_bakery.practice) == {}
    for _ in range(2):
        work.open_due(practice=bell_bakery.practice, at=moment(2026, 10, 1))
    assert WorkItem.objects.for_practice(bell_bakery.practice).count() == 1


def test_a_completion_is_undone_until_its_invoice_was_sent(
    bell_bakery: Client, priya: User, ledger: FakeLedger
) -> None:
    practice = bell_bakery.practice
    quarterly = on_completion("VAT return", "120.00", BillingMethod.QUARTERLY_COMPLETION)
    make_engagement(bell_bakery, [quarterly], APRIL)
    ids = list(by_name(practice).values())
    (invoice,) = work.complete(practice=practice, item_ids=ids, by=priya, at=NOW)
    assert [item.pk for item in work.undo(practice=practice, invoice=invoice, by=priya, at=NOW)] == ids
    invoice.refresh_from_db()
    assert (invoice.status, ledger.queued) == (Invoice.Status.CANCELLED, [])
    assert list(open_work(practice)) == ["VAT return Q2 2026"]

    (again,) = work.complete(practice=practice, item_ids=ids, by=priya, at=NOW)
    assert again.pk != invoice.pk
    assert list(open_work(practice)) == ["VAT return Q3 2026"]
    ledger.sent.add(again.pk)
    with pytest.raises(work.AlreadySent):
        work.undo(practice=practice, invoice=again, by=priya, at=NOW)
    assert WorkItem.objects.for_practice(practice).get(pk=ids[0]).status == WorkItem.Status.COMPLETED


def test_an_invoice_that_did_not_come_from_work_is_not_undone_as_work(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [terms("Set-up", "90.00", BillingMethod.ONCE_ACCEPTANCE)])
    invoice = Invoice.objects.for_practice(bell_bakery.practice).get()
    with pytest.raises(work.NotFromWork):
        work.undo(practice=bell_bakery.practice, invoice=invoice, by=priya, at=NOW)


def test_ad_hoc_work_of_one_client_shares_an_invoice(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    items = [
        work.add_ad_hoc(practice=practice, client=bell_bakery, name=name, amount=Decimal(amount), by=priya, at=NOW)
        for name, amount in (("Letter to the bank", "45.00"), ("Mortgage reference", "55.00"))
    ]
    (invoice,) = work.complete(practice=practice, item_ids=[item.pk for item in items], by=priya, at=NOW)
    assert (invoice.total, invoice.engagement) == (Decimal("100.00"), None)


@pytest.mark.parametrize("amount", ["-1.00", "0.00", "99999999999.00"])
def test_ad_hoc_work_needs_an_amount_that_can_be_billed(bell_bakery: Client, priya: User, amount: str) -> None:
    with pytest.raises(ValidationError):
        work.add_ad_hoc(
            practice=bell_bakery.practice, client=bell_bakery, name="Letter", amount=Decimal(amount), by=priya, at=NOW
        )


def test_work_is_proposed_once_for_an_admin_to_complete(bell_bakery: Client, priya: User) -> None:
    make_engagement(bell_bakery, [on_completion("Accounts", "900.00")])
    ids = list(by_name(bell_bakery.practice).values())
    assert work.propose(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW) == 1
    assert work.propose(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW) == 0


def test_another_practices_work_is_not_found(bell_bakery: Client, priya: User) -> None:
    strangers = make_client(make_practice("Leeds Ledgers"), "Aire Joinery")
    make_engagement(strangers, [on_completion("Accounts", "900.00")])
    ids = list(by_name(strangers.practice).values())
    with pytest.raises(work.NothingOpen):
        work.complete(practice=bell_bakery.practice, item_ids=ids, by=priya, at=NOW)


def test_an_adjustment_takes_open_work_over_at_its_own_price(bell_bakery: Client, priya: User) -> None:
    practice = bell_bakery.practice
    quarterly = on_completion("VAT return", "120.00", BillingMethod.QUARTERLY_COMPLETION)
    before = make_engagement(bell_bakery, [quarterly, on_completion("Accounts", "900.00")], APRIL)
    open_ids = by_name(practice)
    work.complete(practice=practice, item_ids=[open_ids["Accounts"]], by=priya, at=NOW)
    vat, accounts = before.services.all()
    carried = [
        on_completion("VAT return", "150.00", BillingMethod.QUARTERLY_COMPLETION, continues_id=vat.pk),
        on_completion("Accounts", "900.00", continues_id=accounts.pk),
    ]
    after = make_engagement(bell_bakery, carried, SEPTEMBER, replaces=before)
    found = open_work(practice)
    assert list(found) == ["VAT return Q2 2026"]
    assert (found["VAT return Q2 2026"].amount, found["VAT return Q2 2026"].engagement) == (Decimal("150.00"), after)
