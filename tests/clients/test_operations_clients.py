from datetime import date

import pytest

from clients import operations
from clients.errors import AlreadyClosed, BadValues, CompanyNumberTaken, NotClosed, NotYours
from clients.models import Client, Membership, Role
from clients.records import ClientValues
from tests.factories import NOON, PASSWORD, make_client, make_member, make_practice, make_user

pytestmark = pytest.mark.django_db


def test_a_new_client_is_a_prospect_with_its_keys_and_one_event():
    practice, by = make_practice(), make_user()
    values = ClientValues(name=" Bell Bakery Ltd ", company_number="123456", email="Ann@Bell.Example", tags=("vip",))
    client = operations.create_client(practice=practice, values=values, by=by, at=NOON)
    client.refresh_from_db()
    assert (client.name, client.name_key, client.company_number) == ("Bell Bakery Ltd", "BELL BAKERY", "00123456")
    assert client.email == "ann@bell.example"
    assert client.status_label == "Prospect"
    assert [tag.name for tag in client.tags.all()] == ["vip"]
    assert [(event.text, event.by, event.at) for event in client.events.all()] == [("Created", by, NOON)]


def test_a_company_number_belongs_to_one_client_of_a_practice_only():
    practice = make_practice()
    make_client(practice, "Bell Bakery Ltd", company_number="00123456")
    with pytest.raises(CompanyNumberTaken, match="Bell Bakery Ltd already has company number 00123456"):
        operations.create_client(
            practice=practice, values={"name": "Bell Two", "company_number": "123456"}, by=None, at=NOON
        )
    other = make_practice("Harbour Tax")
    operations.create_client(practice=other, values={"name": "Bell", "company_number": "123456"}, by=None, at=NOON)


def test_an_owner_from_another_practice_is_refused():
    stranger = make_member(make_practice("Harbour Tax"))
    with pytest.raises(NotYours):
        operations.create_client(practice=make_practice(), values={"name": "Bell", "owner": stranger}, by=None, at=NOON)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("email", "not an address"),
        ("type", "shop"),
        ("year_end_month", 13),
        ("year_end_day", 31),
        ("notes", "x" * 10_001),
        ("tags", ("x" * 61,)),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused_on_every_database(field, value):
    practice = make_practice()
    with pytest.raises(BadValues):
        operations.create_client(practice=practice, values={"name": "Bell", field: value}, by=None, at=NOON)
    assert not practice.clients.exists()


def test_the_30th_of_february_is_no_year_end():
    values = {"name": "Bell", "year_end_month": 2, "year_end_day": 30}
    with pytest.raises(BadValues, match="only 29 days"):
        operations.create_client(practice=make_practice(), values=values, by=None, at=NOON)


def test_an_edit_says_which_fields_changed_and_a_repeat_says_nothing():
    client = make_client(make_practice(), "Bell Bakery", email="ann@bell.example")
    values = {"name": "Bell Bakery", "email": "bob@bell.example", "phone": "01632 960000", "tags": ("vip",)}
    operations.edit_client(client=client, values=values, by=None, at=NOON)
    operations.edit_client(client=client, values=values, by=None, at=NOON)
    assert [event.text for event in client.events.all()] == ["Changed e-mail, phone, tags"]


def test_closing_needs_a_last_month_and_a_reason_and_happens_once():
    client, by = make_client(make_practice()), make_user()
    with pytest.raises(BadValues):
        operations.close_client(client=client, last_month=date(2026, 10, 1), reason=" ", by=by, at=NOON)
    closed = operations.close_client(client=client, last_month=date(2026, 10, 20), reason="Retired", by=by, at=NOON)
    assert closed.status_label == "Closed"
    assert closed.is_closing_soon(date(2026, 10, 1))
    assert not closed.is_closing_soon(date(2026, 11, 1))
    with pytest.raises(AlreadyClosed):
        operations.close_client(client=client, last_month=date(2026, 12, 1), reason="Again", by=by, at=NOON)
    assert Client.objects.for_practice(client.practice).get(pk=client.pk).last_billable_month == date(2026, 10, 1)


def test_reactivating_gives_the_client_back_its_standing():
    by, client = make_user(), make_client(make_practice(), standing="active")
    operations.close_client(client=client, last_month=date(2026, 10, 1), reason="Moved", by=by, at=NOON)
    operations.reactivate_client(client=client, by=by, at=NOON)
    assert client.status_label == "Active"
    assert client.last_billable_month is None
    with pytest.raises(NotClosed):
        operations.reactivate_client(client=client, by=by, at=NOON)


def test_standing_is_recorded_once_and_moves_updated_at():
    client = make_client(make_practice())
    before = client.updated_at
    assert operations.record_standing(client=client, standing="active", at=NOON)
    assert not operations.record_standing(client=client, standing="active", at=NOON)
    client.refresh_from_db()
    assert (client.standing, client.updated_at) == ("active", NOON)
    assert client.updated_at != before
    assert [event.text for event in client.events.all()] == ["Became Active"]


def test_many_clients_get_an_owner_a_tag_or_a_close_at_once():
    practice, by = make_practice(), make_user()
    owner = make_member(practice, Role.NONE, name="Tom Reed")
    bell, lark = make_client(practice, "Bell"), make_client(practice, "Lark", owner=owner)
    assert operations.give_owner(practice=practice, clients=[bell, lark], owner=owner, by=by, at=NOON) == 1
    assert operations.give_tag(practice=practice, clients=[bell, lark], name="vip", by=by, at=NOON) == 2
    assert operations.give_tag(practice=practice, clients=[bell, lark], name="VIP", by=by, at=NOON) == 0
    month = date(2026, 10, 1)
    assert (
        operations.close_clients(
            practice=practice, clients=[bell, lark], last_month=month, reason="Sold", by=by, at=NOON
        )
        == 2
    )


def test_a_practice_begins_in_safe_mode_with_its_first_owner():
    first = operations.create_practice(
        name="North & Vale", owner_name="Priya", owner_email="Priya@NV.example", owner_password=PASSWORD, at=NOON
    )
    second = operations.create_practice(
        name="North & Vale", owner_name="ignored", owner_email="priya@nv.example", at=NOON
    )
    assert (first.slug, second.slug) == ("north-vale", "north-vale-2")
    assert first.is_safe_mode
    owners = Membership.objects.for_practice(first).filter(role=Role.OWNER)
    assert [owner.user.email for owner in owners] == ["priya@nv.example"]
    assert owners[0].user.check_password(PASSWORD)


def test_safe_mode_is_switched_once():
    practice = make_practice(safe_mode=True)
    assert operations.set_safe_mode(practice=practice, is_on=False, at=NOON)
    assert not operations.set_safe_mode(practice=practice, is_on=False, at=NOON)
