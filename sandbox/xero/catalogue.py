"""Organisation, accounts, branding themes, tracking, tax rates and currencies: read only."""

from __future__ import annotations

from sandbox.xero.call import Call
from sandbox.xero.filters import Fields, changed_since, where
from sandbox.xero.records import Account, Category, Json, Option, TaxRate, Theme
from sandbox.xero.wire import Answer, envelope, ms_date, not_found, without_nulls

ACCOUNT_FIELDS: Fields = {
    "accountid": lambda a: a.account_id,
    "code": lambda a: a.code,
    "name": lambda a: a.name,
    "type": lambda a: a.type,
    "class": lambda a: a.klass,
    "status": lambda a: a.status,
    "taxtype": lambda a: a.tax_type,
    "systemaccount": lambda a: a.system,
}


def organisation(call: Call) -> Answer:
    it = call.organisation
    shown = without_nulls(
        {
            "OrganisationID": it.tenant_id,
            "Name": it.name,
            "LegalName": it.name,
            "PaysTax": True,
            "Version": it.country if it.country != "GB" else "UK",
            "OrganisationType": "COMPANY",
            "BaseCurrency": it.currency,
            "CountryCode": it.country,
            "IsDemoCompany": False,
            "OrganisationStatus": "ACTIVE",
            "FinancialYearEndDay": 31,
            "FinancialYearEndMonth": 3,
            "PeriodLockDate": ms_date(it.period_lock) if it.period_lock else None,
            "EndOfYearLockDate": ms_date(it.year_lock) if it.year_lock else None,
            "Timezone": it.timezone,
            "ShortCode": it.short_code,
            "Class": "PREMIUM",
            "Edition": "BUSINESS",
        }
    )
    return Answer(200, envelope(call.at, Organisations=[shown]))


def actions(call: Call) -> Answer:
    """What this user may do here."""
    if call.key.lower() != "actions":
        raise not_found()
    names = ("UseMulticurrency", "CreateApprovedInvoice", "CreateDraftInvoice", "CreateContact")
    statuses = {"UseMulticurrency": "NOT-ALLOWED"}
    shown = [{"Name": name, "Status": statuses.get(name, "ALLOWED")} for name in names]
    return Answer(200, envelope(call.at, Actions=shown))


def accounts(call: Call) -> Answer:
    rows = [a for a in call.organisation.accounts if changed_since(call, a.updated_at)]
    found = sorted(where(call.query.text("where"), rows, ACCOUNT_FIELDS), key=lambda a: a.code)
    return Answer(200, envelope(call.at, Accounts=[account_shown(a) for a in found]))


def account(call: Call) -> Answer:
    found = next((a for a in call.organisation.accounts if call.key.lower() in (a.account_id, a.code.lower())), None)
    if found is None:
        raise not_found()
    return Answer(200, envelope(call.at, Accounts=[account_shown(found)]))


def account_shown(it: Account) -> Json:
    return without_nulls(
        {
            "AccountID": it.account_id,
            "Code": it.code,
            "Name": it.name,
            "Status": it.status,
            "Type": it.type,
            "TaxType": it.tax_type,
            "Class": it.klass,
            "SystemAccount": it.system,
            "EnablePaymentsToAccount": False,
            "ShowInExpenseClaims": False,
            "ReportingCode": "",
            "HasAttachments": False,
            "UpdatedDateUTC": ms_date(it.updated_at),
            "AddToWatchlist": False,
        }
    )


def themes(call: Call) -> Answer:
    return Answer(200, envelope(call.at, BrandingThemes=[theme_shown(t) for t in call.organisation.themes]))


def theme(call: Call) -> Answer:
    found = [theme_shown(t) for t in call.organisation.themes if t.theme_id == call.key.lower()]
    if not found:
        raise not_found()
    return Answer(200, envelope(call.at, BrandingThemes=found))


def theme_shown(it: Theme) -> Json:
    return {
        "BrandingThemeID": it.theme_id,
        "Name": it.name,
        "Type": "INVOICE",
        "SortOrder": it.sort_order,
        "CreatedDateUTC": ms_date(it.created_at),
    }


def categories(call: Call) -> Answer:
    with_archived = bool(call.query.flag("includeArchived"))
    rows = [c for c in call.organisation.categories if with_archived or c.status == "ACTIVE"]
    return Answer(200, envelope(call.at, TrackingCategories=[category_shown(c, with_archived) for c in rows]))


def category(call: Call) -> Answer:
    found = [category_shown(c, True) for c in call.organisation.categories if c.category_id == call.key.lower()]
    if not found:
        raise not_found()
    return Answer(200, envelope(call.at, TrackingCategories=found))


def category_shown(it: Category, with_archived: bool) -> Json:
    options = [option_shown(o) for o in it.options if with_archived or o.status == "ACTIVE"]
    return {"TrackingCategoryID": it.category_id, "Name": it.name, "Status": it.status, "Options": options}


def option_shown(it: Option) -> Json:
    return {"TrackingOptionID": it.option_id, "Name": it.name, "Status": it.status, "HasValidationErrors": False}


def tax_rates(call: Call) -> Answer:
    return Answer(200, envelope(call.at, TaxRates=[tax_rate_shown(r) for r in call.organisation.tax_rates]))


def tax_rate_shown(it: TaxRate) -> Json:
    return {
        "Name": it.name,
        "TaxType": it.tax_type,
        "Status": "ACTIVE",
        "TaxComponents": [{"Name": "VAT", "Rate": it.rate, "IsCompound": False, "IsNonRecoverable": False}],
        "CanApplyToAssets": True,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": not it.for_revenue or it.rate == 0,
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": it.for_revenue,
        "DisplayTaxRate": it.rate,
        "EffectiveRate": it.rate,
    }


def currencies(call: Call) -> Answer:
    return Answer(
        200, envelope(call.at, Currencies=[{"Code": c, "Description": c} for c in call.organisation.currencies])
    )
