"""The chain of the audit log: what is hashed, and which record breaks it. Pure.

An entry is a dict of plain JSON values. Its hash is the SHA-256, in hex, of its canonical JSON without the hash itself:
keys in order, no spaces, UTF-8 as it is (RFC 8785; there are no fractions in it). The hash of the entry before is one
of the values, so that whoever changes an entry has to change every later one, and the head.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from clients.models import AuditEvent

Entry = dict[str, Any]
GENESIS = "0" * 64  # what the first entry has for the hash of the one before
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many entries it has, and the hash of the last."""

    seq: int = 0
    hash: str = GENESIS


class Break(StrEnum):
    """What can be wrong with a record."""

    ALTERED = "altered"
    MISSING = "missing"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "cut off"
    BEYOND = "beyond the end"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad record: its number, what is wrong, and that in a sentence."""

    seq: int
    kind: Break
    sentence: str


def plain(value: Any) -> Any:
    """A fact as JSON keeps it on every database: texts, whole numbers, yes, no, nothing, lists and dicts of them."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return _text(value)


def _text(value: Any) -> str:
    text = _moment(value) if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value
    return str(text).replace("\x00", "")[:LONGEST]


def _moment(at: datetime) -> str:
    """2026-11-22T09:30:00.000000Z"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, by name: the value before and the value after."""
    told = {name: [plain(before.get(name)), plain(value)] for name, value in after.items()}
    return {name: both for name, both in told.items() if both[0] != both[1]}


def entry_of(event: AuditEvent) -> Entry:
    """The event's every field, as it is hashed and exported."""
    return {
        "practice": event.practice_id,
        "seq": event.seq,
        "at": _moment(event.at),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "subject": event.subject,
        "facts": event.facts,
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }


def canonical(value: Any) -> str:
    """The one way of writing this value as JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(entry: Mapping[str, Any]) -> str:
    """The hash that this entry must have."""
    told = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def first_fault(entries: Iterable[Entry], head: Head) -> Fault | None:
    """The first bad record of a chain, given in order, that should end at `head`; None where it is whole."""
    rest = iter(entries)
    last: Entry | None = None
    for number, entry in enumerate(rest, start=1):
        fault = _fault(entry, number, last, rest, head)
        if fault:
            return fault
        last = entry
    return _fault_of_the_end(last, head)


def _fault(entry: Entry, number: int, last: Entry | None, rest: Iterator[Entry], head: Head) -> Fault | None:
    if number > head.seq:
        return Fault(number, Break.BEYOND, f"Entry {number:,} stands after the recorded end of the log.")
    if entry["seq"] != number:
        return _misplaced(entry, number, rest)
    if digest(entry) != entry["hash"]:
        return _altered(entry, number, head)
    if entry["prev_hash"] != (last["hash"] if last else GENESIS):
        before = max(number - 1, 1)
        return Fault(before, Break.ALTERED, f"Entry {before:,} was altered: entry {number:,} does not follow from it.")
    return None


def _misplaced(entry: Entry, number: int, rest: Iterator[Entry]) -> Fault:
    if entry["seq"] < number or any(each["seq"] == number for each in rest):
        return Fault(number, Break.OUT_OF_ORDER, f"Entry {entry['seq']:,} stands where entry {number:,} should be.")
    return Fault(number, Break.MISSING, f"Entry {number:,} is missing: entry {entry['seq']:,} comes in its place.")


def _altered(entry: Entry, number: int, head: Head) -> Fault:
    """An entry whose hash is right under another number was moved; any other was changed after it was written."""
    for seq in range(1, head.seq + 1):
        if digest({**entry, "seq": seq}) == entry["hash"]:
            sentence = f"Entry {number:,} is out of order: it was written as entry {seq:,}."
            return Fault(number, Break.OUT_OF_ORDER, sentence)
    return Fault(number, Break.ALTERED, f"Entry {number:,} was altered: its hash does not fit what it says.")


def _fault_of_the_end(last: Entry | None, head: Head) -> Fault | None:
    seq = last["seq"] if last else 0
    if seq < head.seq:
        cut = f"Entry {seq + 1:,} is" if head.seq == seq + 1 else f"Entries {seq + 1:,} to {head.seq:,} are"
        return Fault(seq + 1, Break.CUT_OFF, f"{cut} missing: the end of the log was cut off.")
    if last and last["hash"] != head.hash:
        return Fault(seq, Break.ALTERED, f"Entry {seq:,} was altered: the recorded end of the log has another hash.")
    return None
