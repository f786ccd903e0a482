"""The chain: written beside the deed, sealed after it, and never quietly changed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from clients.models import AuditChain, AuditEvent, Practice, Role, SealedForever
from clients.operations import audit
from clients.records import GENESIS, Head, digest, entry_of, first_fault
from tests.factories import NOON, make_client, make_member, make_practice

pytestmark = pytest.mark.django_db


def written(practice: Practice, number: int = 5) -> list[AuditEvent]:
    """So many events of one practice, sealed; in order."""
    for each in range(number):
        audit.record(
            practice=practice, action="client.created", by=None, at=NOON + timedelta(minutes=each), facts={"n": each}
        )
    audit.seal(practice_id=practice.pk)
    return list(AuditEvent.objects.for_practice(practice).order_by("seq"))


def tamper(event: AuditEvent, **changes: Any) -> None:
    """As somebody with the database in his hands does it."""
    names = ", ".join(f"{name} = %s" for name in changes)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE clients_auditevent SET {names} WHERE id = %s", [*changes.values(), event.pk])  # noqa: S608


def remove(event: AuditEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM clients_auditevent WHERE id = %s", [event.pk])


def verified(practice: Practice) -> tuple[int, str] | None:
    fault = audit.verify(practice=practice, at=NOON)
    return (fault.seq, fault.kind.value) if fault else None


def test_an_event_keeps_the_names_as_they_were_then() -> None:
    practice = make_practice()
    ann = make_member(practice, Role.ADMIN, name="Ann Wells").user
    city_limo = make_client(practice, "City Limo Ltd")

    event = audit.record(practice=practice, action="client.created", by=ann, at=NOON, subject=city_limo)
    practice.clients.update(name="Town Cars Ltd")

    event.refresh_from_db()
    assert (event.actor_name, event.subject, event.subject_type) == ("Ann Wells", "City Limo Ltd", "clients.client")
    assert (event.actor, event.subject_id) == (ann, str(city_limo.pk))


def test_what_nobody_did_was_done_by_socket() -> None:
    event = audit.record(practice=make_practice(), action="invoice.posted", by=None, at=NOON)

    assert event.actor_name == "Socket"


def test_an_event_of_a_deed_that_failed_is_not_written() -> None:
    practice = make_practice()

    with pytest.raises(Failed):
        fail_after_recording(practice)

    assert not AuditEvent.objects.for_practice(practice).exists()


class Failed(Exception):
    pass


@transaction.atomic
def fail_after_recording(practice: Practice) -> None:
    audit.record(practice=practice, action="client.created", by=None, at=NOON)
    raise Failed


def test_events_are_sealed_once_the_deed_is_committed(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    practice = make_practice()

    with django_capture_on_commit_callbacks() as callbacks:
        audit.record(practice=practice, action="client.created", by=None, at=NOON)
        audit.record(practice=practice, action="client.edited", by=None, at=NOON)
    unsealed = AuditEvent.objects.for_practice(practice).unsealed().count()
    for callback in callbacks:
        callback()

    assert (unsealed, len(callbacks)) == (2, 1)
    assert list(AuditEvent.objects.for_practice(practice).order_by("seq").values_list("seq", flat=True)) == [1, 2]


def test_the_chain_begins_with_nothing_and_goes_on_from_hash_to_hash() -> None:
    practice = make_practice()

    events = written(practice, 3)

    assert [event.prev_hash for event in events] == [GENESIS, events[0].hash, events[1].hash]
    assert [event.hash for event in events] == [digest(entry_of(event)) for event in events]
    assert AuditChain.objects.for_practice(practice).get().hash == events[-1].hash


def test_every_practice_has_a_chain_of_its_own() -> None:
    north, vale = make_practice(name="North & Co"), make_practice(name="Vale & Co")

    assert [event.seq for event in written(north, 2) + written(vale, 2)] == [1, 2, 1, 2]


def test_sealing_again_changes_nothing() -> None:
    practice = make_practice()
    before = [entry_of(event) for event in written(practice)]

    again = audit.seal(practice_id=practice.pk)

    assert (again, [entry_of(event) for event in AuditEvent.objects.for_practice(practice).order_by("seq")]) == (
        0,
        before,
    )


def test_what_a_crash_left_behind_the_clock_seals() -> None:
    practice = make_practice()
    audit.record(practice=practice, action="client.created", by=None, at=NOON)

    assert (audit.seal_left(at=NOON), audit.seal_left(at=NOON)) == (1, 0)


def test_many_events_cost_one_query(django_assert_num_queries: Callable[..., Any]) -> None:
    practice = make_practice()
    firms = [make_client(practice, f"Firm {number}") for number in range(50)]

    with django_assert_num_queries(1):
        audit.record_all(practice=practice, action="client.closed", by=None, at=NOON, about=[(f, {}) for f in firms])


def test_facts_are_kept_as_plain_values() -> None:
    practice = make_practice()
    facts = {"on": NOON.date(), "at": NOON, "amount": Decimal("1.50"), "names": ("a", "b"), "none": None, "is": True}

    event = audit.record(practice=practice, action="client.edited", by=None, at=NOON, facts=facts)

    assert json.loads(json.dumps(event.facts))["amount"] == "1.50"
    assert event.facts["at"].endswith("Z")


# ── Append-only ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sealed_event_is_not_updated() -> None:
    practice = make_practice()
    written(practice, 1)

    with pytest.raises(SealedForever):
        AuditEvent.objects.for_practice(practice).update(actor_name="Nobody")


def test_a_sealed_event_is_not_deleted() -> None:
    practice = make_practice()
    event = written(practice, 1)[0]

    with pytest.raises(SealedForever):
        AuditEvent.objects.for_practice(practice).delete()
    with pytest.raises(SealedForever):
        event.delete()


def test_a_sealed_event_is_not_saved() -> None:
    event = written(make_practice(), 1)[0]
    event.subject = "Something else"

    with pytest.raises(SealedForever):
        event.save()


# ── Verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chain_that_nobody_touched_is_whole() -> None:
    practice = make_practice()
    written(practice)

    assert verified(practice) is None
    assert AuditChain.objects.for_practice(practice).get().verified_seq == 5


def test_a_practice_without_events_is_whole() -> None:
    assert verified(make_practice()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2020-01-01 00:00:00+00:00"),
        ("actor_name", "Somebody else"),
        ("action", "plan.approved"),
        ("subject_type", "billing.invoice"),
        ("subject_id", "99"),
        ("subject", "Another firm"),
        ("facts", '{"n": 77}'),
        ("prev_hash", "f" * 64),
        ("hash", "f" * 64),
    ],
)
def test_the_alteration_of_any_field_is_named(field: str, value: str) -> None:
    practice = make_practice()
    events = written(practice)

    tamper(events[2], **{field: value})

    assert verified(practice) == (3, "altered")


def test_another_actor_is_named() -> None:
    practice = make_practice()
    other = make_member(practice, Role.ADMIN).user
    events = written(practice)

    tamper(events[2], actor_id=other.pk)

    assert verified(practice) == (3, "altered")


def test_another_practice_is_named() -> None:
    north, vale = make_practice(name="North & Co"), make_practice(name="Vale & Co")
    events, _ = written(north, 2), written(vale, 1)

    tamper(events[1], practice_id=vale.pk)

    assert (verified(north), verified(vale)) == ((2, "cut off"), (2, "beyond the end"))


def test_another_number_is_named() -> None:
    practice = make_practice()
    events = written(practice)

    tamper(events[4], seq=9)

    assert verified(practice) == (5, "missing")


def test_an_alteration_with_a_fresh_hash_is_named_by_the_next() -> None:
    practice = make_practice()
    events = written(practice)
    events[2].subject = "Another firm"

    tamper(events[2], subject="Another firm", hash=digest(entry_of(events[2])))

    assert verified(practice) == (3, "altered")


def test_an_alteration_of_the_last_with_a_fresh_hash_is_named_by_the_end() -> None:
    practice = make_practice()
    events = written(practice)
    events[4].subject = "Another firm"

    tamper(events[4], subject="Another firm", hash=digest(entry_of(events[4])))

    assert verified(practice) == (5, "altered")


def test_a_deletion_in_the_middle_is_named() -> None:
    practice = make_practice()
    remove(written(practice)[1])

    assert verified(practice) == (2, "missing")


def test_a_deletion_in_the_middle_with_the_rest_renumbered_is_named() -> None:
    practice = make_practice()
    events = written(practice)
    remove(events[1])
    for event in events[2:]:
        tamper(event, seq=(event.seq or 0) - 1)

    assert verified(practice) == (2, "out of order")


def test_a_tail_cut_off_is_named() -> None:
    practice = make_practice()
    for event in written(practice)[3:]:
        remove(event)

    assert verified(practice) == (4, "cut off")


def test_two_events_that_changed_places_are_named() -> None:
    practice = make_practice()
    events = written(practice)

    tamper(events[1], seq=99)
    tamper(events[2], seq=2)
    tamper(events[1], seq=3)

    assert verified(practice) == (2, "out of order")


def test_an_end_turned_back_is_named_and_nothing_is_sealed_over_it() -> None:
    practice = make_practice()
    events = written(practice)
    AuditChain.objects.for_practice(practice).update(seq=3, hash=events[2].hash)
    audit.record(practice=practice, action="client.created", by=None, at=NOON)

    assert audit.seal(practice_id=practice.pk) == 0
    assert verified(practice) == (4, "beyond the end")


def test_lines_of_an_export_that_changed_places_are_named() -> None:
    entries = [entry_of(event) for event in written(make_practice())]
    entries[1], entries[2] = entries[2], entries[1]

    fault = first_fault(entries, Head(5, entries[-1]["hash"]))

    assert fault is not None
    assert (fault.seq, fault.kind) == (2, "out of order")


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_seal_one_unbroken_chain() -> None:
    practice, workers, each = make_practice(), 6, 5
    start = Barrier(workers)
    threads = [Thread(target=work, args=(practice.pk, start, each)) for _ in range(workers)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.seal_left(at=NOON + timedelta(days=1))

    numbers = AuditEvent.objects.for_practice(practice).order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, workers * each + 1))
    assert verified(practice) is None


def work(practice_id: int, start: Barrier, number: int) -> None:
    """A worker that does something, with a connection of its own, and seals after each commit."""
    start.wait()
    for each in range(number):
        with transaction.atomic():
            audit.record(practice=practice_id, action="client.created", by=None, at=later(each))
    connection.close()


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)
