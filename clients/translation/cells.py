"""From the cells of a row to the values of a client. Pure.

An empty cell says nothing: it never erases what is known. A formula is refused, never stored.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clients.models import Client
from clients.records import company_number_key, days_of, name_key, plain_cell

FORMULA = re.compile(r"\s*(?:[=@]|[+\-]\s*[A-Za-z\"'(].*[(|!])")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
POSTAL = ("addressline1", "addressline2", "addressline3", "addressline4", "city", "region", "postalcode", "country")
LIMITS = {
    "name": 255,
    "trading_name": 255,
    "company_number": 20,
    "contact_name": 200,
    "email": 254,
    "phone": 40,
    "address": 1000,
    "vat_number": 30,
    "group": 200,
    "notes": 10_000,
}
LABELS = {field: field.replace("_", " ") for field in LIMITS} | {"email": "e-mail", "vat_number": "VAT number"}
TYPES = {label.lower(): value for value, label in Client.Type.choices} | {value: value for value in Client.Type.values}
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
TEMPLATE_FIELDS = {
    "name": "name",
    "trading_name": "tradingname",
    "company_number": "companynumber",
    "contact_name": "contactname",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "vat_number": "vatnumber",
    "group": "group",
    "notes": "notes",
}


class Problem(Exception):
    """Why a row cannot be used; str() is shown beside it."""


def read_values(row: Mapping[str, str], *, is_xero: bool) -> dict[str, Any]:
    """The values that the row gives, checked. Raises Problem."""
    cells = {column: _clean(column, cell) for column, cell in row.items()}
    values = _from_xero(cells) if is_xero else _from_template(cells)
    values = {field: value for field, value in values.items() if value not in ("", None, [])}
    _check_lengths(values)
    if not name_key(values.get("name", "")):
        raise Problem("There is no name. Every client needs one.")
    if number := values.get("company_number"):
        values["company_number"] = company_number_key(number)
    _check(values)
    return values


def _clean(column: str, cell: str) -> str:
    if not cell:
        return ""
    if FORMULA.match(cell):
        raise Problem(f"The cell “{column}” holds a formula ({cell.strip()[:40]}). Put its result there instead.")
    return CONTROL.sub("", plain_cell(cell)).strip()


def _from_xero(cells: Mapping[str, str]) -> dict[str, Any]:
    person = " ".join(filter(None, (cells.get("firstname"), cells.get("lastname"))))
    name = cells.get("contactname", "")
    return {
        "name": name,
        "company_number": cells.get("companynumber"),
        "contact_name": person or cells.get("poattentionto"),
        "email": (cells.get("emailaddress") or cells.get("person1email") or "").lower(),
        "phone": cells.get("phonenumber") or cells.get("mobilenumber") or cells.get("ddinumber"),
        "address": _address(cells, "po") or _address(cells, "sa"),
        "vat_number": cells.get("taxnumber"),
        "likely_type": _likely_type(name, cells.get("legalname", ""), cells.get("companynumber", "")),
    }


def _address(cells: Mapping[str, str], kind: str) -> str:
    return "\n".join(filter(None, (cells.get(f"{kind}{part}") for part in POSTAL)))


def _likely_type(name: str, legal_name: str, number: str) -> str:
    """Xero does not say what a contact is; its name or number often does. Used for new clients only."""
    words = set(re.sub(r"[^a-z ]", "", f"{name} {legal_name}".lower()).split())
    if "llp" in words or number.upper().startswith(("OC", "SO")):
        return Client.Type.LLP
    if words & {"ltd", "limited", "plc", "cic", "cyf"} or number:
        return Client.Type.LIMITED_COMPANY
    return Client.Type.TRUST if "trust" in words else Client.Type.OTHER


def _from_template(cells: Mapping[str, str]) -> dict[str, Any]:
    plain: dict[str, Any] = {field: cells.get(column) for field, column in TEMPLATE_FIELDS.items()}
    return plain | {
        "email": (cells.get("email") or "").lower(),
        "id": _whole(cells.get("clientid"), "Client ID", 10**15),
        "type": _type(cells.get("type")),
        "year_end_day": _whole(cells.get("yearendday"), "year end day", 31),
        "year_end_month": _month(cells.get("yearendmonth")),
        "owner_name": cells.get("owner"),
        "tags": _tags((cells.get("tags") or "").split(",")),
    }


def _whole(text: str | None, label: str, most: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise Problem(f"The {label} “{text[:30]}” is not a number that fits here.")
    return int(text)


def _type(text: str | None) -> str | None:
    if text and text.lower() not in TYPES:
        raise Problem(f"The type “{text[:40]}” is none of ours: {', '.join(Client.Type.labels)}.")
    return TYPES[text.lower()] if text else None


def _month(text: str | None) -> int | None:
    return MONTHS.get((text or "")[:3].lower()) or _whole(text, "year end month", 12)


def _tags(names: Iterable[str]) -> list[str]:
    tags = sorted({name.strip() for name in names} - {""})
    if any(len(name) > 60 for name in tags):
        raise Problem("A tag has at most 60 characters.")
    return tags


def _check_lengths(values: Mapping[str, Any]) -> None:
    """First of all: what follows looks at every letter of a text more than once."""
    for field, most in LIMITS.items():
        if len(values.get(field, "")) > most:
            raise Problem(f"The {LABELS[field]} has {len(values[field]):,} characters and {most:,} fit.")


def _check(values: Mapping[str, Any]) -> None:
    if email := values.get("email"):
        try:
            validate_email(email)
        except ValidationError as error:
            raise Problem(f"“{email[:80]}” is not an e-mail address.") from error
    if ("year_end_day" in values) != ("year_end_month" in values):
        raise Problem("A year end needs both a day and a month, or neither.")
    if values.get("year_end_day", 1) > days_of(values.get("year_end_month", 1)):
        raise Problem("The year end is a day that its month does not have.")
