"""Ids and numbers that cannot be: left out or refused in words, never an error of the server (A24, A25)."""

import pytest
from django.test import Client as HttpClient
from django.utils import timezone

from clients import operations
from clients.models import Client, Practice
from clients.models.records import NoPractice
from tests.factories import log_in, make_client, make_member, make_practice, make_proposal

IMPOSSIBLE = ["²", "9" * 19, "9" * 30, "9" * 5000]


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


@pytest.fixture
def page(client: HttpClient, practice: Practice) -> HttpClient:
    client.raise_request_exception = False
    return log_in(client, make_member(practice))  # type: ignore[no-any-return]


@pytest.mark.parametrize("number", IMPOSSIBLE, ids=["figure", "too long", "longer", "longest"])
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("work/completion/", "items"),
        ("work/proposed/", "items"),
        ("work/undo/?invoices={}", ""),
        ("contacts/links/undo/?links={}", ""),
        ("proposals/drafts/", "client"),
        ("clients/owner/", "owner"),
        ("clients/closing/", "ids"),
    ],
)
def test_what_is_sent_cannot_be_an_id(
    page: HttpClient, practice: Practice, address: str, field: str, number: str
) -> None:
    answer = page.post(f"/p/{practice.slug}/{address.format(number)}", {field: number} if field else {})

    assert answer.status_code < 500


@pytest.mark.parametrize("number", IMPOSSIBLE, ids=["figure", "too long", "longer", "longest"])
def test_an_owner_that_cannot_be_filters_nothing(page: HttpClient, practice: Practice, number: str) -> None:
    assert page.get(f"/p/{practice.slug}/work/", {"owner": number}).status_code == 200


@pytest.mark.parametrize("number", IMPOSSIBLE, ids=["figure", "too long", "longer", "longest"])
def test_a_formset_says_how_many_lines_it_has_in_figures(page: HttpClient, practice: Practice, number: str) -> None:
    proposal = make_proposal(make_client(practice))
    form = {"lines-TOTAL_FORMS": number, "lines-INITIAL_FORMS": "0", "service": "Bookkeeping"}

    assert page.post(f"/p/{practice.slug}/proposals/{proposal.pk}/services/", form).status_code == 422


@pytest.fixture
def api(page: HttpClient, practice: Practice) -> HttpClient:
    maker = practice.memberships.get().user
    assert maker
    _, secret = operations.issue_token(
        practice=practice, name="Sync", role="owner", days=30, by=maker, at=timezone.now()
    )
    page.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return page


@pytest.mark.parametrize("number", IMPOSSIBLE, ids=["figure", "too long", "longer", "longest"])
@pytest.mark.parametrize("kind", ["invoices", "work", "proposals"])
def test_the_api_refuses_the_id_of_no_client(api: HttpClient, kind: str, number: str) -> None:
    assert api.get(f"/api/v1/{kind}/", {"client_id": number}).status_code == 400


def test_the_api_refuses_ids_that_no_row_can_have(api: HttpClient, practice: Practice) -> None:
    proposal = make_proposal(make_client(practice))
    line = {"name": "Bookkeeping", "price": "1", "billing_method": "monthly"}

    completed = api.post("/api/v1/work/completion/", {"items": [10**30]}, content_type="application/json")
    saved = [
        api.put(
            f"/api/v1/proposals/{proposal.pk}/lines/",
            {"lines": [{**line, field: 10**30}]},
            content_type="application/json",
        ).status_code
        for field in ("service_id", "continues_id", "line_tracking_id")
    ]

    assert completed.status_code == 400
    assert saved == [400, 400, 400]


def test_rows_of_a_practice_cannot_be_joined_with_rows_of_all(practice: Practice) -> None:
    with pytest.raises(NoPractice):
        list(Client.objects.for_practice(practice) | Client.objects.filter(name="Larkspur Veterinary Group Ltd"))


def test_rows_of_all_practices_cannot_be_chosen_from_inside_another_query(practice: Practice) -> None:
    everybody = Client.objects.filter(name="Larkspur Veterinary Group Ltd")

    with pytest.raises(NoPractice):
        Client.objects.for_practice(practice).filter(pk__in=everybody)


@pytest.mark.parametrize("number", [10**19, "9" * 19, -(10**19)])
@pytest.mark.parametrize("lookup", ["pk", "pk__in", "owner", "owner_id", "owner__in", "owner_id__in"])
def test_a_number_that_no_column_can_hold_matches_no_row(practice: Practice, lookup: str, number: int | str) -> None:
    client = make_client(practice)
    wanted = [number, "7"] if lookup.endswith("__in") else number

    assert not Client.objects.for_practice(practice).filter(**{lookup: wanted}).exists()
    assert list(Client.objects.for_practice(practice).filter(pk__in=[client.pk, number])) == [client]


def test_a_theme_that_cannot_be_is_a_word_beside_its_field(page: HttpClient, practice: Practice) -> None:
    answer = page.post(f"/p/{practice.slug}/settings/billing/", {"always_draft_templates": ["9" * 19]})

    assert answer.status_code == 200
    assert "always_draft_templates" in answer.context["form"].errors
