"""The states of a proposal and their guards: every move that is not in the table is refused."""

import pytest

from proposals.models import MovedOn, Proposal
from tests.factories import NOON, make_client, make_practice, make_proposal, sign_proposal

pytestmark = pytest.mark.django_db

Status = Proposal.Status
OTHER = {"reason": "Too dear"}
MOVES = {
    "edit": lambda proposal: proposal.edit(at=NOON, title="Another"),
    "send": lambda proposal: proposal.send(by=None, at=NOON),
    "revert": lambda proposal: proposal.revert(at=NOON),
    "win": lambda proposal: proposal.win(engagement=proposal.engagement, at=NOON),
    "lose": lambda proposal: proposal.lose(reason="Too dear", at=NOON),
    "expire": lambda proposal: proposal.expire(at=NOON),
    "activate": lambda proposal: proposal.activate(at=NOON),
    "supersede": lambda proposal: proposal.supersede(last_month=None, at=NOON),
    "close": lambda proposal: proposal.close(last_month=None, at=NOON),
}
LEGAL = {
    ("edit", Status.DRAFT): Status.DRAFT,
    ("send", Status.DRAFT): Status.PENDING,
    ("send", Status.IN_REVIEW): Status.PENDING,
    ("revert", Status.PENDING): Status.DRAFT,
    ("lose", Status.PENDING): Status.LOST,
    ("expire", Status.PENDING): Status.EXPIRED,
    ("activate", Status.WON): Status.ACTIVE,
    ("supersede", Status.WON): Status.SUPERSEDED,
    ("supersede", Status.ACTIVE): Status.SUPERSEDED,
    ("close", Status.WON): Status.CLOSED,
    ("close", Status.ACTIVE): Status.CLOSED,
}
ILLEGAL = [
    (verb, status)
    for verb in MOVES
    for status in Status
    if (verb, status) not in LEGAL and (verb, status) != ("win", Status.PENDING)
]


def a_proposal_that_is(status: str) -> Proposal:
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    if status in Proposal.ACCEPTED:
        proposal = sign_proposal(proposal)
    Proposal.objects.for_practice(proposal.practice).update(status=status, sent_at=NOON)
    proposal.refresh_from_db()
    return proposal


@pytest.mark.parametrize(("verb", "status"), LEGAL, ids=lambda value: str(value))
def test_a_move_of_the_table_is_made(verb, status):
    proposal = a_proposal_that_is(status)

    MOVES[verb](proposal)

    assert proposal.status == LEGAL[verb, status]
    assert Proposal.objects.for_practice(proposal.practice).get().status == LEGAL[verb, status]


@pytest.mark.parametrize(("verb", "status"), ILLEGAL, ids=lambda value: str(value))
def test_any_other_move_is_refused_and_changes_nothing(verb, status):
    proposal = a_proposal_that_is(status)
    before = Proposal.objects.for_practice(proposal.practice).values().get()

    with pytest.raises(MovedOn) as refusal:
        MOVES[verb](proposal)

    assert Proposal.objects.for_practice(proposal.practice).values().get() == before
    assert Status(status).label in str(refusal.value)


def test_a_move_on_an_older_version_is_refused():
    proposal = a_proposal_that_is(Status.PENDING)
    stale = Proposal.objects.for_practice(proposal.practice).get()
    proposal.revert(at=NOON)
    proposal.send(by=None, at=NOON)

    with pytest.raises(MovedOn):
        stale.lose(reason="Too dear", at=NOON)
