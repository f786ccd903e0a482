"""Services & pricing through HTTP."""

import pytest

from billing.models import PricingMenu, Service
from clients.models import Role
from tests.billing.office import after, text_of
from tests.factories import log_in, make_account, make_member, make_option, make_practice, make_service


@pytest.fixture
def office(client, north_vale, priya):
    return log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def home(north_vale):
    return f"/p/{north_vale.slug}/services/"


def test_without_a_menu_the_page_says_what_to_do_first(office, home):
    assert "Make a menu" in text_of(office.get(home))


def test_a_menu_is_made_and_activated(office, home, north_vale):
    office.post(f"{home}menus/new/", {"name": "Prices 2026", "starts_on": "2026-04-01"})
    menu = PricingMenu.objects.for_practice(north_vale).get()

    office.post(f"{home}menus/{menu.pk}/activation/")

    menu.refresh_from_db()
    assert menu.is_active


def test_a_menu_is_duplicated_with_its_services(office, home, north_vale):
    menu = make_service(north_vale, "Payroll").menu

    page = after(office, office.post(f"{home}menus/{menu.pk}/copy/", {"name": "2027", "starts_on": "2027-01-01"}))

    assert "2027 holds the same services" in page
    assert "Payroll" in page


def test_a_service_is_added_with_everything_it_has(office, home, north_vale):
    menu = make_service(north_vale, "Payroll").menu
    account, option = make_account(north_vale), make_option(north_vale, "Dept: Accounts")
    values = {
        "name": "Annual accounts",
        "description": "Accounts and tax",
        "category": "Compliance",
        "price": "420.00",
        "billing_method": "monthly",
        "has_alignment": "on",
        "ledger_account": account.pk,
        "tracking_option": option.pk,
    }

    page = after(office, office.post(f"{home}menus/{menu.pk}/new/", values))

    assert "Annual accounts is in 2026" in page
    service = Service.objects.for_practice(north_vale).get(name="Annual accounts")
    assert (service.ledger_account, service.tracking_option, service.has_alignment) == (account, option, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "payroll"}, "is in this menu already"),
        ({"price": "-1"}, "A price cannot be less than nothing"),
        ({"has_alignment": "on", "billing_method": "weekly"}, "Only a monthly service can have an alignment fee"),
        ({"billing_method": "hourly"}, "Choose again from the list"),
    ],
)
def test_a_service_that_does_not_fit_is_refused_and_what_was_typed_stays(office, home, north_vale, change, sentence):
    menu = make_service(north_vale, "Payroll").menu
    values = {"name": "VAT return", "price": "10.00", "billing_method": "monthly", "description": "My words", **change}

    page = text_of(office.post(f"{home}menus/{menu.pk}/new/", values))

    assert sentence in page
    assert "My words" in page
    assert Service.objects.for_practice(north_vale).count() == 1


def test_an_archived_service_is_offered_no_more(office, home, north_vale):
    service = make_service(north_vale, "Payroll")

    assert "Payroll is no longer offered" in after(office, office.post(f"{home}{service.pk}/archive/"))
    assert not Service.objects.for_practice(north_vale).on_offer().exists()


def test_account_codes_are_set_for_a_whole_menu_on_one_page(office, home, north_vale):
    service, other = make_service(north_vale, "Payroll"), make_service(north_vale, "VAT return")
    account = make_account(north_vale, "210")

    office.post(f"{home}menus/{service.menu_id}/accounts/", {f"service_{service.pk}": account.pk})

    service.refresh_from_db()
    other.refresh_from_db()
    assert (service.ledger_account, other.ledger_account) == (account, None)


def test_the_service_of_another_practice_is_not_found(office, home):
    foreign = make_service(make_practice("Other & Co"), "Payroll")

    assert office.get(f"{home}{foreign.pk}/").status_code == 404
    assert office.post(f"{home}{foreign.pk}/archive/").status_code == 404


def test_an_account_of_another_practice_cannot_be_chosen(office, home, north_vale):
    service = make_service(north_vale, "Payroll")
    foreign = make_account(make_practice("Other & Co"))
    values = {"name": "Payroll", "price": "1", "billing_method": "monthly", "ledger_account": foreign.pk}

    assert "Choose again from the list" in text_of(office.post(f"{home}{service.pk}/", values))


def test_a_member_may_not_change_prices(client, home, north_vale):
    member = log_in(client, make_member(north_vale, Role.MEMBER, name="Alun Rees"))

    assert member.get(home).status_code == 403
