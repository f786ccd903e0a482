"""What the demo practice's Xero holds before Socket is connected: the sandbox's seed."""

from typing import Any

from demo.firms import FIRMS, Firm

ARCHIVED = "Fernhill Dental Practice Ltd"
MERGED = "Gannet Marine Services Ltd"
CLOSED = "Harrow & Pike Butchers"
SPLIT = "Knapweed Landscapes Ltd"
UNMATCHED = frozenset(
    {"CITY LIMO", "Marram Yoga Studio", "Sorrel & Sage Deli Ltd", "Bell Bakery", "Wickham Hedges Ltd"}
)
PARTNERS = ("Priya Sandhu", "Tess Okafor", "Callum Reid")
DEPARTMENTS = ("Accounts", "Bookkeeping", "Payroll", "Tax")

Json = dict[str, Any]


def _contact(firm: Firm) -> Json:
    """As a bookkeeper would have typed it: now and then without the legal form, or with `and` for `&`."""
    name = firm.name
    if firm.seed % 6 == 0:
        name = name.removesuffix(" Ltd").removesuffix(" LLP")
    if firm.seed % 10 == 5:
        name = name.replace("&", "and")
    contact: Json = {"Name": name, "EmailAddress": firm.email}
    if firm.company_number:
        contact["CompanyNumber"] = firm.company_number
    return contact


def seed() -> Json:
    """The body for the sandbox's `POST /_sandbox/seed`."""
    contacts = [_contact(firm) for firm in FIRMS if firm.name not in UNMATCHED]
    contacts.append({"Name": "Gannet Marine", "EmailAddress": "office@gannet.example"})
    contacts.append({"Name": "Wickham Hedging", "EmailAddress": "hello@wickham.example"})
    tracking = [
        {"Name": "Partner", "Options": [{"Name": name} for name in PARTNERS]},
        {"Name": "Dept", "Options": [{"Name": name} for name in DEPARTMENTS]},
    ]
    return {"Contacts": contacts, "TrackingCategories": tracking}
