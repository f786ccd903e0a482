"""Billing settings, Safe Mode and a client's own values, through HTTP."""

import pytest
import time_machine

from billing.models import ClientBilling, Invoice, OwnerTracking
from billing.operations import holds
from billing.operations.settings import settings_of
from notifications import outbox
from tests.billing.office import IN_OCTOBER, SEPTEMBER, after, text_of
from tests.factories import (
    NOON,
    log_in,
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_member,
    make_option,
    make_practice,
)


@pytest.fixture
def office(client, north_vale, priya, settings):
    settings.SESSION_COOKIE_AGE = 10**8
    with time_machine.travel(IN_OCTOBER, tick=False):
        yield log_in(client, north_vale.memberships.get(user=priya))


@pytest.fixture
def home(north_vale):
    return f"/p/{north_vale.slug}/"


VALUES = {
    "timing": "advance",
    "processing": "automatic",
    "invoice_date_rule": "day",
    "invoice_day": "5",
    "terms_days": "30",
    "terms_rule": "after_month",
    "numbering": "own",
    "number_prefix": "NV-",
    "reference_pattern": "Proposal {proposal}, {period}",
    "recurring_label": "Services",
    "one_off_label": "One-off",
    "alignment": "own_invoice",
    "recurring_status": "approved",
    "acceptance_status": "draft",
    "completion_status": "draft",
    "is_recurring_consolidated": "on",
}


def test_the_settings_are_saved_together(office, home, north_vale):
    account = make_account(north_vale)

    page = after(office, office.post(f"{home}settings/billing/", {**VALUES, "recurring_account": account.pk}))

    kept = settings_of(north_vale)
    assert "The billing settings are saved" in page
    assert (kept.timing, kept.invoice_day, kept.recurring_account) == ("advance", 5, account)
    assert kept.is_recurring_consolidated


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number_prefix": "NV 2026/"}, "A prefix cannot contain a space"),
        ({"reference_pattern": "{client}"}, "{client} is not known here"),
        ({"invoice_day": "31"}, "Give 28 or less"),
        ({"terms_days": "x"}, "This is not a whole number"),
    ],
)
def test_a_setting_that_does_not_fit_saves_nothing(office, home, north_vale, change, sentence):
    page = text_of(office.post(f"{home}settings/billing/", {**VALUES, **change}))

    assert sentence in page
    assert "Nothing has been saved yet" in page
    assert settings_of(north_vale).timing == "arrears"


def test_an_option_is_chosen_for_each_of_our_people_and_taken_back(office, home, north_vale):
    carys, gone = make_member(north_vale, name="Carys Owen"), make_member(north_vale, name="Ivo Marsh", left_at=NOON)
    partner = make_option(north_vale, "Partner: C")
    page = text_of(office.get(f"{home}settings/billing/"))
    assert f"person_{carys.pk}" in page
    assert f"person_{gone.pk}" not in page

    url = f"{home}settings/billing/people/"
    assert "The tracking of our people is saved" in after(office, office.post(url, {f"person_{carys.pk}": partner.pk}))
    assert OwnerTracking.objects.for_practice(north_vale).get(membership=carys).option == partner

    office.post(url, {f"person_{carys.pk}": ""})
    assert not OwnerTracking.objects.for_practice(north_vale).exists()


def test_the_option_of_another_practice_stands_for_nobody(office, home, north_vale, priya):
    make_option(north_vale, "Partner: C")
    foreign = make_option(make_practice("Other & Co"), "Partner: A")
    person = north_vale.memberships.get(user=priya)

    page = text_of(office.post(f"{home}settings/billing/people/", {f"person_{person.pk}": foreign.pk}))

    assert "Choose again from the list" in page
    assert f'action="{home}settings/billing/"' in page
    assert not OwnerTracking.objects.for_practice(north_vale).exists()


# ── Safe Mode: worked example 15 ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def waiting(office, north_vale, bell_bakery):
    """Safe Mode is on, and an invoice of September's plan waits."""
    make_engagement(bell_bakery)
    holds.enter_safe_mode(practice=north_vale, by=None, at=IN_OCTOBER)
    make_finalised_plan(north_vale, SEPTEMBER, at=IN_OCTOBER)
    return Invoice.objects.for_practice(north_vale).get()


