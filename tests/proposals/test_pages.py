"""The list, the page of a proposal, its acts and the client's tab."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Client, Role
from proposals import signing
from proposals.models import Proposal
from proposals.operations import accept, adjust, share
from proposals.records import Evidence
from tests.factories import (
    NOON,
    log_in,
    make_client,
    make_member,
    make_practice,
    make_proposal,
    send_proposal,
    sign_proposal,
)

pytestmark = pytest.mark.django_db

ACTS = ["sending", "link", "reminder", "reversion", "loss", "acceptance", "start", "ending"]
PAGES = ["proposal", "preview", "general", "services", "customise", "review", "document"]


@pytest.fixture
def north_vale():
    return make_practice("North & Vale")


def path(name: str, proposal: Proposal) -> str:
    return reverse(f"proposals:{name}", kwargs={"practice": proposal.practice.slug, "proposal_id": proposal.pk})


def list_of(practice, query: str = "") -> str:
    return reverse("proposals:list", kwargs={"practice": practice.slug}) + query


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.for_practice(proposal.practice).get(pk=proposal.pk)


def test_the_list_counts_by_state_and_filters_by_state_and_words(client, north_vale):
    log_in(client, make_member(north_vale))
    make_proposal(make_client(north_vale, "Halden Mill Brewing Ltd"))
    pending = make_proposal(make_client(north_vale, "Silverfold Estates Ltd"))
    send_proposal(pending)

    everything = client.get(list_of(north_vale))
    by_state = client.get(list_of(north_vale, "?state=pending")).content.decode()
    by_words = client.get(list_of(north_vale, "?q=halden")).content.decode()

    assert [(chip["label"], chip["count"]) for chip in everything.context["chips"]][:3] == [
        ("All", 2),
        ("Draft", 1),
        ("Pending", 1),
    ]
    assert "Silverfold" in by_state
    assert "Halden" not in by_state
    assert "Halden" in by_words
    assert "Silverfold" not in by_words


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=abc", "?page=999999", "?state=nonsense", "?q=%00%27%22", "?q=" + "9" * 40]
)
def test_an_odd_address_of_the_list_is_answered_calmly(client, north_vale, query):
    log_in(client, make_member(north_vale))

    assert client.get(list_of(north_vale, query)).status_code == 200


def test_a_list_of_fifty_needs_as_many_queries_as_a_list_of_two(client, north_vale):
    log_in(client, make_member(north_vale))
    queries = []
    for more in (2, 48):
        for _ in range(more):
            sign_proposal(make_proposal(make_client(north_vale)))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(list_of(north_vale))
        queries.append(len(seen))

    assert queries[0] == queries[1]
    assert queries[1] <= 20


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_draft_opens(client, north_vale, name):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale, year_end_month=3, year_end_day=31))

    assert client.get(path(name, proposal)).status_code == 200


def test_the_page_of_a_signed_proposal_shows_the_evidence_and_asks_for_the_start(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = sign_proposal(make_proposal(make_client(north_vale)))

    page = client.get(path("proposal", proposal)).content.decode()

    assert "The start is not confirmed" in page
    assert "192.0.2.14" in page
    assert path("start", proposal) in page


def test_the_dialog_of_the_start_counts_the_alignment_fee_that_was_signed(client, north_vale):
    log_in(client, make_member(north_vale))
    its = make_client(north_vale, year_end_month=3, year_end_day=31)
    lines = [("Bookkeeping", "100.00", "monthly", {"has_alignment": True})]
    proposal = make_proposal(its, lines=lines, planned_start=date(2026, 10, 1), has_alignment=True)
    token = share(proposal=proposal, by=None, at=NOON).rstrip("/").split("/")[-1]
    evidence = Evidence(ip_address="192.0.2.14", user_agent="Firefox 140")
    accept(link=signing.find(token=token, at=NOON), signer_name="Rosalind Beck", evidence=evidence, at=NOON)
    Client.objects.for_practice(north_vale).update(year_end_month=6, year_end_day=30)

    dialog = client.get(path("start", proposal)).content.decode()

    assert "<strong>£700.00</strong> with the alignment fee" in dialog


def test_the_editor_offers_no_alignment_fee_on_what_an_adjustment_carries_on(client, north_vale):
    log_in(client, make_member(north_vale))
    first = sign_proposal(make_proposal(make_client(north_vale)))
    another = make_proposal(first.client)
    follower = adjust(proposal=first, by=None, at=NOON)

    assert "Alignment fee for this service" in client.get(path("services", another)).content.decode()
    assert "Alignment fee for this service" not in client.get(path("services", follower)).content.decode()


def test_the_client_s_tab_lists_its_proposals(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))
    url = reverse("proposals:client_proposals", kwargs={"practice": north_vale.slug, "client_id": proposal.client_id})

    assert path("proposal", proposal) in client.get(url).content.decode()


@pytest.mark.parametrize("name", PAGES + ACTS + ["adjustment", "renewal", "duplication", "running_total"])
def test_another_practice_s_proposal_is_not_there(client, north_vale, name):
    theirs = make_proposal(make_client(make_practice("Other & Co")))
    send_proposal(theirs)
    log_in(client, make_member(north_vale))
    url = reverse(f"proposals:{name}", kwargs={"practice": north_vale.slug, "proposal_id": theirs.pk})

    answers = {client.get(url).status_code, client.post(url, {"reason": "x"}).status_code}

    assert answers <= {404, 405}
    assert fresh(theirs).is_pending


def test_a_draft_for_another_practice_s_client_is_refused(client, north_vale):
    theirs = make_client(make_practice("Other & Co"))
    log_in(client, make_member(north_vale))

    answer = client.post(reverse("proposals:drafts", kwargs={"practice": north_vale.slug}), {"client": theirs.pk})

    assert answer.status_code == 404
    assert not theirs.proposals.exists()


@pytest.mark.parametrize("act", ACTS)
def test_example_20_an_apprentice_drafts_but_neither_sends_nor_starts(client, north_vale, act):
    log_in(client, make_member(north_vale, Role.APPRENTICE))
    proposal = make_proposal(make_client(north_vale))
    before = client.get(path("proposal", proposal))

    answer = client.post(path(act, proposal), {"reason": "x", "month": "2026-09"})

    assert (before.status_code, answer.status_code) == (200, 403)
    assert path(act, proposal) not in before.content.decode()
    assert fresh(proposal).is_draft


def test_a_member_sends_but_does_not_accept_for_the_client(client, north_vale):
    log_in(client, make_member(north_vale, Role.MEMBER))
    proposal = make_proposal(make_client(north_vale))

    client.post(path("sending", proposal))
    refused = client.post(path("acceptance", proposal), {"reason": "On paper"})

    assert (fresh(proposal).status, refused.status_code) == ("pending", 403)


def test_what_cannot_be_sent_says_what_is_missing(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale), lines=[], signatory_email="")

    answer = client.post(path("sending", proposal), follow=True).content.decode()

    assert "There is no service on it" in answer
    assert "no e-mail address" in answer
    assert fresh(proposal).is_draft


def test_the_dialog_of_the_start_says_when_the_first_invoice_posts(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = sign_proposal(make_proposal(make_client(north_vale)))

    dialog = client.get(path("start", proposal) + "?month=2026-09", headers={"HX-Request": "true"}).content.decode()

    assert "£200.00" in dialog
    assert "Thursday 1 October 2026" in dialog


def test_a_start_is_confirmed_from_its_dialog(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = sign_proposal(make_proposal(make_client(north_vale)))

    client.post(path("start", proposal), {"month": "2026-09"})

    assert fresh(proposal).is_active


@pytest.mark.parametrize("name", ["loss", "acceptance"])
def test_an_act_with_a_reason_keeps_asking_until_there_is_one(client, north_vale, name):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))
    send_proposal(proposal)

    answer = client.post(path(name, proposal), {"reason": " "})

    assert answer.status_code == 422
    assert fresh(proposal).is_pending


def test_a_link_is_shown_once_and_nowhere_kept(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    shown = client.post(path("link", proposal))
    token = shown.context["address"].rstrip("/").split("/")[-1]

    assert token not in client.get(path("proposal", proposal)).content.decode()
    assert token not in str(list(proposal.links.values()))


def test_home_lists_starts_to_confirm_with_their_money_and_what_is_pending_too_long(client, north_vale):
    log_in(client, make_member(north_vale))
    sign_proposal(make_proposal(make_client(north_vale, "Halden Mill Brewing Ltd")))
    send_proposal(make_proposal(make_client(north_vale)), at=NOON.replace(year=2025))

    page = client.get(reverse("home", kwargs={"practice": north_vale.slug})).content.decode()

    assert "1 start date to confirm" in page
    assert "£200.00" in page
    assert "1 proposal pending for over 14 days" in page
