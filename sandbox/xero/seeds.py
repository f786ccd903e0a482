"""The organisations, people and books the sandbox starts with, and the loading of more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sandbox.xero.records import (
    Account,
    Category,
    Contact,
    Json,
    Option,
    Organisation,
    TaxRate,
    Theme,
    User,
    stable_id,
)

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
NORTH_AND_VALE = "70000000-0000-4000-8000-000000000001"
VALE_TRUSTEES = "70000000-0000-4000-8000-000000000002"
PRACTICE = "70000000-0000-4000-8000-000000000003"

CONTACTS: list[Json] = [
    {"Name": "City Limousines", "EmailAddress": "accounts@citylimousines.example", "ContactNumber": "CL-001"},
    {"Name": "City Agency", "EmailAddress": "hello@cityagency.example", "ContactNumber": "CL-002"},
    {"Name": "Bell Bakery", "EmailAddress": "a@bell.example", "ContactStatus": "ARCHIVED"},
    {"Name": "Bell Bakery Ltd", "EmailAddress": "a@bell.example", "ContactNumber": "CL-003"},
    {"Name": "Abbey Gate Dental", "EmailAddress": "practice@abbeygate.example", "ContactNumber": "CL-004"},
    {"Name": "Alder & Wren Architects", "EmailAddress": "studio@alderwren.example"},
    {"Name": "Beacon Joinery Ltd", "EmailAddress": "office@beaconjoinery.example", "ContactNumber": "CL-006"},
    {"Name": "Blue Heron Travel", "EmailAddress": "books@blueheron.example"},
    {"Name": "Café Étoile", "EmailAddress": "bonjour@cafeetoile.example", "ContactNumber": "CL-008"},
    {"Name": "Carrow Lane Pharmacy", "EmailAddress": "owner@carrowlane.example"},
    {"Name": "Copperfield Plumbing", "EmailAddress": "copper@field.example", "ContactNumber": "CL-010"},
    {"Name": "Copperfield Plumbing and Heating", "MergedInto": "Copperfield Plumbing"},
    {"Name": "Dunmore Physiotherapy", "EmailAddress": "clinic@dunmore.example"},
    {"Name": "Eastgate Motors Limited", "EmailAddress": "accounts@eastgate.example", "ContactNumber": "CL-012"},
    {"Name": "Fern Hollow Nurseries", "EmailAddress": "fern@hollow.example"},
    {"Name": "Garnet Street Films", "EmailAddress": "production@garnet.example"},
    {"Name": "Halcyon Yoga LLP", "EmailAddress": "studio@halcyon.example", "ContactNumber": "CL-015"},
    {"Name": "Ironbridge Cycles", "EmailAddress": "shop@ironbridge.example"},
    {"Name": "Juniper & Co Solicitors", "EmailAddress": "partners@juniper.example", "ContactNumber": "CL-017"},
    {"Name": "Kestrel Scaffolding", "EmailAddress": "yard@kestrel.example"},
    {"Name": "Larkfield Nursery School", "EmailAddress": "bursar@larkfield.example"},
    {"Name": "Mill Race Brewing Co", "EmailAddress": "cellar@millrace.example", "ContactNumber": "CL-020"},
    {"Name": "Northlight Lettings", "EmailAddress": "desk@northlight.example"},
    {"Name": "Orchard View Care Home", "EmailAddress": "matron@orchardview.example"},
    {"Name": "Pemberton Haulage", "EmailAddress": "depot@pemberton.example", "ContactNumber": "CL-023"},
    {"Name": "Quayside Fish Bar", "EmailAddress": "fry@quayside.example"},
    {"Name": "Rowan Tree Publishing", "EmailAddress": "desk@rowantree.example"},
]
ACCOUNTS: list[Json] = [
    {"Code": "090", "Name": "Business current account", "Type": "BANK", "Class": "ASSET", "TaxType": "NONE"},
    {"Code": "200", "Name": "Fees"},
    {"Code": "210", "Name": "Recurring fees"},
    {"Code": "220", "Name": "One-off fees"},
    {"Code": "260", "Name": "Other income", "Type": "OTHERINCOME"},
    {"Code": "299", "Name": "Fees before 2024", "Status": "ARCHIVED"},
    {"Code": "400", "Name": "Software", "Type": "EXPENSE", "Class": "EXPENSE", "TaxType": "INPUT2"},
    {
        "Code": "610",
        "Name": "Accounts receivable",
        "Type": "CURRENT",
        "Class": "ASSET",
        "TaxType": "NONE",
        "SystemAccount": "DEBTORS",
    },
]
THEMES: list[Json] = [{"Name": "Standard"}, {"Name": "Advisory"}, {"Name": "Adfin"}]
TRACKING: list[Json] = [
    {"Name": "Partner", "Options": [{"Name": "A"}, {"Name": "B"}, {"Name": "C"}]},
    {
        "Name": "Dept",
        "Options": [
            {"Name": "Bookkeeping"},
            {"Name": "Tax"},
            {"Name": "Payroll"},
            {"Name": "Audit", "Status": "ARCHIVED"},
        ],
    },
]
TAX_RATES = (
    ("OUTPUT2", "20% (VAT on Income)", "20", True),
    ("RROUTPUT", "5% (VAT on Income)", "5", True),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "0", True),
    ("EXEMPTOUTPUT", "Exempt Income", "0", True),
    ("NONE", "No VAT", "0", True),
    ("INPUT2", "20% (VAT on Expenses)", "20", False),
)


def plant_defaults(organisations: dict[str, Organisation], users: dict[str, User]) -> None:
    books = {"Contacts": CONTACTS, "Accounts": ACCOUNTS, "BrandingThemes": THEMES, "TrackingCategories": TRACKING}
    trustees = {
        "Contacts": [{"Name": "Vale Family Settlement", "EmailAddress": "trust@vale.example"}],
        "Accounts": ACCOUNTS,
        "BrandingThemes": THEMES[:1],
    }
    practice = {"TenantID": PRACTICE, "Name": "North & Vale (practice)", "TenantType": "PRACTICE"}
    seed: Json = {
        "Organisations": [
            {"TenantID": NORTH_AND_VALE, "Name": "North & Vale Accountants", "ShortCode": "!Nv1x2", **books},
            {"TenantID": VALE_TRUSTEES, "Name": "Vale Trustees Ltd", "ShortCode": "!Vt3y4", **trustees},
            practice,
        ],
        "Users": [
            {
                "Name": "Olive North",
                "EmailAddress": "olive@northvale.example",
                "Tenants": [NORTH_AND_VALE, VALE_TRUSTEES, PRACTICE],
            },
            {"Name": "Newt Vale", "EmailAddress": "newt@northvale.example", "Tenants": []},
        ],
    }
    plant(seed, organisations, users, BEGAN)


def plant(seed: Json, organisations: dict[str, Organisation], users: dict[str, User], at: datetime) -> dict[str, int]:
    """Add or replace what the seed names. Without Organisations it is about the first organisation."""
    entries = list(seed.get("Organisations", []))
    if not entries and seed:
        entries = [{**seed, "TenantID": seed.get("TenantID", NORTH_AND_VALE)}]
    counts: dict[str, int] = {}
    for entry in entries:
        organisation = organisation_of(entry, organisations)
        for name, add in PLANTERS.items():
            for item in entry.get(name, []):
                add(organisation, item, at)
                counts[name] = counts.get(name, 0) + 1
    for entry in seed.get("Users", []):
        add_user(entry, users)
    return counts


def organisation_of(entry: Json, organisations: dict[str, Organisation]) -> Organisation:
    tenant_id = str(entry.get("TenantID") or stable_id("tenant", entry["Name"])).lower()
    organisation = organisations.get(tenant_id)
    if organisation is None:
        organisation = Organisation(tenant_id, str(entry["Name"]), type=entry.get("TenantType", "ORGANISATION"))
        organisation.tax_rates = [TaxRate(kind, name, Decimal(rate), sold) for kind, name, rate, sold in TAX_RATES]
        organisations[tenant_id] = organisation
    organisation.name = entry.get("Name", organisation.name)
    organisation.short_code = entry.get("ShortCode", organisation.short_code)
    organisation.currencies = entry.get("Currencies", organisation.currencies)
    organisation.approval_limit = entry.get("ApprovalLimit", organisation.approval_limit)
    if entry.get("PeriodLockDate"):
        organisation.period_lock = date.fromisoformat(entry["PeriodLockDate"])
    return organisation


def add_contact(organisation: Organisation, item: Json, at: datetime) -> Contact:
    name = str(item["Name"])
    ident = str(item.get("ContactID") or stable_id(organisation.tenant_id, "contact", name))
    merged = item.get("MergedInto")
    contact = Contact(
        contact_id=ident,
        name=name,
        updated_at=at,
        status="ARCHIVED" if merged else item.get("ContactStatus", "ACTIVE"),
        number=item.get("ContactNumber"),
        account_number=item.get("AccountNumber"),
        email=item.get("EmailAddress"),
        merged_to=stable_id(organisation.tenant_id, "contact", merged) if merged else None,
        details={k: item[k] for k in ("FirstName", "LastName", "CompanyNumber", "Addresses", "Phones") if k in item},
    )
    organisation.contacts[ident] = contact
    return contact


def add_account(organisation: Organisation, item: Json, at: datetime) -> None:
    code = str(item["Code"])
    account = Account(
        account_id=stable_id(organisation.tenant_id, "account", code),
        code=code,
        name=str(item.get("Name", code)),
        type=item.get("Type", "REVENUE"),
        klass=item.get("Class", "REVENUE"),
        tax_type=item.get("TaxType", "OUTPUT2"),
        updated_at=at,
        status=item.get("Status", "ACTIVE"),
        system=item.get("SystemAccount"),
    )
    organisation.accounts = [a for a in organisation.accounts if a.code != code] + [account]


def add_theme(organisation: Organisation, item: Json, at: datetime) -> None:
    name = str(item["Name"])
    others = [theme for theme in organisation.themes if theme.name != name]
    ident = stable_id(organisation.tenant_id, "theme", name)
    organisation.themes = [*others, Theme(ident, name, item.get("SortOrder", len(others)), at)]


def add_category(organisation: Organisation, item: Json, at: datetime) -> None:
    name = str(item["Name"])
    options = [
        Option(stable_id(organisation.tenant_id, "option", name, o["Name"]), o["Name"], o.get("Status", "ACTIVE"))
        for o in item.get("Options", [])
    ]
    ident = stable_id(organisation.tenant_id, "category", name)
    others = [category for category in organisation.categories if category.name != name]
    organisation.categories = [*others, Category(ident, name, options, item.get("Status", "ACTIVE"))]


def add_user(entry: Json, users: dict[str, User]) -> None:
    email = str(entry["EmailAddress"])
    ident = stable_id("user", email)
    users[ident] = User(ident, str(entry.get("Name", email)), email, list(entry.get("Tenants", [])))


PLANTERS: dict[str, Callable[[Organisation, Json, datetime], Any]] = {
    "Contacts": add_contact,
    "Accounts": add_account,
    "BrandingThemes": add_theme,
    "TrackingCategories": add_category,
}
