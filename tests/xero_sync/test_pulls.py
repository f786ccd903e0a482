"""Reading Xero's lists, and what follows: links, suggestions, repaired causes."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from billing.models import Invoice, InvoiceTemplate, LedgerAccount, TrackingOption
from billing.operations import invoices
from billing.ports import Tone, get_ledger
from clients.models import Client, Membership, Practice
from tests.factories import make_client, make_finalised_plan, make_invoice
from tests.xero_world import Remote, connection_of, contact_named, linked_clients, post, sync
from xero_sync.models import Contact, ContactLink, ContactSuggestion, Push, SyncRun
from xero_sync.operations import contacts, pulls
from xero_sync.operations.pulls.healing import heal

pytestmark = pytest.mark.django_db

UNKNOWN_CONTACT = "7f000000-0000-4000-8000-00000000dead"


def later(now: datetime, **passed: int) -> datetime:
    return now + timedelta(**(passed or {"minutes": 5}))


# ── The lists ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lists_are_read_with_what_is_archived(connected: Practice) -> None:
    accounts = {one.code: one for one in LedgerAccount.objects.for_practice(connected)}
    assert accounts["200"].is_sales
    assert (accounts["200"].tax_name, accounts["200"].tax_rate) == ("20% (VAT on Income)", 20)
    assert accounts["299"].is_archived
    assert not accounts["610"].is_sales
    assert not accounts["400"].is_sales
    assert [one.name for one in InvoiceTemplate.objects.for_practice(connected)] == ["Standard", "Advisory", "Adfin"]
    assert TrackingOption.objects.for_practice(connected).get(name="Audit").is_archived
    assert contact_named(connected, "Bell Bakery").status == Contact.Status.ARCHIVED
    assert contact_named(connected, "Copperfield Plumbing and Heating").status == Contact.Status.MERGED
    connection = connection_of(connected)
    assert (connection.organisation_name, connection.short_code) == ("North & Vale Accountants", "!Nv1x2")


def test_what_vanishes_in_xero_is_marked_and_never_deleted(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("themes/Adfin/archive")
    remote.do("contacts/City Agency/archive")

    sync(connected, at=later(now))

    assert InvoiceTemplate.objects.for_practice(connected).get(name="Adfin").is_missing
    assert contact_named(connected, "City Agency").status == Contact.Status.ARCHIVED


def test_the_second_reading_asks_only_for_contacts_that_changed(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    sync(connected, at=later(now))

    asked = remote.requests("GET", "Contacts")[-1]
    assert "If-Modified-Since" in {name.title() for name in asked["headers"]}
    assert asked["query"]["includeArchived"].lower() == "true"


def test_once_a_week_all_contacts_are_read_and_what_is_gone_counts_as_missing(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    contact = contact_named(connected, "City Agency")
    Contact.objects.for_practice(connected).filter(pk=contact.pk).update(external_id="0" * 36)

    sync(connected, at=later(now, days=8))

    contact.refresh_from_db()
    assert contact.is_missing
    assert contact_named(connected, "City Limousines").is_usable


def test_many_contacts_are_read_page_by_page(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("seed", Contacts=[{"Name": f"Firm {number}"} for number in range(2100)])

    assert sync(connected, at=later(now)) == "done"

    assert Contact.objects.for_practice(connected).count() > 2100
    assert SyncRun.objects.for_practice(connected).first().counts["contacts"] >= 2100  # type: ignore[union-attr]


def test_a_word_that_nobody_knew_costs_no_page(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.fault("mangle", mangle="unknown_enum", path="Contacts")

    assert sync(connected, at=later(now, days=8)) == "done"


# ── The run ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_asked_twice_one_sync_is_open(connected: Practice, now: datetime) -> None:
    runs = {pulls.request_sync(connection=connection_of(connected), by=None, at=later(now)).pk for _ in range(2)}

    assert len(runs) == 1


def test_a_sync_that_xero_interrupts_goes_on_where_it_stopped(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    remote.fault("status", status=429, problem="minute", retry_after=30, path="Contacts")
    run = pulls.request_sync(connection=connection_of(connected), by=None, at=later(now))

    assert pulls.run_sync(run_id=run.pk, at=later(now)) == "waiting"
    assert pulls.run_sync(run_id=run.pk, at=later(now)) == ""
    before = len(remote.requests("GET", "Accounts"))
    assert pulls.run_sync(run_id=run.pk, at=later(now, minutes=6)) == "done"
    assert len(remote.requests("GET", "Accounts")) == before


def test_a_sync_whose_worker_died_is_taken_over(connected: Practice, now: datetime) -> None:
    run = pulls.request_sync(connection=connection_of(connected), by=None, at=now)
    SyncRun.objects.for_practice(connected).filter(pk=run.pk).update(
        status=SyncRun.Status.RUNNING, lease_until=now + timedelta(seconds=100), steps_done=3
    )

    assert pulls.run_sync(run_id=run.pk, at=now) == ""
    assert pulls.run_sync(run_id=run.pk, at=later(now)) == "done"


def test_a_disconnection_in_xero_stops_the_sync_and_is_told(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("disconnect")

    assert sync(connected, at=later(now)) == "failed"

    assert connection_of(connected).is_lost


def test_the_command_syncs_and_says_what_it_did(connected: Practice, remote: Remote) -> None:
    out = StringIO()

    call_command("sync_xero", "--practice", connected.slug, stdout=out)

    assert out.getvalue().startswith(f"{connected.slug}: done:")


def test_the_command_fails_where_there_is_nothing_to_sync(db: None) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("sync_xero", stderr=StringIO())

    assert left.value.code == 1


# ── Links and suggestions ────────────────────────────────────────────────────────────────────────────────────────────


def suggested(practice: Practice, client_name: str) -> list[str]:
    rows = ContactSuggestion.objects.for_practice(practice).filter(client__name=client_name)
    return [one.contact.name for one in rows.select_related("contact").order_by("position")]


def test_city_limo_is_suggested_as_city_limousines_and_not_linked(connected: Practice, now: datetime) -> None:
    city_limo = make_client(connected, "CITY LIMO")

    sync(connected, at=later(now))

    assert suggested(connected, "CITY LIMO")[0] == "City Limousines"
    assert not ContactLink.objects.for_practice(connected).filter(client=city_limo).exists()


def test_bell_bakery_is_suggested_the_active_one_first_and_linked_to_neither(
    connected: Practice, now: datetime
) -> None:
    """Example 22."""
    make_client(connected, "Bell Bakery", email="a@bell.example")

    sync(connected, at=later(now))

    assert suggested(connected, "Bell Bakery")[:2] == ["Bell Bakery Ltd", "Bell Bakery"]
    assert not ContactLink.objects.for_practice(connected).exists()


def test_name_and_email_link_by_themselves_and_say_so(connected: Practice, now: datetime) -> None:
    client = make_client(connected, "BEACON JOINERY LIMITED", email="Office@beaconjoinery.example")

    sync(connected, at=later(now))

    link = ContactLink.objects.for_practice(connected).get(client=client)
    assert (link.contact.name, link.how) == ("Beacon Joinery Ltd", "Same name and e-mail address")


def test_a_persons_decision_is_never_touched(connected: Practice, priya: Membership, now: datetime) -> None:
    client = make_client(connected, "Beacon Joinery Ltd", email="office@beaconjoinery.example")
    contacts.link(client=client, contact=contact_named(connected, "City Agency"), by=priya.user, at=now)

    sync(connected, at=later(now))

    assert ContactLink.objects.for_practice(connected).get(client=client).contact.name == "City Agency"


def test_standings_say_what_is_known_of_each_client(connected: Practice, now: datetime) -> None:
    (linked,) = linked_clients(connected, ["City Agency"])
    archived = make_client(connected, "Bell Bakery")
    unmatched = make_client(connected, "Zephyr Quartz Wholesale")
    city_limo = make_client(connected, "CITY LIMO")
    contact = contact_named(connected, "Bell Bakery")
    ContactLink.objects.create(
        practice=connected, client=archived, tenant_id=contact.tenant_id, contact=contact, how="x", linked_at=now
    )
    sync(connected, at=later(now))

    standings = get_ledger("xero").standings(connected, [linked.pk, archived.pk, unmatched.pk, city_limo.pk])

    assert {key: (one.kind, one.tone) for key, one in standings.items()} == {
        linked.pk: ("linked", Tone.GREEN),
        archived.pk: ("archived", Tone.RED),
        unmatched.pk: ("unmatched", Tone.AMBER),
        city_limo.pk: ("suggested", Tone.AMBER),
    }
    assert linked.pk not in get_ledger("xero").standings(connected)


def test_preflight_names_what_would_go_wrong(connected: Practice, now: datetime) -> None:
    plan = make_finalised_plan(connected)

    found = {one.code: one.tone for one in get_ledger("xero").preflight(plan, at=now)}

    assert found == {
        "connection": Tone.GREEN,
        "contacts": Tone.GREEN,
        "lock_date": Tone.GREEN,
        "rate_budget": Tone.GREEN,
    }


# ── Repaired causes ──────────────────────────────────────────────────────────────────────────────────────────────────


def refused_for_an_archived_contact(practice: Practice, remote: Remote, now: datetime, **fields: object) -> Invoice:
    (client,) = linked_clients(practice, ["City Limousines"])
    invoice = make_invoice(client, **fields)  # type: ignore[arg-type]  # fields of the invoice
    remote.do("contacts/City Limousines/archive")
    post(practice, at=now)
    invoice.refresh_from_db()
    assert invoice.refusal_code == "CONTACT_ARCHIVED"
    return invoice


def test_an_unarchived_contact_sends_its_invoices_without_a_click(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    invoice = refused_for_an_archived_contact(connected, remote, now)
    sync(connected, at=later(now))
    post(connected, at=later(now))
    assert remote.invoices() == []

    remote.do("contacts/City Limousines/restore")
    sync(connected, at=later(now, minutes=10))
    post(connected, at=later(now, minutes=10))

    assert [one["number"] for one in remote.invoices()] == [invoice.number]


def test_linking_to_another_contact_sends_its_invoices_without_a_click(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    invoice = refused_for_an_archived_contact(connected, remote, now)

    contacts.link(client=invoice.client, contact=contact_named(connected, "City Agency"), by=priya.user, at=now)
    post(connected, at=later(now))

    assert [one["contact"] for one in remote.invoices()] == ["City Agency"]


def test_unarchiving_from_here_sends_its_invoices(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    invoice = refused_for_an_archived_contact(connected, remote, now)
    assert priya.user

    contacts.unarchive(contact=contact_named(connected, "City Limousines"), by=priya.user, at=now)
    post(connected, at=later(now))

    assert [one["number"] for one in remote.invoices()] == [invoice.number]


def test_an_invoice_due_at_signing_waits_for_a_person_and_goes_once(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    """Example 12."""
    invoice = refused_for_an_archived_contact(connected, remote, now, kind=Invoice.Kind.ACCEPTANCE)
    contacts.link(client=invoice.client, contact=contact_named(connected, "City Agency"), by=priya.user, at=now)
    post(connected, at=later(now))
    assert remote.invoices() == []
    assert priya.user

    for minutes in (6, 7):
        invoice.refresh_from_db()
        invoices.send_now(invoice=invoice, by=priya.user, at=later(now, minutes=minutes))
        post(connected, at=later(now, minutes=minutes))

    assert len(remote.invoices()) == 1


def test_an_archived_account_is_refused_and_heals(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    account = LedgerAccount.objects.for_practice(connected).get(code="260")
    invoice = make_invoice(client, account=account)
    remote.do("accounts/260/archive")
    post(connected, at=now)
    invoice.refresh_from_db()
    assert invoice.refusal_code == "ACCOUNT_INVALID"
    sync(connected, at=later(now))
    post(connected, at=later(now))
    assert remote.invoices() == []

    remote.do("accounts/260/restore")
    sync(connected, at=later(now, minutes=10))
    post(connected, at=later(now, minutes=10))

    assert [one["number"] for one in remote.invoices()] == [invoice.number]


def test_a_locked_period_is_refused_and_heals(connected: Practice, remote: Remote, now: datetime) -> None:
    remote.do("settings", lock_drafts="refused")
    remote.do("lock", date="2026-10-31")
    (client,) = linked_clients(connected, ["City Limousines"])
    invoice = make_invoice(client)
    post(connected, at=now)
    invoice.refresh_from_db()
    assert invoice.refusal_code == "LOCKED_PERIOD"

    remote.do("lock")
    sync(connected, at=later(now))
    post(connected, at=later(now))

    assert [one["number"] for one in remote.invoices()] == [invoice.number]


def test_a_contact_that_xero_does_not_find_counts_as_missing_and_is_not_tried_every_night(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    gone = contact_named(connected, "City Limousines")
    Contact.objects.for_practice(connected).filter(pk=gone.pk).update(external_id=UNKNOWN_CONTACT)
    invoice = make_invoice(client)
    post(connected, at=now)
    invoice.refresh_from_db()
    assert invoice.refusal_code == "CONTACT_MISSING"
    assert get_ledger("xero").standings(connected, [client.pk])[client.pk].kind == "missing"

    sync(connected, at=later(now))
    post(connected, at=later(now))
    assert len(remote.requests("PUT", "Invoices")) == 1

    contacts.link(client=client, contact=contact_named(connected, "City Agency"), by=priya.user, at=later(now))
    post(connected, at=later(now, minutes=10))
    assert [one["number"] for one in remote.invoices()] == [invoice.number]


def refused_as(client: Client, code: str, *, account: LedgerAccount, now: datetime, contact_id: str = "") -> Invoice:
    invoice = make_invoice(client, account=account)
    invoices.record_refused(invoice=invoice, code=code, reason="Refused.", words="", at=now)
    pushes = Push.objects.for_practice(client.practice).filter(invoice=invoice)
    pushes.update(status=Push.Status.REFUSED, refused_contact_id=contact_id)
    return invoice


def test_only_the_invoices_whose_own_cause_is_gone_go_out_again(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, ["City Limousines"])
    contact = contact_named(connected, "City Limousines")
    codes = LedgerAccount.objects.for_practice(connected)
    usable, archived = codes.get(code="200"), codes.get(code="299")
    repaired = refused_as(client, "ACCOUNT_INVALID", account=usable, now=now)
    held = refused_as(client, "ACCOUNT_INVALID", account=archived, now=now)
    same = refused_as(client, "CONTACT_NAME_TAKEN", account=usable, now=now, contact_id=contact.external_id)
    other = refused_as(client, "CONTACT_NAME_TAKEN", account=usable, now=now)

    assert heal(connection=connection_of(connected), at=later(now)) == 2

    refused = Invoice.objects.for_practice(connected).refused()
    assert set(refused.values_list("pk", flat=True)) == {held.pk, same.pk}
    waiting = Invoice.objects.for_practice(connected).filter(status=Invoice.Status.RAISED)
    assert set(waiting.values_list("pk", flat=True)) == {repaired.pk, other.pk}


def test_a_slightly_similar_name_is_not_named_as_the_likely_one(connected: Practice) -> None:
    studio = make_client(connected, "Marram Yoga Studio")
    contact = contact_named(connected, "City Agency")
    ContactSuggestion.objects.create(
        practice=connected, client=studio, contact=contact, score=61, reason="Slightly similar name", position=0
    )

    standing = get_ledger("xero").standings(connected, [studio.pk])[studio.pk]

    assert (standing.kind, standing.label) == ("unmatched", "No contact")


def test_to_be_told_to_wait_is_no_failure_of_a_sync(connected: Practice, remote: Remote, now: datetime) -> None:
    run = pulls.request_sync(connection=connection_of(connected), by=None, at=now)
    for minutes in range(0, 24, 2):
        remote.fault("status", status=429, problem="minute", retry_after=30, method="GET", path="Organisation")
        assert pulls.run_sync(run_id=run.pk, at=now + timedelta(minutes=minutes)) == "waiting"

    assert pulls.run_sync(run_id=run.pk, at=now + timedelta(minutes=30)) == "done"
