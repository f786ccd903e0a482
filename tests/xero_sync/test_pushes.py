"""Posting: each invoice once, whatever Xero, the network or a worker does."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from billing.models import Invoice
from billing.operations import holds, invoices
from clients.models import AuditEvent, Membership, Practice
from tests.factories import make_client, make_invoice
from tests.xero_world import Remote, connect_by_operations, connection_of, contact_named, linked_clients, post, recover
from xero_sync.models import Batch, ContactLink, Difference, Lane, Push, Slot
from xero_sync.operations import pushes
from xero_sync.translation.elements import elements_in

pytestmark = pytest.mark.django_db

NAMES = ["City Limousines", "Beacon Joinery Ltd", "Garnet Street Films"]


def numbers(remote: Remote) -> list[str]:
    return sorted(one["number"] for one in remote.invoices())


def three(practice: Practice) -> list[Invoice]:
    return [make_invoice(one, "120.00") for one in linked_clients(practice, NAMES)]


def assert_posted_once(remote: Remote, wanted: list[Invoice]) -> None:
    assert numbers(remote) == sorted(str(invoice.number) for invoice in wanted)
    practice = wanted[0].practice
    assert {one.status for one in Invoice.objects.for_practice(practice)} == {Invoice.Status.POSTED}
    there = {one["number"]: one["id"] for one in remote.invoices()}
    ours = Invoice.objects.for_practice(practice).values_list("number", "ledger_reference")
    assert dict(ours) == there


def test_fifty_one_invoices_are_two_batches_and_one_reading_back(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    clients = linked_clients(connected, NAMES)
    wanted = [make_invoice(clients[position % 3]) for position in range(51)]

    post(connected, at=now)

    assert_posted_once(remote, wanted)
    assert [len(one["body"].split('"Type"')) - 1 for one in remote.requests("PUT", "Invoices")] == [50, 1]
    assert len(remote.requests("GET", "Invoices")) == 2, "the sync looked once, and one reading back"
    assert Push.objects.for_practice(connected).filter(status=Push.Status.VERIFIED).count() == 51


def test_the_bytes_of_a_batch_are_kept_packed(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, NAMES[:1])
    for _ in range(50):
        make_invoice(client)

    post(connected, at=now)

    (batch,) = Batch.objects.for_practice(connected)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(body) FROM xero_sync_batch")
        kept = cursor.fetchone()[0]
    assert len(elements_in(batch.body, "Invoices")) == 50
    assert kept < len(batch.body) / 4


def test_what_leaves_is_what_was_written_down(connected: Practice, remote: Remote, now: datetime) -> None:
    three(connected)

    post(connected, at=now)

    batch = Batch.objects.for_practice(connected).get()
    (sent,) = remote.requests("PUT", "Invoices")
    assert sent["body"].encode() == batch.body
    assert sent["query"]["summarizeErrors"].lower() == "false"
    headers = {name.lower(): value for name, value in sent["headers"].items()}
    assert headers["idempotency-key"] == batch.idempotency_key
    assert headers["accept-encoding"] == "gzip"
    assert batch.status == Batch.Status.DONE


@pytest.mark.parametrize("kind", ["lose_answer", "reset", "truncate", "html", "fail_before"])
def test_an_answer_that_cannot_be_trusted_leads_to_one_invoice_each(
    kind: str, connected: Practice, remote: Remote, now: datetime
) -> None:
    wanted = three(connected)
    remote.fault(kind, path="Invoices", method="PUT")

    recover(connected, at=now)

    assert_posted_once(remote, wanted)
    arrived = 2 if kind in ("fail_before", "html") else 1
    assert len(remote.requests("PUT", "Invoices")) == arrived


@pytest.mark.parametrize("memory", [0, 360, 86400])
def test_a_late_commit_ends_in_one_invoice_each(
    memory: int, connected: Practice, remote: Remote, now: datetime
) -> None:
    remote.do("settings", key_memory=memory)
    wanted = three(connected)
    remote.fault("late_commit", path="Invoices", method="PUT", delay=600)

    recover(connected, at=now)
    remote.do("clock", advance=3600)
    remote.get("stats")

    assert_posted_once(remote, wanted)


def test_a_status_of_500_that_xero_remembers_for_the_key_passes_with_a_new_key(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    wanted = three(connected)
    remote.fault("status", status=500, path="Invoices", method="PUT", remember=True)

    recover(connected, at=now)

    assert_posted_once(remote, wanted)


def test_xero_that_summarises_its_errors_is_read_back(connected: Practice, remote: Remote, now: datetime) -> None:
    """F7: the good ones exist although Xero answers 400."""
    wanted = three(connected)
    remote.do("contacts/Beacon Joinery Ltd/archive")
    remote.do("settings", force_summarise=True)

    recover(connected, at=now)

    assert numbers(remote) == sorted(str(wanted[place].number) for place in (0, 2))
    refused = Invoice.objects.for_practice(connected).refused().get()
    assert refused.refusal_code == "CONTACT_ARCHIVED"


@pytest.mark.parametrize("spoiled", ["missing", "reorder", "repeat", "foreign", "totals"])
def test_a_spoiled_reply_is_sorted_out(spoiled: str, connected: Practice, remote: Remote, now: datetime) -> None:
    wanted = three(connected)
    remote.fault("mangle", mangle=spoiled, path="Invoices", method="PUT")

    recover(connected, at=now)

    assert_posted_once(remote, wanted)


def test_an_archived_contact_among_fifty_is_refused_aloud_and_49_are_posted(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F6: Xero knows of it before we do."""
    first, second, archived = linked_clients(connected, NAMES)
    others = [make_invoice((first, second)[place % 2]) for place in range(49)]
    held = make_invoice(archived)
    remote.do("contacts/Garnet Street Films/archive")

    post(connected, at=now)

    assert numbers(remote) == sorted(str(invoice.number) for invoice in others)
    held.refresh_from_db()
    assert held.refusal_code == "CONTACT_ARCHIVED"
    assert "un-archived" in held.ledger_words
    assert contact_named(connected, "Garnet Street Films").status == "archived"
    assert len(remote.requests("PUT", "Invoices")) == 1


