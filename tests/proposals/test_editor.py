"""The editor keeps what was entered, and stores only what may stand."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import Service, TrackingCategory, TrackingOption
from proposals.models import Proposal
from tests.factories import NOON, log_in, make_client, make_member, make_practice, make_proposal, send_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def north_vale():
    return make_practice("North & Vale")


def path(name: str, proposal: Proposal) -> str:
    return reverse(f"proposals:{name}", kwargs={"practice": proposal.practice.slug, "proposal_id": proposal.pk})


def make_menu_service(practice, name: str = "Payroll", **fields) -> Service:
    menu = practice.pricingmenus.filter(status="active").first()
    menu = menu or practice.pricingmenus.create(name="Menu 2026/27", starts_on=NOON.date(), status="active")
    return Service.objects.create(practice=practice, menu=menu, name=name, **{"price": Decimal("48"), **fields})


def tracking(practice, name: str = "Tess") -> TrackingOption:
    partner = TrackingCategory.objects.create(practice=practice, external_id=name, name="Partner", seen_at=NOON)
    return TrackingOption.objects.create(practice=practice, category=partner, external_id=name, name=name, seen_at=NOON)


def lines(*rows: dict, **more) -> dict:
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": len(rows), **more}
    usual = {"name": "Bookkeeping", "price": "200.00", "quantity": "1", "billing_method": "monthly", "weekday": "0"}
    for number, row in enumerate(rows):
        data |= {f"lines-{number}-{name}": value for name, value in {**usual, **row}.items()}
    return data


def test_price_quantity_method_and_tracking_stand_on_the_line(client, north_vale):
    log_in(client, make_member(north_vale))
    tess = tracking(north_vale)
    proposal = make_proposal(make_client(north_vale))

    row = {"price": "212.50", "quantity": "2", "billing_method": "quarterly_advance", "line_tracking": tess.pk}
    client.post(path("services", proposal), lines(row))

    line = proposal.lines.get()
    assert (line.amount, line.billing_method, line.line_tracking) == (Decimal("425.00"), "quarterly_advance", tess)


def test_a_service_of_the_menu_is_added_with_its_price_beside_what_was_typed(client, north_vale):
    log_in(client, make_member(north_vale))
    make_menu_service(north_vale, "Payroll", has_alignment=True)
    proposal = make_proposal(make_client(north_vale))

    client.post(path("services", proposal), lines({"price": "210.00"}, service="payroll"))

    kept = [(line.name, line.price, line.has_alignment) for line in proposal.lines.all()]
    assert kept == [("Bookkeeping", Decimal("210.00"), False), ("Payroll", Decimal("48.00"), True)]


def test_a_service_that_is_not_on_the_menu_is_refused_and_the_rest_is_kept(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    answer = client.post(path("services", proposal), lines({"price": "333.00"}, service="Juggling"))

    assert answer.status_code == 422
    assert "no service called “Juggling”" in answer.content.decode()
    assert "333.00" in answer.content.decode()
    assert proposal.lines.get().price == Decimal("200.00")


def test_a_line_is_removed(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    client.post(path("services", proposal), lines({}, {"name": "Payroll"}, remove="0"))

    assert [line.name for line in proposal.lines.all()] == ["Payroll"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "a lot"),
        ("price", "-1"),
        ("price", "1.234"),
        ("quantity", "0"),
        ("billing_method", "daily"),
        ("name", ""),
    ],
)
def test_a_value_that_cannot_stand_is_refused_and_what_was_entered_is_kept(client, north_vale, field, value):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    answer = client.post(path("services", proposal), lines({field: value, "description": "Every Friday"}))

    assert answer.status_code == 422
    assert "Every Friday" in answer.content.decode()
    assert proposal.lines.get().price == Decimal("200.00")


@pytest.mark.parametrize("field", ["service", "line_tracking", "continues"])
def test_a_foreign_id_in_a_line_is_refused(client, north_vale, field):
    other = make_practice("Other & Co")
    foreign = {"service": make_menu_service(other).pk, "line_tracking": tracking(other).pk, "continues": 999_999}
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    answer = client.post(path("services", proposal), lines({field: foreign[field], "price": "1.00"}))

    assert answer.status_code == 422
    assert proposal.lines.get().price == Decimal("200.00")


def test_the_running_total_follows_the_typing_and_stores_nothing(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    answer = client.post(path("running_total", proposal), lines({"price": "300"}, {"price": "half", "name": "Payroll"}))

    assert "£300.00" in answer.content.decode()
    assert "£3,600.00" in answer.content.decode()
    assert proposal.lines.get().price == Decimal("200.00")


def test_a_sent_proposal_can_no_longer_be_edited(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))
    send_proposal(proposal)

    answer = client.post(path("services", proposal), lines({"price": "1.00"}))

    assert answer.status_code == 302
    assert proposal.lines.get().price == Decimal("200.00")


def test_the_general_part_is_stored_and_leads_to_the_services(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))
    terms = {"title": "Proposal", "signatory_name": "Edwin Beck", "signatory_email": "EDWIN@haldenmill.example"}

    answer = client.post(path("general", proposal), {**terms, "planned_start": "2026-09", "next": "1"})

    proposal.refresh_from_db()
    assert answer.url == path("services", proposal)
    assert (proposal.signatory_name, proposal.signatory_email) == ("Edwin Beck", "edwin@haldenmill.example")


def test_a_wrong_e_mail_is_refused_and_kept(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))
    terms = {"title": "Proposal", "signatory_name": "Edwin Beck", "signatory_email": "edwin at home"}

    answer = client.post(path("general", proposal), {**terms, "planned_start": "2026-09"})

    assert answer.status_code == 422
    assert "edwin at home" in answer.content.decode()


def test_the_letter_and_the_last_day_are_stored(client, north_vale):
    log_in(client, make_member(north_vale))
    proposal = make_proposal(make_client(north_vale))

    client.post(path("customise", proposal), {"letter": "Dear Rosalind", "expires_on": "2026-11-30"})

    proposal.refresh_from_db()
    assert (proposal.letter, str(proposal.expires_on)) == ("Dear Rosalind", "2026-11-30")


def test_an_apprentice_may_draft_and_edit(client, north_vale):
    log_in(client, make_member(north_vale, "apprentice"))
    halden_mill = make_client(north_vale, contact_name="Rosalind Beck")

    answer = client.post(reverse("proposals:drafts", kwargs={"practice": north_vale.slug}), {"client": halden_mill.pk})
    draft = halden_mill.proposals.get()
    client.post(path("services", draft), lines({}))

    assert answer.url == path("general", draft)
    assert draft.signatory_name == "Rosalind Beck"
    assert draft.lines.count() == 1
