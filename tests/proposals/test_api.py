"""Proposals for programs."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clients.models import ApiToken, Role
from clients.records import token_hash
from proposals.models import Proposal
from tests.factories import make_client, make_practice, make_proposal, make_user, send_proposal, sign_proposal

pytestmark = pytest.mark.django_db

LINE = {"name": "Bookkeeping", "price": "200.00", "billing_method": "monthly"}


@pytest.fixture
def north_vale():
    return make_practice("North & Vale")


@pytest.fixture
def call(client, north_vale):
    """Calls the API as a program of North & Vale."""

    def ask(method, path, body=None, *, role=Role.ADMIN):
        now = timezone.now()
        values = {"name": role, "role": role, "created_by": make_user(), "created_at": now}
        expiry = now + timedelta(days=1)
        ApiToken.objects.create(practice=north_vale, token_hash=token_hash(f"t-{role}"), expires_at=expiry, **values)
        headers = {"Authorization": f"Bearer t-{role}"}
        answer = client.generic(method, f"/api/v1/{path}", json.dumps(body or {}), "application/json", headers=headers)
        ApiToken.objects.for_practice(north_vale).delete()
        return answer

    return ask


def test_a_program_drafts_a_proposal_and_gives_it_lines(call, north_vale):
    halden_mill = make_client(north_vale, contact_name="Rosalind Beck")

    draft = call("POST", "proposals/", {"client_id": halden_mill.pk, "planned_start": "2026-12-15"})
    lined = call("PUT", f"proposals/{draft.json()['id']}/lines/", {"lines": [LINE, {**LINE, "name": "Payroll"}]})

    assert draft.status_code == 201
    assert (draft.json()["planned_start"], draft.json()["signatory_name"]) == ("2026-12-01", "Rosalind Beck")
    assert [(line["name"], line["amount"]) for line in lined.json()["lines"]] == [
        ("Bookkeeping", "200.00"),
        ("Payroll", "200.00"),
    ]


def test_the_list_is_narrowed_by_state(call, north_vale):
    make_proposal(make_client(north_vale))
    send_proposal(make_proposal(make_client(north_vale)))

    answer = call("GET", "proposals/?status=pending").json()

    assert [row["status"] for row in answer["results"]] == ["pending"]
    assert call("GET", "proposals/?status=nonsense").status_code == 400


def test_an_act_that_the_state_does_not_allow_is_a_conflict(call, north_vale):
    proposal = make_proposal(make_client(north_vale))

    answer = call("POST", f"proposals/{proposal.pk}/reversion/")

    assert answer.status_code == 409
    assert "Draft" in answer.content.decode()


def test_a_start_is_confirmed(call, north_vale):
    proposal = sign_proposal(make_proposal(make_client(north_vale)))

    answer = call("POST", f"proposals/{proposal.pk}/start/", {"month": "2026-09-01"})

    assert (answer.status_code, answer.json()["status"], answer.json()["starts_on"]) == (200, "active", "2026-09-01")


@pytest.mark.parametrize("path", ["", "lines/", "sending/", "link/", "loss/", "start/"])
def test_another_practice_s_proposal_is_not_there(call, path):
    theirs = make_proposal(make_client(make_practice("Other & Co")))
    method = {"": "GET", "lines/": "PUT"}.get(path, "POST")

    assert call(method, f"proposals/{theirs.pk}/{path}", {"reason": "x"}).status_code == 404


def test_another_practice_s_client_gets_no_draft(call):
    theirs = make_client(make_practice("Other & Co"))

    assert call("POST", "proposals/", {"client_id": theirs.pk}).status_code == 400
    assert not theirs.proposals.exists()


def test_a_token_of_an_apprentice_does_not_send(call, north_vale):
    proposal = make_proposal(make_client(north_vale))

    answer = call("POST", f"proposals/{proposal.pk}/sending/", role=Role.APPRENTICE)

    assert answer.status_code == 403
    assert Proposal.objects.for_practice(north_vale).get().is_draft


def test_a_price_that_is_no_price_is_refused_by_name(call, north_vale):
    proposal = make_proposal(make_client(north_vale))

    answer = call("PUT", f"proposals/{proposal.pk}/lines/", {"lines": [{**LINE, "price": "-1"}]})

    assert answer.status_code == 400
    assert "price" in answer.content.decode()
    assert proposal.lines.get().price == Decimal("200.00")
