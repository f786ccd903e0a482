from tests.sandbox.conftest import Xero


def test_the_organisation_tells_country_currency_and_lock_date(books: Xero) -> None:
    books.control("lock", date="2026-09-30")
    organisation = books.get("Organisation")["Organisations"][0]
    assert organisation["Name"] == "North & Vale Accountants"
    assert (organisation["BaseCurrency"], organisation["CountryCode"]) == ("GBP", "GB")
    assert organisation["PeriodLockDate"] == "/Date(1790726400000+0000)/"


def test_the_organisation_tells_what_the_user_may_do(books: Xero) -> None:
    actions = {a["Name"]: a["Status"] for a in books.get("Organisation/Actions")["Actions"]}
    assert actions["CreateDraftInvoice"] == "ALLOWED"


def test_accounts_show_archived_and_system_ones(books: Xero) -> None:
    accounts = {a["Code"]: a for a in books.get("Accounts")["Accounts"]}
    assert accounts["200"]["Type"] == "REVENUE"
    assert accounts["299"]["Status"] == "ARCHIVED"
    assert accounts["610"]["SystemAccount"] == "DEBTORS"


def test_accounts_take_a_filter(books: Xero) -> None:
    found = books.get("Accounts", where='Class=="REVENUE" AND Status=="ACTIVE"')["Accounts"]
    assert [a["Code"] for a in found] == ["200", "210", "220", "260"]


def test_the_first_branding_theme_is_the_default(books: Xero) -> None:
    themes = books.get("BrandingThemes")["BrandingThemes"]
    assert [(t["Name"], t["SortOrder"]) for t in themes] == [("Standard", 0), ("Advisory", 1), ("Adfin", 2)]


def test_an_archived_theme_is_gone(books: Xero) -> None:
    books.control("themes/Advisory/archive")
    assert "Advisory" not in [t["Name"] for t in books.get("BrandingThemes")["BrandingThemes"]]


def test_archived_tracking_options_show_only_when_asked_for(books: Xero) -> None:
    def departments(**query: str) -> list[str]:
        categories = books.get("TrackingCategories", **query)["TrackingCategories"]
        return [o["Name"] for c in categories if c["Name"] == "Dept" for o in c["Options"]]

    assert departments() == ["Bookkeeping", "Tax", "Payroll"]
    assert departments(includeArchived="true") == ["Bookkeeping", "Tax", "Payroll", "Audit"]


def test_tax_rates_tell_what_they_apply_to(books: Xero) -> None:
    rates = {r["TaxType"]: r for r in books.get("TaxRates")["TaxRates"]}
    assert rates["OUTPUT2"]["EffectiveRate"] == 20.0
    assert rates["INPUT2"]["CanApplyToRevenue"] is False
