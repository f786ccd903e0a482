"""What a client is made of, and the keys by which the same firm is known again. Pure."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from clients.models import Client, Membership

LEGAL_FORMS = (
    "LIMITED LIABILITY PARTNERSHIP",
    "PUBLIC LIMITED COMPANY",
    "COMMUNITY INTEREST COMPANY",
    "CHARITABLE INCORPORATED ORGANISATION",
    "CWMNI CYFYNGEDIG CYHOEDDUS",
    "LIMITED PARTNERSHIP",
    "LIMITED COMPANY",
    "CYFYNGEDIG",
    "LIMITED",
    "LTD",
    "LLP",
    "PLC",
    "CIC",
    "CIO",
    "LP",
    "CYF",
    "CCC",
)
TRADING_AS = re.compile(r"\s(?:T\s?/\s?A|TRADING AS)\s.*")
BRACKETED_NOTE = re.compile(
    r"[\[(][^\])]*\b(?:ARCHIVED|OLD|DO NOT USE|DUPLICATE|CLOSED|INACTIVE|DELETED)\b[^\])]*[\])]"
)
TRAILING_NOTE = re.compile(r"\s-+\s*(?:ARCHIVED|OLD|DO NOT USE|DUPLICATE|CLOSED|INACTIVE|DELETED)\s*$")
APOSTROPHES = re.compile(r"['’‘`.]")
PUNCTUATION = re.compile(r"[^\w ]|_")
SPACES = re.compile(r"\s+")
COMPANY_NUMBER = re.compile(r"([A-Z]{0,2})(\d{1,8})")


@lru_cache(maxsize=20_000)
def name_key(text: str) -> str:
    """The name by which a firm is recognised: "The Café & Bar (UK) Ltd." and "THE CAFE AND BAR UK LIMITED" are one.

    Upper case without accents, & as AND, no brackets, no "t/a …", no punctuation, no legal form, single spaces. A name
    that is nothing but a legal form keeps it, so that a key is empty only where the name has no letter or figure.
    """
    plain = text.upper() if text.isascii() else _without_accents(text.upper())
    plain = TRAILING_NOTE.sub("", BRACKETED_NOTE.sub(" ", SPACES.sub(" ", plain)))
    plain = TRADING_AS.sub("", f" {plain} ")
    words = PUNCTUATION.sub(" ", APOSTROPHES.sub("", plain.replace("&", " AND ")))
    return _without_legal_form(_without_article(SPACES.sub(" ", words).strip()))[:255]


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _without_article(name: str) -> str:
    """Companies House files "The Bell Bakery" as "BELL BAKERY LIMITED(THE)"."""
    short = name.removesuffix(" THE").removeprefix("THE ")
    return short or name


def _without_legal_form(name: str) -> str:
    for form in LEGAL_FORMS:
        if name.endswith(f" {form}"):
            name = name.removesuffix(f" {form}")
            break
    return f"{name.removesuffix(' COMPANY')} CO" if name.endswith(" COMPANY") else name


def company_number_key(text: str) -> str:
    """A company number as Companies House writes it: 8 characters, its leading zeros back ("6230514" → "06230514").

    What does not look like one is kept in capitals without spaces: a foreign register's number is a number too.
    """
    number = re.sub(r"[\s.\-/]", "", text.upper())
    found = COMPANY_NUMBER.fullmatch(number)
    if not found or len(number) > 8:
        return number
    prefix, figures = found.groups()
    return prefix + figures.zfill(8 - len(prefix))


def days_of(month: int) -> int:
    """How many days a year end may count in this month: 29 in February."""
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """Text that a spreadsheet shows instead of running it: an apostrophe before =, +, -, @, tab and return."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(RISKY) else text


def plain_cell(text: str) -> str:
    """The way back from `safe_cell`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(RISKY) else text


def token_hash(token: str) -> str:
    """How a secret token is stored: its SHA-256 in hex. Tokens have 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class ClientValues:
    """Everything about a client that a person may type."""

    name: str
    type: str = Client.Type.LIMITED_COMPANY
    trading_name: str = ""
    company_number: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    vat_number: str = ""
    year_end_month: int | None = None
    year_end_day: int | None = None
    owner: Membership | None = None
    group: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()


FIELD_LABELS = {
    "name": "name",
    "type": "type",
    "trading_name": "trading name",
    "company_number": "company number",
    "contact_name": "contact name",
    "email": "e-mail",
    "phone": "phone",
    "address": "address",
    "vat_number": "VAT number",
    "year_end_month": "year end",
    "year_end_day": "year end",
    "owner": "owner",
    "group": "group",
    "notes": "notes",
}
