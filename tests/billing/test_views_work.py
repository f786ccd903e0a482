"""Work Management through HTTP."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice, WorkItem
from billing.operations import invoices, work
from clients.models import Role
from tests.billing.office import IN_SEPTEMBER, after, text_of
from tests.factories import log_in, make_client, make_engagement, make_member, make_practice, terms

ONCE = "once_completion"


@pytest.fixture
def office(client, north_vale, priya, settings):
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(IN_SEPTEMBER, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def tess(client, north_vale):
    """The HTTP client of Tess, an apprentice."""
    with time_machine.travel(IN_SEPTEMBER, tick=False):
        yield log_in(client, make_member(north_vale, Role.APPRENTICE, name="Tess Okafor"))


@pytest.fixture
def home(north_vale):
    return f"/p/{north_vale.slug}/"


@pytest.fixture
def items(north_vale, bell_bakery):
    """A (£150) and B (£80) of proposal 7, C (£60) of proposal 9: worked example 10."""
    make_engagement(bell_bakery, [terms("A", "150", ONCE), terms("B", "80", ONCE)], number=7)
    make_engagement(make_client(north_vale, "City Limo"), [terms("C", "60", ONCE)], number=9)
    work.open_due(practice=north_vale, at=IN_SEPTEMBER)
    return [item.pk for item in WorkItem.objects.for_practice(north_vale).order_by("name")]


def test_the_list_shows_open_work_with_its_proposal_and_fee(office, home, items):
    page = text_of(office.get(f"{home}work/"))

    assert "3 open items, £290.00" in page
    assert "City Limo" in page
    assert "Once, on completion" in page


def test_the_list_can_be_narrowed_by_words_owner_method_and_state(office, home, items):
    assert "City Limo" not in text_of(office.get(f"{home}work/?q=bell"))
    assert "No work matches" in text_of(office.get(f"{home}work/?method=quarterly_completion"))
    assert "No work matches" in text_of(office.get(f"{home}work/?state=done"))
    assert "No work matches" in text_of(office.get(f"{home}work/?owner=999999"))


def test_10_the_dialog_shows_two_invoices_before_anything_is_raised(office, home, items):
    page = text_of(office.get(f"{home}work/completion/", {"items": items}))

    assert "Mark 3 items as completed?" in page
    assert "2 draft invoices, £290.00" in page
    assert "£230.00" in page
    assert not Invoice.objects.across_practices().exists()


def test_10_marked_together_they_give_one_invoice_for_each_proposal(office, home, items, north_vale):
    page = after(office, office.post(f"{home}work/completion/", {"items": items}))

    assert "2 invoices are raised" in page
    assert sorted(Invoice.objects.for_practice(north_vale).values_list("total", flat=True)) == [60, 230]


def test_completing_twice_raises_nothing_more(office, home, items, north_vale):
    office.post(f"{home}work/completion/", {"items": items})
    office.post(f"{home}work/completion/", {"items": items})

    assert Invoice.objects.for_practice(north_vale).count() == 2


def test_completing_nothing_explains_itself(office, home):
    assert "None of the chosen work is open" in after(office, office.post(f"{home}work/completion/"))


def test_a_completion_can_be_undone_until_its_invoice_is_sent(office, home, items, north_vale):
    office.post(f"{home}work/completion/", {"items": items[2:]})
    invoice = Invoice.objects.for_practice(north_vale).get()

    assert "the work is open again" in after(office, office.post(f"{home}work/undo/?invoices={invoice.pk}"))
    assert WorkItem.objects.for_practice(north_vale).open().count() == 3


def test_a_completion_whose_invoice_was_sent_stays(office, home, items, north_vale):
    office.post(f"{home}work/completion/", {"items": items[2:]})
    invoice = Invoice.objects.for_practice(north_vale).get()
    invoices.record_posted(invoice=invoice, reference="x-1", number="", url="", at=IN_SEPTEMBER)

    assert "is in the ledger already" in after(office, office.post(f"{home}invoices/{invoice.pk}/undo/"))


def test_a_completion_of_which_one_invoice_was_sent_stays_whole(office, home, items, north_vale):
    office.post(f"{home}work/completion/", {"items": items})
    first, last = Invoice.objects.for_practice(north_vale).order_by("pk")
    invoices.record_posted(invoice=last, reference="x-1", number="", url="", at=IN_SEPTEMBER)

    page = after(office, office.post(f"{home}work/undo/?invoices={first.pk},{last.pk}"))

    first.refresh_from_db()
    assert "is in the ledger already" in page
    assert not first.is_cancelled
    assert not WorkItem.objects.for_practice(north_vale).open().exists()


def test_only_completed_work_is_undone(office, home, bell_bakery):
    agreed = terms("Company formation", "250.00", "once_acceptance")
    make_engagement(bell_bakery, [agreed], starts_on=None, at=IN_SEPTEMBER)
    invoice = Invoice.objects.for_practice(bell_bakery.practice).get()

    assert "did not come from work" in after(office, office.post(f"{home}invoices/{invoice.pk}/undo/"))


def test_an_apprentice_proposes_and_may_not_complete(tess, home, items, north_vale):
    assert "Propose as done" in text_of(tess.get(f"{home}work/"))
    tess.post(f"{home}work/proposed/", {"items": items[:1]})

    assert tess.post(f"{home}work/completion/", {"items": items}).status_code == 403
    assert WorkItem.objects.for_practice(north_vale).get(pk=items[0]).proposed_by.name == "Tess Okafor"


def test_work_of_another_practice_cannot_be_completed(office, home):
    stranger = make_client(make_practice("Other & Co"), "Stranger")
    foreign = work.add_ad_hoc(
        practice=stranger.practice, client=stranger, name="Letter", amount=10, by=None, at=IN_SEPTEMBER
    )

    office.post(f"{home}work/completion/", {"items": [foreign.pk]})

    assert not Invoice.objects.across_practices().exists()


def test_ad_hoc_work_is_added_by_an_admin(office, home, bell_bakery):
    values = {"client": bell_bakery.pk, "name": "Mortgage reference", "amount": "75.00"}

    assert "Mortgage reference" in after(office, office.post(f"{home}work/new/", values))


def test_ad_hoc_work_without_a_fee_is_refused_and_what_was_typed_stays(office, home, bell_bakery):
    page = text_of(office.post(f"{home}work/new/", {"client": bell_bakery.pk, "name": "A letter", "amount": "0"}))

    assert "The fee must be more than nothing" in page
    assert "A letter" in page


def test_the_clients_own_tab_shows_its_work_alone(office, home, items, bell_bakery):
    page = text_of(office.get(f"{home}clients/{bell_bakery.pk}/work/"))

    assert "£150.00" in page
    assert "£60.00" not in page


def test_60_pieces_of_work_ask_no_more_of_the_database_than_5(office, home, north_vale, bell_bakery):
    def count():
        with CaptureQueriesContext(connection) as queries:
            office.get(f"{home}work/")
        return len(queries)

    def add(number):
        for _ in range(number):
            work.add_ad_hoc(practice=north_vale, client=bell_bakery, name="Letter", amount=10, by=None, at=IN_SEPTEMBER)

    add(5)
    count()
    few = count()
    add(45)
    assert count() == few


def test_what_is_no_id_in_an_address_finds_nothing(office, home):
    """Digits of other scripts, and numbers that no database holds."""
    assert office.get(f"{home}work/", {"owner": "²"}).status_code == 200
    assert office.get(f"{home}work/", {"owner": "9" * 30}).status_code == 200
    assert office.post(f"{home}work/proposed/", {"items": ["²", "9" * 30]}).status_code == 302


@pytest.mark.parametrize("page", ["work/?q=%00", "invoices/?q=A%00"])
def test_a_nul_in_what_is_searched_for_is_left_out(page, office, home):
    """PostgreSQL refuses it."""
    assert office.get(home + page).status_code == 200