def test_a_contact_known_to_be_archived_is_refused_without_a_call(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    client = make_client(connected, "Bell Bakery")
    contact = contact_named(connected, "Bell Bakery")
    ContactLink.objects.create(
        practice=connected, client=client, tenant_id=contact.tenant_id, contact=contact, how="Chosen", linked_at=now
    )
    invoice = make_invoice(client)

    post(connected, at=now)

    invoice.refresh_from_db()
    assert invoice.refusal_code == "CONTACT_ARCHIVED"
    assert remote.requests("PUT", "Invoices") == []


def test_a_client_without_a_link_gets_a_contact_with_our_number(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    clients = [make_client(connected, name) for name in ("Halden Mill Ltd", "Rook & Daughter")]
    wanted = [make_invoice(one) for one in clients]

    post(connected, at=now)

    assert_posted_once(remote, wanted)
    assert len(remote.requests("PUT", "Contacts")) == 1
    created = {one["name"]: one["number"] for one in remote.get("contacts")["contacts"]}
    assert created["Halden Mill Ltd"] == f"SOCKET-{connected.pk}-{clients[0].pk}"


@pytest.mark.parametrize("kind", ["lose_answer", "fail_before"])
def test_contacts_whose_creation_got_lost_exist_once(
    kind: str, connected: Practice, remote: Remote, now: datetime
) -> None:
    client = make_client(connected, "Halden Mill Ltd")
    wanted = [make_invoice(client)]
    remote.fault(kind, path="Contacts", method="PUT")

    recover(connected, at=now)

    assert_posted_once(remote, wanted)
    named = [one for one in remote.get("contacts")["contacts"] if one["name"] == "Halden Mill Ltd"]
    assert len(named) == 1
    assert ContactLink.objects.for_practice(connected).get(client=client).contact.external_id == named[0]["id"]


def test_a_name_that_is_taken_in_xero_is_refused_aloud(connected: Practice, remote: Remote, now: datetime) -> None:
    invoice = make_invoice(make_client(connected, "City Limousines"))

    post(connected, at=now)

    invoice.refresh_from_db()
    assert invoice.refusal_code == "CONTACT_NAME_TAKEN"
    assert remote.invoices() == []


def test_a_number_used_by_a_person_is_left_to_them_and_the_next_one_is_taken(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F24."""
    first, *_ = three(connected)
    remote.do("invoices", contact="City Limousines", number=first.number, amount="77.00")

    recover(connected, at=now)

    theirs = next(one for one in remote.invoices() if one["number"] == first.number)
    assert theirs["sub_total"] == "77.00"
    taken = first.number
    first.refresh_from_db()
    assert first.is_posted
    assert first.number != taken
    assert first.ledger_number == first.number
    told = AuditEvent.objects.for_practice(connected).get(action="invoice.renumbered")
    assert told.facts == {"before": taken, "after": first.number}
    assert len(remote.invoices()) == 4


def test_a_number_taken_by_somebody_is_for_a_person_where_our_own_may_have_arrived_under_it(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """After a lost answer nobody may conclude that ours is not there."""
    (client,) = linked_clients(connected, ["City Limousines"])
    invoice = make_invoice(client)
    remote.fault("fail_before", path="Invoices", method="PUT")
    pushes.post_batch(practice_id=connected.pk, at=now)
    remote.do("invoices", contact="City Limousines", number=invoice.number, amount="77.00")

    recover(connected, at=now + timedelta(seconds=60))

    invoice.refresh_from_db()
    assert invoice.refusal_code == "NUMBER_TAKEN"
    assert len(remote.invoices()) == 1


def test_a_minute_limit_makes_the_lane_wait_and_nothing_is_asked_until_then(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F8."""
    wanted = three(connected)
    Lane.objects.for_practice(connected).update(minute_left=50, limits_seen_at=now)
    remote.fault("status", status=429, problem="minute", retry_after=37, path="Invoices", method="PUT")

    post(connected, at=now)
    lane = Lane.objects.for_practice(connected).get()
    assert lane.waiting_for == "minute"
    assert timedelta(seconds=36) < lane.next_ok_at - now < timedelta(seconds=45)
    assert lane.minute_left == 0, "what Xero said before is over"
    post(connected, at=now + timedelta(seconds=30))
    assert len(remote.requests("PUT", "Invoices")) == 1

    post(connected, at=now + timedelta(seconds=60))
    assert_posted_once(remote, wanted)


def test_a_limit_of_the_whole_app_slows_every_practice(connected: Practice, remote: Remote, now: datetime) -> None:
    three(connected)
    remote.fault("status", status=429, problem="appminute", path="Invoices", method="PUT")

    post(connected, at=now)

    assert Lane.objects.for_practice(connected).get().next_ok_at > now


def test_safe_mode_sends_nothing_and_leaving_it_lists_what_waits(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    """Example 15."""
    assert priya.user
    holds.enter_safe_mode(practice=connected, by=priya.user, at=now)
    wanted = three(connected)
    post(connected, at=now)
    assert remote.invoices() == []

    waiting = holds.leave_safe_mode(practice=connected, send_waiting=False, by=priya.user, at=now)
    post(connected, at=now)
    assert remote.invoices() == []
    assert len(waiting) == 3

    holds.confirm_waiting(practice=connected, by=priya.user, at=now)
    post(connected, at=now)
    assert_posted_once(remote, wanted)


def test_a_worker_finds_every_slot_taken(connected: Practice, now: datetime) -> None:
    three(connected)
    Slot.objects.for_practice(connected).update(lease_until=now + timedelta(seconds=60), fence=7)

    assert pushes.post_batch(practice_id=connected.pk, at=now) is False
    assert not Batch.objects.for_practice(connected).exists()


def test_an_invoice_waits_until_it_is_released(connected: Practice, remote: Remote, now: datetime) -> None:
    (client,) = linked_clients(connected, NAMES[:1])
    make_invoice(client, kind=Invoice.Kind.ACCEPTANCE, is_released=False)

    post(connected, at=now)

    assert remote.invoices() == []


def test_an_invoice_that_was_withdrawn_is_not_sent_and_one_that_was_sent_cannot_be(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    (client,) = linked_clients(connected, NAMES[:1])
    taken_back, sent = make_invoice(client), make_invoice(client)
    assert pushes.withdraw(taken_back, at=now) is True

    post(connected, at=now)

    assert numbers(remote) == [sent.number]
    assert pushes.withdraw(sent, at=now) is False


def test_xero_down_for_twenty_minutes_loses_nothing(connected: Practice, remote: Remote, now: datetime) -> None:
    """F11: few calls while it lasts, then everything by itself."""
    wanted = three(connected)
    remote.fault("status", status=503, path="api.xro", times=1000)
    at = recover(connected, at=now, minutes=20)
    assert len(remote.requests("", "api.xro")) < 30 + len(wanted)

    remote.do("faults/clear")
    recover(connected, at=at, minutes=10)

    assert_posted_once(remote, wanted)


def test_a_refused_invoice_is_retried_with_the_same_number(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    assert priya.user
    (invoice,) = [make_invoice(one) for one in linked_clients(connected, NAMES[:1])]
    remote.do("contacts/City Limousines/archive")
    post(connected, at=now)
    remote.do("contacts/City Limousines/restore")
    contact = contact_named(connected, "City Limousines")
    type(contact).objects.for_practice(connected).filter(pk=contact.pk).update(status="active")

    invoices.retry(invoice=Invoice.objects.for_practice(connected).get(pk=invoice.pk), by=priya.user, at=now)
    post(connected, at=now + timedelta(minutes=1))

    assert_posted_once(remote, [invoice])


def test_what_people_do_in_xero_is_reported_and_never_undone(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """F24."""
    wanted = three(connected)
    pushes.post_batch(practice_id=connected.pk, at=now)
    remote.do(f"invoices/{wanted[0].number}/delete")
    remote.do(f"invoices/{wanted[1].number}/reprice", amount="99.00")

    post(connected, at=now + timedelta(minutes=1))

    kinds = Difference.objects.for_practice(connected).values_list("invoice__number", "kind")
    assert sorted(kinds) == sorted([(wanted[0].number, "deleted"), (wanted[1].number, "total")])
    assert connection_of(connected).is_connected
    assert len(remote.requests("PUT", "Invoices")) == 1


def test_under_xeros_own_numbers_a_lost_answer_ends_in_one_invoice_after_a_quiet_quarantine(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    """Mode B: no number refuses a late twin, so nothing is asked and nothing sent until none can come."""
    (client,) = linked_clients(connected, NAMES[:1])
    invoice = make_invoice(client, number=None)
    remote.fault("lose_answer", path="Invoices", method="PUT")
    post(connected, at=now)
    before = len(remote.requests())

    assert post(connected, at=now + timedelta(minutes=5)) == 1
    assert pushes.sweep(at=now + timedelta(minutes=5)) == 0
    assert len(remote.requests()) == before

    recover(connected, at=now + timedelta(minutes=16))
    invoice.refresh_from_db()
    assert [one["id"] for one in remote.invoices()] == [invoice.ledger_reference]
    assert len(remote.requests("PUT", "Invoices")) == 1


def test_a_refusal_that_cannot_be_explained_is_not_asked_again_and_again(
    connected: Practice, remote: Remote, now: datetime
) -> None:
    three(connected)
    remote.fault("status", status=403, path="Invoices", times=1000)
    remote.fault("status", status=503, path="connections", times=1000)

    assert post(connected, at=now) <= 3
    assert connection_of(connected).is_connected


def test_a_connection_that_was_lost_leaves_no_pause_behind_it(
    connected: Practice, priya: Membership, remote: Remote, now: datetime
) -> None:
    wanted = three(connected)
    Lane.objects.for_practice(connected).update(failures_in_a_row=4)
    remote.do("disconnect")
    post(connected, at=now)
    assert connection_of(connected).is_lost

    connect_by_operations(connected, priya, at=now + timedelta(seconds=5))
    post(connected, at=now + timedelta(seconds=5))

    assert_posted_once(remote, wanted)
