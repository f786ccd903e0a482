"""Sending a proposal: its document, its link, its letter."""

from datetime import timedelta

import pytest

from notifications.models import Message
from proposals import documents, signing
from proposals.errors import NotReady
from proposals.models import MovedOn, Proposal, ProposalDocument
from proposals.operations import mark_lost, revert, save_lines, send, share, terms_of
from tests.factories import NOON, make_client, make_member, make_practice, make_proposal

pytestmark = pytest.mark.django_db


def halden_mill(**fields):
    practice = make_practice(**fields)
    return make_client(practice, "Halden Mill Brewing Ltd", year_end_month=3, year_end_day=31)


def test_a_sent_proposal_is_pending_with_the_exact_document_and_its_fingerprint():
    proposal = make_proposal(halden_mill())

    send(proposal=proposal, by=None, at=NOON)

    document = proposal.documents.get()
    assert proposal.is_pending
    assert document.kind == ProposalDocument.Kind.OFFER
    assert bytes(document.content).startswith(b"%PDF")
    assert document.sha256 == documents.sha256(bytes(document.content))


def test_the_signatory_gets_a_letter_whose_link_opens_the_proposal():
    proposal = make_proposal(halden_mill())

    send(proposal=proposal, by=None, at=NOON)

    letter = Message.objects.for_practice(proposal.practice).get()
    token = letter.text.split("/sign/")[1].split("/")[0]
    assert letter.recipient == "rosalind@haldenmill.example"
    assert signing.find(token=token, at=NOON).proposal == proposal
    assert token not in str(list(proposal.links.values()))


def test_in_safe_mode_the_letter_to_the_client_is_held():
    proposal = make_proposal(halden_mill(safe_mode=True))

    send(proposal=proposal, by=None, at=NOON)

    assert Message.objects.for_practice(proposal.practice).get().status == Message.Status.HELD


def test_a_proposal_without_services_or_signatory_says_everything_that_is_missing():
    proposal = make_proposal(halden_mill(), lines=[], signatory_name="", signatory_email="")

    with pytest.raises(NotReady) as refusal:
        send(proposal=proposal, by=None, at=NOON)

    assert len(refusal.value.missing) == 3
    assert Proposal.objects.for_practice(proposal.practice).get().is_draft


def test_a_draft_that_was_sent_meanwhile_is_not_sent_again():
    proposal = make_proposal(halden_mill())
    stale = Proposal.objects.for_practice(proposal.practice).get()
    send(proposal=proposal, by=None, at=NOON)

    with pytest.raises(MovedOn):
        send(proposal=stale, by=None, at=NOON)

    assert proposal.links.count() == 1


def test_reverting_kills_the_links_and_the_next_sending_is_a_new_version():
    proposal = make_proposal(halden_mill())
    token = share(proposal=proposal, by=None, at=NOON).rstrip("/").split("/")[-1]

    revert(proposal=proposal, by=None, at=NOON)
    send(proposal=proposal, by=None, at=NOON + timedelta(days=1))

    with pytest.raises(signing.LinkClosed):
        signing.find(token=token, at=NOON)
    assert proposal.version == 2
    assert sorted(proposal.documents.values_list("version", flat=True)) == [1, 2]


def test_lines_of_a_pending_proposal_cannot_be_changed():
    proposal = make_proposal(halden_mill())
    share(proposal=proposal, by=None, at=NOON)

    with pytest.raises(MovedOn):
        save_lines(proposal=proposal, lines=[], by=None, at=NOON)

    assert [terms_of(line).name for line in proposal.lines.all()] == ["Bookkeeping"]


def test_a_lost_proposal_keeps_its_reason_and_its_link_is_dead():
    proposal = make_proposal(halden_mill())
    token = share(proposal=proposal, by=None, at=NOON).rstrip("/").split("/")[-1]

    mark_lost(proposal=proposal, reason="Went elsewhere", by=make_member(proposal.practice).user, at=NOON)

    with pytest.raises(signing.LinkClosed):
        signing.find(token=token, at=NOON)
    assert (proposal.status, proposal.lost_reason) == ("lost", "Went elsewhere")
