"""Signing: one transaction that freezes the offer, with its evidence."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.models import EngagedService, Engagement, Invoice, LedgerAccount, Service, TrackingCategory, TrackingOption
from clients.models import Client
from notifications.models import Message
from proposals import documents, signing
from proposals.drafting import fee_groups
from proposals.errors import NameMissing, ReasonMissing
from proposals.models import MovedOn, Proposal, ProposalDocument, Signature
from proposals.operations import (
    accept,
    accept_on_behalf,
    adjust,
    decline,
    make_signed_document,
    offer_of,
    revert,
    send,
    share,
)
from proposals.records import Evidence
from tests.factories import (
    NOON,
    make_client,
    make_member,
    make_practice,
    make_proposal,
    make_user,
    send_proposal,
    sign_proposal,
)

pytestmark = pytest.mark.django_db

ROSALIND = Evidence(ip_address="192.0.2.14", user_agent="Firefox 140")


def sent(**fields):
    practice = make_practice()
    proposal = make_proposal(make_client(practice, "Halden Mill Brewing Ltd"), **fields)
    return signing.find(token=send_proposal(proposal), at=NOON)


def test_signing_wins_the_proposal_and_freezes_its_terms():
    link = sent(
        lines=[("Bookkeeping", "200.00", "monthly"), ("Payroll", "8.00", "monthly", {"quantity": Decimal("12")})]
    )

    proposal = accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    engaged = proposal.engagement.services.order_by("position")
    assert proposal.is_won
    assert [(service.name, service.amount) for service in engaged] == [
        ("Bookkeeping", Decimal("200.00")),
        ("Payroll", Decimal("96.00")),
    ]
    assert Client.objects.for_practice(proposal.practice).get().standing == Client.Standing.ACTIVE


def test_account_and_both_tracking_options_stand_on_the_engaged_service():
    practice = make_practice()
    partner = TrackingCategory.objects.create(practice=practice, external_id="1", name="Partner", seen_at=NOON)
    tess = TrackingOption.objects.create(
        practice=practice, category=partner, external_id="2", name="Tess", seen_at=NOON
    )
    account = LedgerAccount.objects.create(practice=practice, external_id="3", code="200", name="Sales", seen_at=NOON)
    line = (
        "Bookkeeping",
        "200.00",
        "monthly",
        {"line_tracking": tess, "ledger_account": account, "service_tracking": tess},
    )
    proposal = make_proposal(make_client(practice, "Halden Mill Brewing Ltd"), lines=[line])

    engaged = sign_proposal(proposal).engagement.services.get()

    assert (engaged.line_tracking, engaged.service_tracking, engaged.ledger_account) == (tess, tess, account)


def test_the_evidence_names_the_signer_the_place_and_the_exact_document():
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    token = share(proposal=proposal, by=None, at=NOON).rstrip("/").split("/")[-1]

    accept(link=signing.find(token=token, at=NOON), signer_name=" Rosalind Beck ", evidence=ROSALIND, at=NOON)

    signature = proposal.signatures.get()
    shown = proposal.documents.get(kind=ProposalDocument.Kind.OFFER)
    assert (signature.signer_name, signature.signer_email) == ("Rosalind Beck", "rosalind@haldenmill.example")
    assert (signature.ip_address, signature.user_agent) == ("192.0.2.14", "Firefox 140")
    assert (signature.signed_at, signature.consent_version) == (NOON, signing.CONSENT_VERSION)
    assert signature.document_sha256 == documents.sha256(bytes(shown.content))


ALIGNED = [("Bookkeeping", "100.00", "monthly", {"has_alignment": True}), ("Payroll", "8.00", "monthly")]


def aligned_offer(**year_end):
    """£100 a month from October with an alignment fee, shared with its client; and the link to sign it."""
    client = make_client(make_practice(), "Halden Mill Brewing Ltd", **year_end)
    start = {"planned_start": date(2026, 10, 1), "has_alignment": True}
    proposal = make_proposal(client, lines=ALIGNED, **start)
    token = share(proposal=proposal, by=None, at=NOON).rstrip("/").split("/")[-1]
    return signing.find(token=token, at=NOON)


def fees_shown(proposal):
    return [fee.amount for group in fee_groups(offer_of(proposal)) for fee in group.fees if fee.name == "Alignment fee"]


@pytest.mark.parametrize(
    ("sent_with", "signed_with", "fee"),
    [
        ({"year_end_month": 3, "year_end_day": 31}, {"year_end_month": 6, "year_end_day": 30}, "600.00"),
        ({"year_end_month": 3, "year_end_day": 31}, {"year_end_month": None, "year_end_day": None}, "600.00"),
        ({}, {"year_end_month": 3, "year_end_day": 31}, None),
    ],
    ids=["another year end", "no year end any more", "a year end only since"],
)
@pytest.mark.parametrize("is_on_behalf", [False, True])
def test_the_alignment_fee_is_billed_as_it_was_signed_whatever_the_year_end_is_by_then(
    sent_with, signed_with, fee, is_on_behalf
):
    link = aligned_offer(**sent_with)
    Client.objects.for_practice(link.practice).update(**signed_with)
    found = Proposal.objects.for_practice(link.practice).get()
    shown = [Decimal(fee)] if fee else []
    assert fees_shown(found) == shown

    if is_on_behalf:
        accept_on_behalf(proposal=found, reason="Said yes by phone", by=make_user("Priya Sandhu"), at=NOON)
    else:
        accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    engaged = EngagedService.objects.for_practice(link.practice).order_by("position")
    assert [service.alignment_amount for service in engaged] == [sum(shown), 0]


def test_what_an_adjustment_carries_on_is_neither_offered_nor_billed_an_alignment_fee_again():
    link = aligned_offer(year_end_month=3, year_end_day=31)
    first = accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)
    follower = adjust(proposal=first, by=None, at=NOON)
    follower.lines.update(has_alignment=True)
    Proposal.objects.for_practice(link.practice).filter(pk=follower.pk).update(has_alignment=True)
    follower.refresh_from_db()

    assert fees_shown(follower) == []
    carried = sign_proposal(follower).engagement.services.order_by("position")
    assert [service.alignment_amount for service in carried] == [Decimal("600.00"), 0]


def test_a_line_on_acceptance_is_invoiced_in_the_same_moment():
    proposal = sign_proposal(
        make_proposal(
            make_client(make_practice(), "Halden Mill Brewing Ltd"), lines=[("Set-up", "250.00", "once_acceptance")]
        )
    )

    invoice = Invoice.objects.for_practice(proposal.practice).get()
    assert (invoice.kind, invoice.total) == (Invoice.Kind.ACCEPTANCE, Decimal("250.00"))


def test_accepting_twice_gives_one_signature_one_engagement_and_one_invoice():
    link = sent(lines=[("Set-up", "250.00", "once_acceptance")])
    proposal = accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    with pytest.raises(MovedOn):
        accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    practice = proposal.practice
    kept = [model.objects.for_practice(practice).count() for model in (Signature, Engagement, Invoice)]
    assert kept == [1, 1, 1]


def test_a_proposal_that_was_withdrawn_cannot_be_accepted():
    link = sent()
    revert(proposal=Proposal.objects.for_practice(link.practice).get(), by=None, at=NOON)

    with pytest.raises(signing.LinkClosed):
        accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    assert not Engagement.objects.for_practice(link.practice).exists()


def test_an_older_version_cannot_be_accepted_once_a_newer_one_is_out():
    link = sent()
    proposal = Proposal.objects.for_practice(link.practice).get()
    revert(proposal=proposal, by=None, at=NOON)
    send_proposal(proposal)

    with pytest.raises(signing.LinkClosed):
        accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    assert Proposal.objects.for_practice(link.practice).get().is_pending


def test_nobody_signs_after_the_last_day_of_the_offer():
    link = sent(expires_on=NOON.date())

    with pytest.raises(signing.LinkClosed):
        accept(link=link, signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON + timedelta(days=1))


def test_without_a_name_nothing_is_signed():
    link = sent()

    with pytest.raises(NameMissing):
        accept(link=link, signer_name="  ", evidence=ROSALIND, at=NOON)

    assert Proposal.objects.for_practice(link.practice).get().is_pending


def test_a_refusal_is_kept_with_its_reason_and_the_team_is_told():
    link = sent()
    make_member(link.practice, name="Priya Sandhu")

    proposal = decline(link=link, reason="Too dear for us", evidence=ROSALIND, at=NOON)

    assert (proposal.status, proposal.lost_reason) == (Proposal.Status.LOST, "Too dear for us")
    assert proposal.signatures.get().act == Signature.Act.DECLINED
    assert "Too dear for us" in Message.objects.for_practice(link.practice).get(slug="proposal_declined").text


def test_an_admin_accepts_for_the_client_with_a_reason():
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    send_proposal(proposal)
    priya = make_user("Priya Sandhu")

    accept_on_behalf(proposal=proposal, reason="Signed on paper", by=priya, at=NOON)

    signature = proposal.signatures.get()
    assert proposal.is_won
    assert (signature.act, signature.by, signature.reason) == (Signature.Act.ON_BEHALF, priya, "Signed on paper")


def test_accepting_for_the_client_needs_a_reason():
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    send_proposal(proposal)

    with pytest.raises(ReasonMissing):
        accept_on_behalf(proposal=proposal, reason=" ", by=make_user(), at=NOON)


def test_after_the_signature_both_sides_get_the_signed_document_once(run_bell):
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    tess = make_member(proposal.practice, name="Tess Okafor").user
    send(proposal=proposal, by=tess, at=NOON)
    token = share(proposal=proposal, by=tess, at=NOON).rstrip("/").split("/")[-1]
    accept(link=signing.find(token=token, at=NOON), signer_name="Rosalind Beck", evidence=ROSALIND, at=NOON)

    run_bell()
    make_signed_document(proposal=Proposal.objects.for_practice(proposal.practice).get(), at=NOON)

    signed = proposal.documents.get(kind=ProposalDocument.Kind.SIGNED)
    letters = Message.objects.for_practice(proposal.practice).filter(slug="proposal_accepted")
    assert sorted(letter.recipient for letter in letters) == sorted([tess.email, "rosalind@haldenmill.example"])
    assert {bytes(letter.attachments.get().content) for letter in letters} == {bytes(signed.content)}


def test_the_frozen_terms_do_not_follow_the_menu():
    practice = make_practice()
    menu = practice.pricingmenus.create(name="2026", starts_on=NOON.date(), status="active")
    service = Service.objects.create(practice=practice, menu=menu, name="Bookkeeping", price=Decimal("200"))
    line = ("Bookkeeping", "200.00", "monthly", {"service": service})
    proposal = sign_proposal(make_proposal(make_client(practice, "Halden Mill Brewing Ltd"), lines=[line]))

    practice.services.update(price=Decimal("999"), name="Other")

    engaged = proposal.engagement.services.get()
    assert (engaged.name, engaged.price) == ("Bookkeeping", Decimal("200.00"))
