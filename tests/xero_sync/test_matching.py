"""Who is likely to be whom: certain and unique links by itself, everything else is suggested with a reason."""

import pytest

from xero_sync.matching import Side, matches, side, suggestion


def contact(id: int, name: str, **facts: object) -> Side:  # as in `side`
    return side(id, name, **facts)  # type: ignore[arg-type]  # facts of a side


BELL = side(1, "Bell Bakery", company_number="1234567", email="a@bell.example")


def linked(*contacts: Side, client: Side = BELL) -> list[tuple[int, str]]:
    return [(link.contact_id, link.how) for link in matches([client], contacts).links]


def test_the_same_company_number_links_whatever_the_name() -> None:
    assert linked(contact(7, "B.B. Trading", company_number="01234567")) == [(7, "Same company number")]


def test_two_contacts_with_the_number_are_not_unique() -> None:
    twins = [contact(7, "Bell Bakery", company_number="1234567"), contact(8, "Bell (Leeds)", company_number="1234567")]

    assert linked(*twins) == []


def test_an_archived_contact_with_the_number_is_a_twin_too_and_never_linked_itself() -> None:
    archived = contact(8, "Bell Bakery", company_number="1234567", is_usable=False)

    assert linked(archived) == []
    assert linked(archived, contact(7, "Bell Bakery", company_number="1234567")) == []


def test_name_and_email_link_when_nothing_of_that_name_stands_beside() -> None:
    assert linked(contact(7, "BELL BAKERY LIMITED", email="A@bell.example")) == [(7, "Same name and e-mail address")]
    assert linked(contact(7, "Bell Bakery", email="a@bell.example"), contact(8, "Bell Bakery (old)")) == []


def test_another_company_number_forbids_a_link_by_name_and_email() -> None:
    assert linked(contact(7, "Bell Bakery Ltd", email="a@bell.example", company_number="7654321")) == []


@pytest.mark.parametrize("facts", [{}, {"address": "LS1 4AP"}, {"email": "other@bell.example"}])
def test_a_name_alone_never_links(facts: dict[str, str]) -> None:
    client = side(1, "Bell Bakery", email="a@bell.example", address="1 High Street, Leeds LS1 4AP")

    assert linked(contact(7, "Bell Bakery Ltd", **facts), client=client) == []


def test_a_contact_marked_as_not_to_be_used_is_not_linked() -> None:
    assert linked(contact(7, "Bell Bakery - do not use", company_number="1234567")) == []


def test_two_clients_cannot_claim_one_contact() -> None:
    other = side(2, "Bell Bakery", email="a@bell.example")
    found = matches([side(1, "Bell Bakery", email="a@bell.example"), other], [contact(7, "Bell Bakery")])

    assert found.links == ()


def test_city_limo_is_suggested_as_city_limousines_first() -> None:
    contacts = [contact(1, "City Agency"), contact(2, "City Limousines"), contact(3, "Limo Hire"), contact(4, "CITY")]

    found = matches([side(9, "CITY LIMO")], contacts)

    assert found.links == ()
    assert found.suggestions[9][0].contact_id == 2


def test_an_active_contact_is_suggested_before_its_archived_twin() -> None:
    """Example 22."""
    contacts = [contact(1, "Bell Bakery", is_usable=False), contact(2, "Bell Bakery Ltd")]

    first, second = matches([side(9, "Bell Bakery")], contacts).suggestions[9]

    assert (first.contact_id, second.contact_id) == (2, 1)
    assert "archived" in second.reason


def test_at_most_five_are_suggested_and_strangers_are_not() -> None:
    contacts = [contact(number, f"Bell Bakery {number}") for number in range(9)]
    contacts.append(contact(99, "Quayside Fish Bar"))

    found = matches([side(1, "Bell Bakery")], contacts).suggestions[1]

    assert len(found) == 5
    assert 99 not in {one.contact_id for one in found}


def test_a_suggestion_says_why() -> None:
    likely = suggestion(BELL, contact(7, "Bell Bakery Ltd", email="a@bell.example"))
    unlikely = suggestion(BELL, contact(7, "Bell Bakery Ltd", company_number="7654321"))

    assert (likely.score, likely.reason) == (99, "Same name, same e-mail address")
    assert unlikely.score <= 55
    assert "another company number" in unlikely.reason


def test_a_mailbox_of_a_great_provider_says_nothing() -> None:
    ours = side(1, "Rook", email="rook@gmail.com")

    assert "domain" not in suggestion(ours, contact(7, "Crow", email="crow@gmail.com")).reason


def test_the_trading_name_counts() -> None:
    client = side(1, "Halden Holdings Ltd", trading_name="The Mill Race")

    assert matches([client], [contact(7, "Mill Race Limited")]).suggestions[1][0].contact_id == 7
