import pytest

from clients.records import company_number_key, name_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("The Café & Bar (UK) Ltd.", "CAFE AND BAR UK"),
        ("BELL BAKERY LIMITED(THE)", "BELL BAKERY"),
        ("Bell Bakery", "BELL BAKERY"),
        ("2I Automotive (archived)", "2I AUTOMOTIVE"),
        ("Foo Flooring - do not use", "FOO FLOORING"),
        ("J. Smith t/a Smith Plumbing", "J SMITH"),
        ("O’Brien’s Bar PLC", "OBRIENS BAR"),
        ("Marks and Co Limited", "MARKS AND CO"),
        ("Marks & Company", "MARKS AND CO"),
        ("Hands Together CIC", "HANDS TOGETHER"),
        ("Vale Legal LLP", "VALE LEGAL"),
        ("  Many   spaces  ", "MANY SPACES"),
        ("Limited", "LIMITED"),
        ("…", ""),
    ],
)
def test_one_firm_written_in_many_ways_has_one_name_key(written, key):
    assert name_key(written) == key


def test_similar_firms_keep_different_name_keys():
    assert name_key("Noble Foods Limited") != name_key("Noble Foods Group Limited")
    assert name_key("Tratos Ltd") != name_key("Tratos (UK) Ltd")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("6230514", "06230514"),
        (" 06 230 514 ", "06230514"),
        ("sc12345", "SC012345"),
        ("OC300001", "OC300001"),
        ("HRB 98765432", "HRB98765432"),
        ("", ""),
    ],
)
def test_a_company_number_gets_its_leading_zeros_back(written, key):
    assert company_number_key(written) == key
