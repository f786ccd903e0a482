import pytest
from django.utils import timezone

from clients import operations
from clients.models import Role
from tests.factories import make_client, make_member, make_practice

pytestmark = pytest.mark.django_db
URL = "/api/v1/clients/"


@pytest.fixture
def practice():
    return make_practice(slug="nv")


@pytest.fixture
def program(client, practice):
    """The HTTP client of a program with a member's token."""
    return with_token(client, practice, "member")


def with_token(client, practice, role, days=30):
    owner = practice.memberships.filter(role=Role.OWNER).first() or make_member(practice)
    _, secret = operations.issue_token(
        practice=practice, name="Sync", role=role, days=days, by=owner.user, at=timezone.now()
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def post(client, url, body):
    return client.post(url, body, content_type="application/json")


def test_a_program_lists_searches_and_pages_the_clients(program, practice):
    for number in range(3):
        make_client(practice, f"Firm {number}", tags=["vip"])
    make_client(practice, "Bell")
    answer = program.get(URL, {"q": "firm", "per_page": 2}).json()
    assert (answer["count"], len(answer["results"])) == (3, 2)
    assert (answer["results"][0]["name"], answer["results"][0]["tags"]) == ("Firm 0", ["vip"])
    assert answer["results"][0]["status"] == "Prospect"


@pytest.mark.parametrize("query", ["per_page=100000", "sort=password", "owner=x", "status=zzz"])
def test_odd_parameters_are_left_out(program, practice, query):
    make_client(practice, "Bell")
    assert program.get(f"{URL}?{query}").json()["count"] == 1


def test_a_program_adds_reads_and_changes_a_client(program, practice):
    owner = practice.memberships.get()
    body = {"name": "Bell", "company_number": "123", "owner_id": owner.pk, "tags": ["vip"], "email": "a@bell.example"}
    made = post(program, URL, body)
    assert made.status_code == 201
    key = made.json()["id"]
    changed = program.patch(f"{URL}{key}/", {"phone": "01632 960000"}, content_type="application/json").json()
    assert (changed["phone"], changed["email"], changed["tags"]) == ("01632 960000", "a@bell.example", ["vip"])
    assert program.get(f"{URL}{key}/").json()["owner_id"] == owner.pk
    assert [event.by for event in practice.clients.get().events.all()] == [owner.user, owner.user]


def test_a_mistake_is_answered_as_problem_details(program, practice):
    answer = post(program, URL, {"name": "", "email": "x", "year_end_month": 2})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {"name", "email"}
    answer = post(program, URL, {"name": "Bell", "year_end_month": 2})
    assert "year_end_month" in answer.json()["errors"]
    make_client(practice, "Taken", company_number="123")
    answer = post(program, URL, {"name": "Bell", "company_number": "123"})
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert "Taken already has company number" in answer.json()["detail"]


def test_a_client_is_closed_once_and_opened_again(program, practice):
    bell = make_client(practice, "Bell")
    body = {"last_billable_month": "2026-10-15", "reason": "Sold"}
    closed = post(program, f"{URL}{bell.pk}/closing/", body).json()
    assert (closed["status"], closed["last_billable_month"]) == ("Closed", "2026-10-01")
    assert post(program, f"{URL}{bell.pk}/closing/", body).status_code == 409
    assert post(program, f"{URL}{bell.pk}/reactivation/", {}).json()["status"] == "Prospect"


def test_another_practices_client_is_not_there(program):
    foreign = make_client(make_practice("Harbour Tax"), "Foreign")
    for answer in (
        program.get(f"{URL}{foreign.pk}/"),
        program.patch(f"{URL}{foreign.pk}/", {"name": "Mine"}, content_type="application/json"),
        post(program, f"{URL}{foreign.pk}/closing/", {"last_billable_month": "2026-10-01", "reason": "x"}),
    ):
        assert answer.status_code == 404
        assert b"Foreign" not in answer.content
    foreign.refresh_from_db()
    assert (foreign.name, foreign.is_closed) == ("Foreign", False)


def test_another_practices_person_cannot_be_made_an_owner(program, practice):
    stranger = make_member(make_practice("Harbour Tax"))
    answer = post(program, URL, {"name": "Bell", "owner_id": stranger.pk})
    assert answer.status_code == 400
    assert not practice.clients.exists()


def test_no_wrong_or_expired_token_opens_anything(client, practice):
    assert client.get(URL).status_code == 401
    client.defaults["HTTP_AUTHORIZATION"] = "Bearer socket_nonsense"
    assert client.get(URL).status_code == 401
    assert with_token(client, practice, "member", days=0).get(URL).status_code == 401


def test_a_logged_in_person_is_no_program(client, practice):
    client.force_login(make_member(practice).user)
    assert client.get(URL).status_code == 401


def test_a_token_does_what_its_role_may_and_no_more(client, practice):
    assert with_token(client, practice, "apprentice").get(URL).status_code == 200
    assert client.get("/api/v1/plans/").status_code == 403


def test_the_document_and_its_page_name_every_call(client):
    document = client.get("/api/v1/schema/").content.decode()
    page = client.get("/api/v1/docs/").content.decode()
    assert "openapi: 3.1" in document
    for path in ("/api/v1/clients/", "/api/v1/clients/{id}/closing/", "/api/v1/plans/"):
        assert path in document
        assert path in page
    assert '<script src="http' not in page
