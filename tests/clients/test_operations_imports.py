import pytest

from clients import operations
from clients.errors import ImportMoved
from clients.models import ClientImport
from tests.factories import NOON, make_client, make_member, make_practice, make_proposal

pytestmark = pytest.mark.django_db

FILE = (
    "*ContactName,EmailAddress,CompanyNumber,PhoneNumber\r\n"
    "Bell Bakery Ltd,ann@bell.example,6230514,01632 960001\r\n"
    "Larkspur Vets,post@larkspur.example,,01632 960002\r\n"
    ",nobody@x.example,,\r\n"
)


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def priya(practice):
    return make_member(practice).user


def dry_run(practice, by, text=FILE):
    found = operations.start_import(practice=practice, file_name="Contacts.csv", content=text.encode(), by=by, at=NOON)
    operations.read_import(client_import=found, at=NOON)
    found.refresh_from_db()
    return found


def imported(practice, by, text=FILE):
    found = dry_run(practice, by, text)
    operations.apply_import(client_import=found, by=by, at=NOON)
    operations.write_import(client_import=found, at=NOON)
    found.refresh_from_db()
    return found


def outcomes(found):
    return [row.outcome for row in found.rows.all()]


def test_a_dry_run_says_what_each_row_will_do_and_touches_no_client(practice, priya):
    make_client(practice, "Larkspur Vets", email="post@larkspur.example")
    found = dry_run(practice, priya)
    assert found.status == ClientImport.Status.READY
    assert outcomes(found) == ["new", "changed", "rejected"]
    assert [row.number for row in found.rows.all()] == [2, 3, 4]
    assert practice.clients.count() == 1


def test_the_bell_reads_the_file_and_writes_the_batch(practice, priya, run_bell):
    found = operations.start_import(
        practice=practice, file_name="C:\\x\\..\\Contacts.csv", content=FILE.encode(), by=priya, at=NOON
    )
    assert "clients.tasks.read_import" in run_bell()
    found.refresh_from_db()
    operations.apply_import(client_import=found, by=priya, at=NOON)
    assert "clients.tasks.write_import" in run_bell()
    assert practice.clients.count() == 2


def test_applying_creates_and_changes_what_the_dry_run_said(practice, priya):
    vets = make_client(practice, "Larkspur Vets", email="post@larkspur.example", phone="old")
    found = imported(practice, priya)
    vets.refresh_from_db()
    assert vets.phone == "01632 960002"
    bell = practice.clients.get(company_number="06230514")
    assert (bell.name_key, bell.type, bell.email) == ("BELL BAKERY", "limited_company", "ann@bell.example")
    assert [event.text for event in bell.events.all()] == ["Imported from Contacts.csv"]
    assert [row.client for row in found.rows.all()] == [bell, vets, None]


def test_the_same_file_twice_changes_nothing(practice, priya):
    imported(practice, priya)
    before = list(practice.clients.values())
    again = imported(practice, priya)
    assert outcomes(again) == ["unchanged", "unchanged", "rejected"]
    assert list(practice.clients.values()) == before


def test_reading_or_writing_twice_does_it_once(practice, priya):
    found = imported(practice, priya)
    assert not operations.read_import(client_import=found, at=NOON)
    assert not operations.write_import(client_import=found, at=NOON)
    with pytest.raises(ImportMoved):
        operations.apply_import(client_import=found, by=priya, at=NOON)
    assert practice.clients.count() == 2


def test_a_reading_that_broke_off_is_finished_by_the_next_worker(practice, priya):
    found = dry_run(practice, priya)
    found.rows.filter(number__gt=2).delete()
    ClientImport.objects.for_practice(practice).update(status="reading")
    assert operations.stalled_imports(at=NOON.replace(hour=13)) == ([found.pk], [])
    found.refresh_from_db()
    operations.read_import(client_import=found, at=NOON)
    assert outcomes(found) == ["new", "new", "rejected"]


def test_the_sweeper_leaves_alone_what_was_confirmed_or_taken_up_just_now(practice, priya):
    found = dry_run(practice, priya)
    later = NOON.replace(hour=14)
    operations.apply_import(client_import=found, by=priya, at=later)
    assert operations.stalled_imports(at=later) == ([], [])
    assert operations.stalled_imports(at=later.replace(minute=1)) == ([], [found.pk])


def test_what_changed_since_the_dry_run_counts(practice, priya):
    found = dry_run(practice, priya)
    make_client(practice, "Somebody Else", company_number="06230514", email="ann@bell.example")
    operations.apply_import(client_import=found, by=priya, at=NOON)
    operations.write_import(client_import=found, at=NOON)
    assert outcomes(found) == ["changed", "new", "rejected"]
    assert practice.clients.count() == 2


def test_undo_takes_the_whole_batch_back(practice, priya):
    vets = make_client(practice, "Larkspur Vets", email="post@larkspur.example", phone="old")
    found = imported(practice, priya)
    operations.undo_import(client_import=found, by=priya, at=NOON)
    vets.refresh_from_db()
    assert vets.phone == "old"
    assert list(practice.clients.all()) == [vets]
    with pytest.raises(ImportMoved):
        operations.undo_import(client_import=found, by=priya, at=NOON)


def test_undo_leaves_what_was_changed_or_used_since(practice, priya):
    vets = make_client(practice, "Larkspur Vets", email="post@larkspur.example", phone="old")
    found = imported(practice, priya)
    practice.clients.filter(pk=vets.pk).update(phone="newer")
    bell = practice.clients.get(company_number="06230514")
    make_proposal(bell)
    operations.undo_import(client_import=found, by=priya, at=NOON)
    vets.refresh_from_db()
    assert vets.phone == "newer"
    assert practice.clients.filter(pk=bell.pk).exists()
    assert found.problem.startswith("1 of the new clients stay")


def test_an_unreadable_file_says_why_and_imports_nothing(practice, priya):
    found = operations.start_import(
        practice=practice, file_name="Contacts.csv", content=b"PK\x03\x04", by=priya, at=NOON
    )
    operations.read_import(client_import=found, at=NOON)
    found.refresh_from_db()
    assert found.is_unreadable
    assert "Excel workbook" in found.problem
    assert not found.rows.exists()


def test_tags_and_owners_of_our_template_are_taken_over(practice, priya):
    text = 'Name,Owner,Tags\nBell,priya sandhu,"vip, payroll"\nBell,,\n'
    imported(practice, priya, text)
    bell = practice.clients.get()
    assert bell.owner.user == priya
    assert sorted(tag.name for tag in bell.tags.all()) == ["payroll", "vip"]


def test_another_practices_clients_are_never_matched(practice, priya):
    make_client(make_practice("Harbour Tax"), "Bell Bakery Ltd", company_number="06230514", email="ann@bell.example")
    assert outcomes(dry_run(practice, priya)) == ["new", "new", "rejected"]
