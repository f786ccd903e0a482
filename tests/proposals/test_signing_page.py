"""The page that clients sign, and attacks A13, A14 and A17 to A19 on it."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from billing.models import Invoice
from notifications.models import Message
from proposals import signing
from proposals.models import Proposal
from proposals.operations import accept_on_behalf, make_signed_document, revert, share
from tests.factories import make_client, make_practice, make_proposal, make_user, send_proposal

pytestmark = pytest.mark.django_db

SIGNATURE = {"signer_name": "Rosalind Beck", "has_read": "on", "has_consented": "on"}


def offered(**fields) -> tuple[Proposal, str]:
    practice = make_practice("North & Vale", email="tess@northandvale.example")
    proposal = make_proposal(make_client(practice, "Halden Mill Brewing Ltd"), **fields)
    return proposal, f"/sign/{send_proposal(proposal, at=timezone.now())}/"


def shared() -> tuple[Proposal, str]:
    """On offer with its document, as people send it."""
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"))
    return proposal, share(proposal=proposal, by=None, at=timezone.now()).removeprefix("http://testserver")


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.for_practice(proposal.practice).get(pk=proposal.pk)


def test_the_page_shows_what_is_offered_net_of_vat(client):
    _, address = offered(lines=[("Bookkeeping", "200.00", "monthly"), ("Set-up", "250.00", "once_acceptance")])

    page = client.get(address).content.decode()

    for words in ("Halden Mill Brewing Ltd", "Every month", "£200.00", "Once", "£250.00", "plus VAT", "Our fees"):
        assert words in page


def test_it_is_kept_from_caches_search_engines_and_referrers(client):
    _, address = offered()

    for page in (client.get(address), client.get("/sign/wrong/")):
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["Cache-Control"] == "no-store"
        assert "noindex" in page["X-Robots-Tag"]


def test_signing_leads_to_the_thanks_and_the_signed_pdf(client):
    proposal, address = shared()

    answer = client.post(f"{address}acceptance/", SIGNATURE, REMOTE_ADDR="192.0.2.14", HTTP_USER_AGENT="Firefox")
    make_signed_document(proposal=fresh(proposal), at=timezone.now())
    page = client.get(answer.url)
    document = client.get(f"{address}document/")

    signature = proposal.signatures.get()
    assert fresh(proposal).is_won
    assert (signature.ip_address, signature.user_agent) == ("192.0.2.14", "Firefox")
    assert "Thank you" in page.content.decode()
    assert document.content.startswith(b"%PDF")


@pytest.mark.parametrize("missing", SIGNATURE)
def test_without_name_or_consent_nothing_is_signed_and_what_was_entered_stays(client, missing):
    proposal, address = offered()

    answer = client.post(f"{address}acceptance/", {**SIGNATURE, missing: ""})

    assert answer.status_code == 422
    assert fresh(proposal).is_pending
    assert missing == "signer_name" or "Rosalind Beck" in answer.content.decode()


def test_declining_asks_why_and_keeps_the_answer(client):
    proposal, address = offered()

    without = client.post(f"{address}refusal/", {"reason": ""})
    answer = client.post(f"{address}refusal/", {"reason": "Too dear"})

    assert (without.status_code, answer.status_code) == (422, 200)
    assert (fresh(proposal).status, fresh(proposal).lost_reason) == ("lost", "Too dear")


def _revoked(proposal: Proposal) -> None:
    signing.revoke_all(proposal=proposal, at=timezone.now())


def _expired(proposal: Proposal) -> None:
    proposal.links.update(expires_at=timezone.now() - timedelta(seconds=1))


def _superseded(proposal: Proposal) -> None:
    revert(proposal=proposal, by=None, at=timezone.now())
    send_proposal(proposal, at=timezone.now())


@pytest.mark.parametrize("spoil", [_revoked, _expired, _superseded])
def test_a17_a_dead_link_gets_the_very_page_that_a_wrong_one_gets(client, spoil):
    proposal, address = offered()
    wrong = client.get(f"/sign/{'x' * 43}/")

    spoil(proposal)
    dead = client.get(address)

    assert (dead.status_code, wrong.status_code) == (404, 404)
    assert dead.content == wrong.content
    assert "North" not in dead.content.decode()


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda token: token[:-1], lambda token: token + "x"])
def test_a17_a_token_must_be_exact(client, change):
    _, address = offered()
    token = address.split("/")[2]

    assert client.get(f"/sign/{change(token)}/").status_code == 404


def test_a17_nobody_guesses_more_than_twenty_links_a_minute(client):
    _, address = offered()

    answers = [client.get(f"/sign/guess-{number}/").status_code for number in range(25)]
    from_elsewhere = client.get(address, REMOTE_ADDR="198.51.100.7").status_code

    assert answers == [404] * 20 + [429] * 5
    assert client.get(address).status_code == 429
    assert from_elsewhere == 200


@pytest.mark.parametrize("path", ["", "document/"])
def test_a18_a_scanner_that_follows_links_neither_views_nor_signs(client, path):
    proposal, address = offered()

    for _ in range(10):
        client.get(address + path, headers={"Purpose": "prefetch"})
        client.head(address + path)
        client.options(address + path)

    assert (fresh(proposal).status, fresh(proposal).viewed_at) == ("pending", None)
    assert list(proposal.links.values_list("viewed_at", flat=True)) == [None]


def test_a_person_who_moves_on_the_page_has_viewed_it_and_the_sender_is_told_once(client):
    proposal, address = offered(created_by=make_user("Tess Okafor"))

    answers = [client.post(f"{address}view/").status_code for _ in range(3)]

    assert answers == [204, 204, 204]
    assert fresh(proposal).viewed_at is not None
    assert Message.objects.for_practice(proposal.practice).filter(slug="proposal_viewed").count() == 1


@pytest.mark.parametrize("act", ["view/", "acceptance/", "refusal/"])
def test_a13_nothing_changes_by_get_or_without_the_form_s_own_token(act):
    proposal, address = offered()
    stranger = Client(enforce_csrf_checks=True)

    answers = (stranger.get(address + act).status_code, stranger.post(address + act, SIGNATURE).status_code)

    assert answers == (405, 403)
    assert (fresh(proposal).status, fresh(proposal).viewed_at) == ("pending", None)


@pytest.mark.parametrize(("origin", "code"), [("null", 302), ("http://testserver", 302), ("https://evil.example", 403)])
def test_a13_the_page_s_own_form_is_taken_though_no_referrer_hides_its_origin(origin, code):
    _, address = offered()
    browser = Client(enforce_csrf_checks=True)
    token = browser.get(address).context["csrf_token"]

    answer = browser.post(
        f"{address}acceptance/", {**SIGNATURE, "csrfmiddlewaretoken": token}, headers={"Origin": origin}
    )

    assert answer.status_code == code


def test_a14_what_people_typed_is_inert(client):
    script = "<script>alert(1)</script>"
    _, address = offered(lines=[(script, "10.00", "monthly")], letter=f"# {script}\n\n{script}", introduction=script)

    assert script not in client.get(address).content.decode()


def test_a19_the_second_signature_is_a_409_and_nothing_is_invoiced_twice(client):
    proposal, address = offered(lines=[("Set-up", "250.00", "once_acceptance")])

    answers = [client.post(f"{address}acceptance/", SIGNATURE).status_code for _ in range(3)]

    assert answers == [302, 409, 409]
    assert Invoice.objects.for_practice(proposal.practice).count() == 1


def test_a19_after_the_practice_accepted_for_the_client_the_page_says_so(client):
    proposal, address = offered()
    accept_on_behalf(proposal=proposal, reason="On paper", by=make_user(), at=timezone.now())

    answer = client.post(f"{address}acceptance/", SIGNATURE)

    assert answer.status_code == 409
    assert "accepted already" in answer.content.decode()
    assert proposal.signatures.count() == 1


def test_a19_a_withdrawn_proposal_cannot_be_signed(client):
    proposal, address = offered()
    revert(proposal=proposal, by=None, at=timezone.now())

    answer = client.post(f"{address}acceptance/", SIGNATURE)

    assert answer.status_code == 404
    assert fresh(proposal).is_draft


def test_the_pdf_is_the_very_one_whose_fingerprint_is_kept(client):
    proposal, address = shared()

    document = client.get(f"{address}document/")

    assert document.content == bytes(proposal.documents.get().content)


def test_what_was_signed_is_what_was_offered_whatever_the_firm_and_the_client_are_called_since(client):
    proposal, address = shared()
    proposal.client.name, proposal.practice.name = "Renamed Brewing Ltd", "Vale & Partners"
    proposal.client.save()
    proposal.practice.save()
    offered = client.get(f"{address}document/").content

    client.post(f"{address}acceptance/", SIGNATURE)
    make_signed_document(proposal=fresh(proposal), at=timezone.now())
    signed = client.get(f"{address}document/").content

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(signed)).pages)
    assert signed == bytes(proposal.documents.get(kind="signed").content)
    assert signed.startswith(offered)
    assert sha256(offered).hexdigest() in text
    assert "Halden Mill" in text
    assert "Renamed" not in text
    assert "Partners" not in text


def test_the_page_names_the_firm_and_the_client_as_the_document_beside_it_does(client):
    proposal, address = shared()
    proposal.client.name, proposal.practice.name = "Renamed Brewing Ltd", "Vale & Partners"
    proposal.client.save()
    proposal.practice.save()

    pages = [client.get(address).content.decode(), client.post(f"{address}acceptance/", SIGNATURE, follow=True)]

    for page in (pages[0], pages[1].content.decode()):
        assert "Halden Mill Brewing Ltd" in page
        assert "North &amp; Vale" in page
        assert "Renamed" not in page
        assert "Partners" not in page


def test_after_a_shared_link_the_certificate_says_who_made_it(client):
    tess = make_user("Tess Okafor")
    proposal = make_proposal(make_client(make_practice()))
    address = share(proposal=proposal, by=tess, at=timezone.now()).removeprefix("http://testserver")

    client.post(f"{address}acceptance/", SIGNATURE)
    make_signed_document(proposal=fresh(proposal), at=timezone.now())

    signed = BytesIO(client.get(f"{address}document/").content)
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(signed).pages)
    assert "Made to be handed over, by Tess Okafor" in text


def test_without_the_offer_that_was_signed_no_signed_document_is_made_up():
    proposal, _ = offered()
    accept_on_behalf(proposal=proposal, reason="On paper", by=make_user(), at=timezone.now())

    assert make_signed_document(proposal=fresh(proposal), at=timezone.now()) is None


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7")])
def test_only_our_own_proxies_are_believed_about_where_somebody_is(client, settings, proxies, seen):
    settings.TRUSTED_PROXIES = proxies
    proposal, address = offered()

    client.post(f"{address}acceptance/", SIGNATURE, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    assert proposal.signatures.get().ip_address == seen
