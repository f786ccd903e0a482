"""Posting by a real worker over real HTTP in real time: rows B1, B2, B3, B5, B14, B23 and B24."""

from statistics import median
from typing import Any

from tests.benchmarks.floors import bucket_floor, floor
from tests.benchmarks.stacks import inside, pid_of, running_stack
from tests.benchmarks.table import Table

LATENCY = 2.0
MANY = 5_000
THIRD = 18  # calls a minute of another app: 30 % of the limit


def hundreds(table: Table) -> None:
    table.title(f"500 invoices, Xero answering after {LATENCY:.0f} s, limits on, a real worker")
    with running_stack("hundreds") as running:
        known = [inside(running, "run", invoices=500, latency=LATENCY) for _ in range(3)]
        new = inside(running, "run", invoices=500, latency=LATENCY, is_known=False)
    least = floor(10, 1, latency=LATENCY)
    verified = median(one["verified"] for one in known)
    table.add("B1  the floor: two rounds of five calls, one read-back", least, "s")
    table.add("B1  approved → all in Xero, the median of 3", median(one["posted"] for one in known), "s")
    table.add("B1  approved → all in Xero and read back, the median of 3", verified, "s", 1.4 * least)
    table.add("B1  … over the floor", verified / least, "×", 1.4)
    _calls_per_invoice(table, "contacts known", known[0], 0.024)
    _calls_per_invoice(table, "all contacts new", new, 0.044)
    table.add("B5  429s in fair weather", sum(one["refused"] for one in [*known, new]), "", 0)
    table.add("B24 bytes read per invoice, read-back included", known[0]["bytes_read"] / 500, "B", 5_000)
    table.add("B24 contacts, nothing changed: calls", known[0]["delta_calls"], "", 1)
    table.add("B24 contacts, nothing changed: bytes", known[0]["delta_bytes"], "B", 2_000)


def _calls_per_invoice(table: Table, words: str, found: dict[str, Any], most: float) -> None:
    """With the one call a night that asks for changed contacts."""
    calls = sum(found["calls"].values()) + found["delta_calls"]
    table.put(f"B3  {words}: calls", _in_words(found), "", found["there"] == 500 or None)
    table.add(f"B3  {words}: calls per invoice, with the contacts' delta", calls / 500, "", most)


def _in_words(found: dict[str, Any]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(found["calls"].items()))


def thousands(table: Table) -> None:
    table.title(f"{MANY:,} invoices, Xero answering after {LATENCY:.0f} s, limits on, a real worker")
    with running_stack("thousands") as running:
        alone = inside(running, "run", invoices=MANY, latency=LATENCY)
        _undisturbed(table, alone)
        _kind_minute(table, inside(running, "run", invoices=MANY, latency=LATENCY, minute="bucket"))
        killed = inside(running, "run", invoices=MANY, latency=LATENCY, victim=pid_of(running, "worker"))
        _beside_another_app(table, inside(running, "run", invoices=MANY, latency=LATENCY, rival=THIRD))
    table.put("B14 after kill -9 of the worker: in Xero, each once", f"{killed['there']:,}", f"{MANY:,}",
              killed["there"] == MANY)  # fmt: skip
    table.add("B14 kill -9 → the first call", killed["first_call_after_kill"], "s", 180)
    table.add("B14 the whole run over the undisturbed one", killed["verified"] / alone["verified"], "×", 1.15)
    table.add("B14 … longer by", killed["verified"] - alone["verified"], "s")


def _undisturbed(table: Table, found: dict[str, Any]) -> None:
    writes, reads = MANY // 50, MANY // 1_000
    rolling = floor(writes, reads, latency=LATENCY)
    table.add("B2  the floor where no 60 seconds hold more than 60 calls, read-back included", rolling, "s")
    table.add("B2  approved → all in Xero and read back", found["verified"], "s")
    table.add("B2  … over the floor", found["verified"] / rolling, "×", 1.35)
    table.add("B5  429s in fair weather", found["refused"], "", 0)
    table.put("B23 calls of the whole run", _in_words(found), "", None)
    reads = next((count for what, count in found["calls"].items() if what == "GET invoices"), 0)
    table.add("B23 calls that read back", reads, "", 6)
    table.add("B23 reading all of them again: calls", found["watch_calls"], "", 6)
    table.add("B23 reading all of them again: our CPU", found["watch_cpu"], "s", 3)


def _kind_minute(table: Table, found: dict[str, Any]) -> None:
    """As the reference reckons: 60 calls at once, then one a second."""
    bucket = bucket_floor(MANY // 50, latency=LATENCY)
    table.add("B2  Xero's minute is a bucket: the reference's floor, no read-back", bucket, "s")
    table.add("B2  … approved → all in Xero", found["posted"], "s")
    table.add("B2  … over the floor", found["posted"] / bucket, "×", 1.35)
    table.add("B2  … approved → all in Xero and read back", found["verified"], "s")
    table.add("B5  … 429s in fair weather", found["refused"], "", 0)


def _beside_another_app(table: Table, found: dict[str, Any]) -> None:
    calls = sum(found["calls"].values())
    table.add(f"B5  another app makes {THIRD} calls a minute: our calls", calls, "")
    table.add("B5  … of them refused with 429", found["refused"] / calls * 100, "%", 1)
    writes, reads = MANY // 50, MANY // 1_000
    least = floor(writes, reads, latency=LATENCY, per_minute=60 - THIRD)
    table.add("B5  … time over the floor of what is left", found["verified"] / least, "×")
