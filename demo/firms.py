"""The firms of the demo. All of them, and the people, are invented."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

NAMES = (Path(__file__).parent / "firms.txt").read_text(encoding="utf-8").splitlines()

FIRST_NAMES = (
    "Ada",
    "Ben",
    "Cara",
    "Dev",
    "Edie",
    "Finn",
    "Greta",
    "Hugo",
    "Isla",
    "Joel",
    "Kit",
    "Lena",
    "Milo",
    "Pia",
)
LAST_NAMES = ("Ashdown", "Birch", "Carew", "Dell", "Eames", "Farrow", "Garland", "Hobbs", "Ingram", "Jessop", "Kemble")
TRADES = {
    "LLP": "llp",
    "Ltd": "limited_company",
    "CIC": "limited_company",
    "Trust": "trust",
    "Partnership": "partnership",
}


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented client: its name, kind, person, e-mail, company number and a small number to vary the rest by."""

    name: str
    type: str
    contact_name: str
    email: str
    company_number: str
    seed: int

    @property
    def price(self) -> Decimal:
        """A believable monthly fee: 75 to 590 pounds in steps of five."""
        return Decimal(75 + (self.seed * 37) % 104 * 5)


def _firm(seed: int, name: str) -> Firm:
    word = re.sub(r"[^a-z]", "", name.lower().split(" & ")[0].split()[0]) or "firm"
    kind = TRADES.get(name.split()[-1], "sole_trader")
    person = f"{FIRST_NAMES[seed % 14]} {LAST_NAMES[seed * 7 % 11]}"
    number = f"{7000000 + seed * 10711:08d}" if kind in ("llp", "limited_company") else ""
    return Firm(name, kind, person, f"accounts@{word}{seed}.example", number, seed)


FIRMS = tuple(_firm(seed, name) for seed, name in enumerate(NAMES, start=1))
