"""Matching, measured on real names. The data lies beside the project; without it these tests are skipped."""

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from xero_sync.matching import Side, matches, side

DATA = Path(os.environ.get("MATCHING_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the matching data is not at {DATA}")


def rows(name: str) -> list[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    return rows("xero_contacts_truth.csv")


@pytest.fixture(scope="module")
def contacts() -> list[Side]:
    return [
        side(
            position,
            row["*ContactName"],
            company_number=row["CompanyNumber"],
            email=row["EmailAddress"],
            address=row["POPostalCode"],
        )
        for position, row in enumerate(rows("xero_contacts_export.csv"))
    ]


@pytest.fixture(scope="module")
def clients(truth: list[dict[str, Any]]) -> list[Side]:
    numbers = {row["client_number"] for row in truth if row["client_number"]}
    companies = [row for row in rows("uk_companies.csv") if row["number"] in numbers]
    return [
        side(int_of(row["number"]), row["name"], company_number=row["number"], address=row["postcode"])
        for row in companies
    ]


def int_of(number: str) -> int:
    return int.from_bytes(number.encode(), "big")


def test_not_one_contact_is_linked_wrongly_by_itself(
    clients: list[Side], contacts: list[Side], truth: list[dict[str, Any]]
) -> None:
    found = matches(clients, contacts)

    wrong = [link for link in found.links if int_of(truth[link.contact_id]["client_number"]) != link.client_id]
    assert wrong == []
    assert len(found.links) >= 45


def test_the_right_contact_is_among_the_first_three_suggestions(
    clients: list[Side], contacts: list[Side], truth: list[dict[str, Any]]
) -> None:
    found = matches(clients, contacts)
    linked = {link.client_id for link in found.links}
    ours = {row["client_number"] for row in truth if row["is_client"] == "1" and "unlike" not in row["how"]}
    wanted = {int_of(number) for number in ours} - linked

    right = {
        client_id
        for client_id in wanted
        for one in found.suggestions.get(client_id, ())[:3]
        if int_of(truth[one.contact_id]["client_number"]) == client_id
    }
    assert len(right) >= 0.97 * len(wanted)


def test_equal_names_of_different_companies_are_never_linked() -> None:
    for number, row in enumerate(rows("same_name_different_company.csv")):
        client = side(number, row["left"], company_number=row["left_number"], address=row["left_postcode"])
        without = side(1, row["right"], address=row["right_postcode"])
        other = side(2, row["right"], company_number=row["right_number"], address=row["right_postcode"])

        assert matches([client], [without]).links == ()
        assert matches([client], [other]).links == ()