def test_15_leaving_safe_mode_lists_what_waits_and_asks(office, home, waiting):
    page = text_of(office.get(f"{home}settings/safe-mode/"))

    assert "1 invoice, £200.00, waits" in page
    assert "Bell Bakery Ltd" in page
    assert "Keep them waiting" in page


def test_15_what_waits_stays_until_somebody_confirms(office, home, waiting, north_vale):
    office.post(f"{home}settings/safe-mode/", {"waiting": "keep"})
    assert "What waited needs your word" in text_of(office.get(home))
    assert [hold.reason for hold in holds.open_reasons(north_vale)] == ["confirmation"]

    office.post(f"{home}settings/safe-mode/waiting/")
    assert holds.open_reasons(north_vale) == []


def test_15_what_waits_can_be_sent_at_once(office, home, waiting, north_vale):
    assert "1 invoice on the way" in after(office, office.post(f"{home}settings/safe-mode/", {"waiting": "send"}))
    assert holds.open_reasons(north_vale) == []


@pytest.fixture
def held_letter(office, north_vale):
    holds.enter_safe_mode(practice=north_vale, by=None, at=IN_OCTOBER)
    outbox.write(
        practice=north_vale, slug="proposal_accepted", cause="1", audience=outbox.Audience.CLIENT, at=IN_OCTOBER,
        recipients=[outbox.Recipient(email="ann@bell.example", name="Ann", user=None)], context={},
    )  # fmt: skip


def test_15_letters_to_clients_wait_as_invoices_do(office, home, north_vale, held_letter):
    assert "1 letter to clients is held" in text_of(office.get(f"{home}settings/safe-mode/"))

    page = after(office, office.post(f"{home}settings/safe-mode/", {"waiting": "keep"}))
    assert "1 letter held until somebody confirms" in page
    assert outbox.held_count(north_vale) == 1

    office.post(f"{home}settings/safe-mode/waiting/")
    assert outbox.held_count(north_vale) == 0


def test_15_letters_to_clients_go_out_at_once_when_told_so(office, home, north_vale, held_letter):
    assert "1 letter on the way" in after(office, office.post(f"{home}settings/safe-mode/", {"waiting": "send"}))
    assert outbox.held_count(north_vale) == 0


def test_safe_mode_is_entered_again_from_the_settings(office, home, north_vale):
    office.post(f"{home}settings/safe-mode/")

    north_vale.refresh_from_db()
    assert north_vale.is_safe_mode


# ── A client's own values ────────────────────────────────────────────────────────────────────────────────────────────


def test_each_value_says_from_which_level_it_comes(office, home, bell_bakery):
    url = f"{home}clients/{bell_bakery.pk}/invoicing/"
    assert "This client" not in text_of(office.get(url))

    office.post(f"{url}terms/", {"group": "terms", "terms_days": "30", "terms_rule": "after_date"})

    page = text_of(office.get(url))
    assert "30 days after the invoice date" in page
    assert "This client" in page
    assert "1 of 8 differ from the practice" in page


def test_an_emptied_value_follows_the_practice_again(office, home, bell_bakery):
    url = f"{home}clients/{bell_bakery.pk}/invoicing/terms/"
    office.post(url, {"group": "status", "posting_status": "approved"})
    office.post(url, {"group": "status", "posting_status": ""})

    assert ClientBilling.objects.for_practice(bell_bakery.practice).get().posting_status is None


def test_half_an_answer_is_refused(office, home, bell_bakery):
    url = f"{home}clients/{bell_bakery.pk}/invoicing/terms/"

    assert "or neither" in text_of(office.post(url, {"group": "terms", "terms_days": "30", "terms_rule": ""}))


def test_saving_one_value_leaves_the_others(office, home, bell_bakery):
    url = f"{home}clients/{bell_bakery.pk}/invoicing/terms/"
    office.post(url, {"group": "order", "purchase_order": "PO 4471"})
    office.post(url, {"group": "status", "posting_status": "approved"})

    kept = ClientBilling.objects.for_practice(bell_bakery.practice).get()
    assert (kept.purchase_order, kept.posting_status) == ("PO 4471", "approved")


def test_the_client_of_another_practice_has_no_tabs_here(office, home):
    stranger = make_client(make_practice("Other & Co"), "Stranger")

    for tab in ("work", "invoicing", "invoices", "why"):
        assert office.get(f"{home}clients/{stranger.pk}/{tab}/").status_code == 404
