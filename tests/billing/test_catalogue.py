from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from billing.models import InvoiceTemplate, LedgerAccount, PricingMenu, Service, TrackingCategory, TrackingOption
from billing.operations import catalogue
from billing.records import AccountRecord, CategoryRecord, OptionRecord, TemplateRecord
from clients.models import Practice, User
from tests.factories import make_practice, make_service, moment

NOW, LATER = moment(2026, 9, 15), moment(2026, 9, 16)
SALES = AccountRecord("a-1", "200", "Sales", is_sales=True, tax_name="20% (VAT on Income)", tax_rate=Decimal("20"))
PAYROLL = AccountRecord("a-2", "201", "Payroll sales", is_sales=True)


def codes(practice: Practice) -> list[str]:
    usable = LedgerAccount.objects.for_practice(practice).filter(is_archived=False, is_missing=False)
    return list(usable.values_list("code", flat=True))


def test_accounts_are_taken_over_changed_and_marked_missing_never_deleted(north_vale: Practice) -> None:
    catalogue.refresh_accounts(practice=north_vale, accounts=[SALES, PAYROLL], at=NOW)
    renamed = AccountRecord("a-1", "200", "Fees", is_sales=True)
    catalogue.refresh_accounts(practice=north_vale, accounts=[renamed], at=LATER)
    assert codes(north_vale) == ["200"]
    assert LedgerAccount.objects.for_practice(north_vale).get(external_id="a-1").name == "Fees"
    assert LedgerAccount.objects.for_practice(north_vale).get(external_id="a-2").is_missing
    catalogue.refresh_accounts(practice=north_vale, accounts=[SALES, PAYROLL], at=LATER)
    assert codes(north_vale) == ["200", "201"]


def test_another_practices_list_is_not_touched(north_vale: Practice) -> None:
    leeds = make_practice("Leeds Ledgers")
    catalogue.refresh_accounts(practice=leeds, accounts=[SALES], at=NOW)
    catalogue.refresh_accounts(practice=north_vale, accounts=[], at=NOW)
    catalogue.mark_all_missing(north_vale)
    assert codes(leeds) == ["200"]


def test_tracking_is_taken_over_with_its_options(north_vale: Practice) -> None:
    partner = CategoryRecord("c-1", "Partner", options=(OptionRecord("o-1", "A"), OptionRecord("o-2", "B")))
    catalogue.refresh_tracking(practice=north_vale, categories=[partner], at=NOW)
    fewer = CategoryRecord("c-1", "Partner", options=(OptionRecord("o-1", "A", is_archived=True),))
    catalogue.refresh_tracking(practice=north_vale, categories=[fewer], at=LATER)
    options = TrackingOption.objects.for_practice(north_vale).select_related("category").order_by("external_id")
    assert [(str(each), each.is_usable) for each in options] == [("Partner: A", False), ("Partner: B", False)]


def test_with_another_organisation_everything_of_the_former_is_missing(north_vale: Practice) -> None:
    catalogue.refresh_accounts(practice=north_vale, accounts=[SALES], at=NOW)
    catalogue.refresh_templates(practice=north_vale, templates=[TemplateRecord("t-1", "Standard")], at=NOW)
    catalogue.refresh_tracking(practice=north_vale, categories=[CategoryRecord("c-1", "Partner")], at=NOW)
    catalogue.mark_all_missing(north_vale)
    for model in (LedgerAccount, InvoiceTemplate, TrackingCategory):
        assert model.objects.for_practice(north_vale).get().is_missing


def test_activating_a_menu_archives_the_one_before(north_vale: Practice, priya: User) -> None:
    first = catalogue.create_menu(practice=north_vale, name="2026", starts_on=date(2026, 1, 1), by=priya, at=NOW)
    catalogue.activate_menu(menu=first, by=priya, at=NOW)
    catalogue.create_service(menu=first, values={"name": "Bookkeeping", "price": Decimal("200.00")}, by=priya, at=NOW)
    second = catalogue.duplicate_menu(menu=first, name="2027", starts_on=date(2027, 1, 1), by=priya, at=NOW)
    catalogue.activate_menu(menu=second, by=priya, at=LATER)
    first.refresh_from_db()
    assert (first.status, second.status) == (PricingMenu.Status.ARCHIVED, PricingMenu.Status.ACTIVE)
    assert [str(service) for service in second.services.all()] == ["Bookkeeping"]
    with pytest.raises(catalogue.ArchivedMenu):
        catalogue.create_service(menu=first, values={"name": "Payroll"}, by=priya, at=LATER)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "Bookkeeping"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "Payroll", "price": Decimal("-1")}, "price"),
        ({"name": "VAT return", "billing_method": "quarterly_advance", "has_alignment": True}, "has_alignment"),
        ({"name": "Payroll", "billing_method": "fortnightly"}, "billing_method"),
    ],
)
def test_a_service_that_does_not_fit_is_refused_by_field(
    north_vale: Practice, priya: User, values: dict[str, object], field: str
) -> None:
    menu = make_service(north_vale).menu
    with pytest.raises(ValidationError) as refused:
        catalogue.create_service(menu=menu, values=values, by=priya, at=NOW)
    assert list(refused.value.message_dict) == [field]


def test_an_archived_service_is_offered_no_more_and_its_name_is_free(north_vale: Practice, priya: User) -> None:
    service = make_service(north_vale)
    for at in (NOW, LATER):
        catalogue.archive_service(service=service, by=priya, at=at)
    assert service.archived_at == NOW
    catalogue.create_service(menu=service.menu, values={"name": "Bookkeeping"}, by=priya, at=LATER)
    assert Service.objects.for_practice(north_vale).on_offer().count() == 1
