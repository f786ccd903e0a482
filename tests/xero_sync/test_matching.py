"""Which contact a client is likely to be."""

import pytest

from xero_sync.matching import matches, side


@pytest.mark.parametrize("name", ["Old Mint Framing Ltd", "Closed Loop Recycling", "The Deleted Scenes Ltd"])
def test_a_firm_may_be_called_old_without_being_set_aside(name):
    client = side(1, name, email="hello@firm.example")
    contact = side(7, name, email="hello@firm.example")

    assert [link.contact_id for link in matches([client], [contact]).links] == [7]


@pytest.mark.parametrize("name", ["Mint Framing (old)", "Mint Framing - do not use", "Mint Framing OLD"])
def test_a_contact_marked_as_set_aside_is_never_linked_by_itself(name):
    client = side(1, "Mint Framing", company_number="07846169")

    assert not matches([client], [side(7, name, company_number="07846169")]).links
