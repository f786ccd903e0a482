"""I1–I10 of reference/posting.md §11.2, as functions over our database and what stands in Xero.

Each answers its violations in words; none is good. Rows and requests are those of the sandbox's control page, so that
whoever talks to a sandbox of another process can ask as well.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from billing.models import BillingSettings, Invoice
from billing.operations import holds
from clients.models import Practice
from clients.operations import audit
from notifications.models import Message
from xero_sync.models import Batch, Connection, Difference, Push

Row = Mapping[str, Any]
GONE = {"DELETED", "VOIDED"}
TOLD = ("invoices_refused", "acceptance_refused")


@dataclass(frozen=True)
class Remote:
    """What stands in Xero: `/_sandbox/invoices?all=1`, `/_sandbox/requests?since=0`, the refused calls of
    `/_sandbox/stats`, and, by id, the invoices that people made or changed there, as they left them."""

    invoices: Sequence[Row]
    requests: Sequence[Row] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    left_by_people: Mapping[str, Row] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Row]:
        return {row["id"]: row for row in self.invoices}

    @cached_property
    def live(self) -> dict[str, list[Row]]:
        """By our marker, what our app made and nobody deleted."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.invoices:
            if row["by_app"] and row["status"] not in GONE:
                found[marker(row)].append(row)
        return found

    def is_touched(self, row: Row) -> bool:
        return row["id"] in self.left_by_people


@dataclass(frozen=True)
class Local:
    """Our invoices, read once for all invariants."""

    invoices: Sequence[Invoice]
    tenants: Mapping[int, str]
    ledger_numbered: Collection[int]

    @staticmethod
    def read() -> "Local":
        connections = Connection.objects.across_practices().order_by("connected_at")
        settings = BillingSettings.objects.across_practices().filter(numbering=BillingSettings.Numbering.LEDGER)
        return Local(
            list(Invoice.objects.across_practices().order_by("pk")),
            dict(connections.values_list("practice_id", "tenant_id")),
            set(settings.values_list("practice_id", flat=True)),
        )


def marker(row: Row) -> str:
    """The uid of our invoice, as the link on the ledger's invoice carries it."""
    return str(row["url"] or "").rpartition("/i/")[2].lower()


def _named(invoice: Invoice) -> str:
    return f"{invoice.source_key} (number {invoice.number or 'of the ledger'})"


def i1_once(local: Local, remote: Remote, *, is_at_rest: bool) -> Iterator[str]:
    """At most one live ledger invoice per source key: always with our own numbers, at rest with Xero's.

    A twin that a person has changed is theirs: it stays, and has to be reported.
    """
    for invoice in local.invoices:
        if invoice.practice_id in local.ledger_numbered and not is_at_rest:
            continue
        twins = remote.live.get(str(invoice.uid), [])
        ours = [row for row in twins if not remote.is_touched(row)]
        if len(twins) > 1 and (len(ours) > 1 or not _is_reported(invoice)):
            numbers = ", ".join(f"{row['number']} ({row['status']})" for row in twins)
            yield f"I1: {invoice.source_key} stands {len(twins)} times in Xero: {numbers}."


def _is_reported(invoice: Invoice) -> bool:
    found = Difference.objects.for_practice(invoice.practice_id).filter(invoice=invoice)
    return found.filter(kind=Difference.Kind.DUPLICATE).exists()


def i2_each_there(local: Local, remote: Remote, *, is_restored: bool = False) -> Iterator[str]:
    """At rest: what is posted stands there once, what is refused or cancelled does not, strangers are none.

    A database put back to an older copy may have forgotten what nobody wanted again since.
    """
    for invoice in local.invoices:
        there = remote.live.get(str(invoice.uid), [])
        if invoice.is_posted:
            kept = remote.left_by_people.get(invoice.ledger_reference)
            is_gone = kept is not None and kept["status"] in GONE
            if not is_gone and invoice.ledger_reference not in [row["id"] for row in there]:
                yield f"I2: {_named(invoice)} is posted, but the draft it names is not live in Xero."
        elif there and not invoice.is_waiting:
            yield f"I2: {_named(invoice)} is {invoice.status} ({invoice.refusal_code}), but stands in Xero."
    if is_restored:
        return
    known = {str(invoice.uid) for invoice in local.invoices}
    for uid in remote.live.keys() - known:
        yield f"I2: nobody here knows of the invoice in Xero marked {uid or 'with nothing'}."


def i3_totals(local: Local, remote: Remote) -> Iterator[str]:
    """Totals agree to the penny, save where a person changed them."""
    for invoice in local.invoices:
        row = remote.by_id.get(invoice.ledger_reference)
        if invoice.is_posted and row and not remote.is_touched(row) and Decimal(row["sub_total"]) != invoice.total:
            yield f"I3: {_named(invoice)} comes to {row['sub_total']} in Xero and to {invoice.total} here."


def i4_posted_is_there(local: Local, remote: Remote) -> Iterator[str]:
    """Nothing is posted here that is missing there, or stands in other books, or is another invoice."""
    for invoice in local.invoices:
        if not invoice.is_posted:
            continue
        row = remote.by_id.get(invoice.ledger_reference)
        if row is None:
            yield f"I4: {_named(invoice)} is posted here and missing in Xero."
        elif row["tenant"] != local.tenants.get(invoice.practice_id):
            yield f"I4: {_named(invoice)} stands in {row['organisation']}."
        elif marker(row) != str(invoice.uid):
            yield f"I4: {_named(invoice)} names another invoice in Xero, marked {marker(row)}."


def i5_own_token(remote: Remote, owners: Mapping[str, str]) -> Iterator[str]:
    """Every call on an organisation's books was made with a token of the user who connected it."""
    for asked in remote.requests:
        owner = owners.get(asked["tenant_id"])
        if owner and asked["owner"] != owner:
            yield f"I5: {asked['method']} {asked['path']} on {asked['organisation']} with a token of {asked['owner']}."


def i6_limits(remote: Remote) -> Iterator[str]:
    """In fair weather Xero never has to refuse a call because there were too many."""
    for problem, times in remote.refused.items():
        yield f"I6: the {problem} limit was exceeded {times} times."


def i7_refusals_are_told(local: Local) -> Iterator[str]:
    """Each refused invoice has a code, a sentence, and a notice to people within a minute."""
    refused = [invoice for invoice in local.invoices if invoice.is_refused]
    if not refused:
        return
    told = list(Message.objects.across_practices().filter(slug__in=TOLD).values_list("cause", "created_at"))
    for invoice in refused:
        if not (invoice.refusal_code and invoice.refusal_reason):
            yield f"I7: {_named(invoice)} is refused without a reason."
        causes = (f":{invoice.uid}:", f":{invoice.plan_id}:")
        if not any(cause.find(one) > 0 for cause, _ in told for one in causes):
            yield f"I7: nobody was told that {_named(invoice)} is refused."


def i8_at_rest(local: Local) -> Iterator[str]:
    """Nothing is under way any more: P7 with nothing in flight."""
    for batch in Batch.objects.across_practices().filter(status__in=Batch.OPEN):
        yield f"I8: a batch of {batch.item_count} {batch.kind} is still {batch.status}: {batch.problem}"
    held = {practice.pk for practice in Practice.objects.all() if holds.open_reasons(practice)}
    waiting = [one for one in local.invoices if one.is_waiting and one.is_released and one.practice_id not in held]
    pushes = dict(Push.objects.across_practices().filter(invoice__in=waiting).values_list("invoice_id", "status"))
    counts = Counter(f"{pushes.get(one.pk, 'not in the queue')}" for one in waiting)
    for status, count in counts.items():
        yield f"I8: {count} invoices still wait, their pushes are {status}."


def i9_audit_verifies(*, at: datetime) -> Iterator[str]:
    """The audit chain of every practice holds, once the clock has sealed what was left to it."""
    audit.seal_left(at=at)
    for practice in Practice.objects.all():
        fault = audit.verify(practice=practice, at=at)
        if fault:
            yield f"I9: the audit log of {practice} does not verify: {fault.sentence}"


def i10_no_edit_overwritten(remote: Remote) -> Iterator[str]:
    """What people made or changed in Xero is as they left it."""
    for key, left in remote.left_by_people.items():
        now = remote.by_id.get(key)
        if now is None:
            yield f"I10: {left['number']}, which a person left in Xero, is gone."
        elif now != left:
            changed = [name for name in left if left[name] != now[name]]
            yield f"I10: {left['number']} was changed after a person had: {', '.join(changed)}."


def always(local: Local, remote: Remote, owners: Mapping[str, str]) -> list[str]:
    """What holds after every step."""
    return [
        *i1_once(local, remote, is_at_rest=False),
        *i3_totals(local, remote),
        *i4_posted_is_there(local, remote),
        *i5_own_token(remote, owners),
        *i10_no_edit_overwritten(remote),
    ]


def at_rest(
    local: Local, remote: Remote, owners: Mapping[str, str], *, at: datetime, is_restored: bool = False
) -> list[str]:
    """What holds once faults have stopped and twenty minutes have passed."""
    return [
        *i8_at_rest(local),
        *i1_once(local, remote, is_at_rest=True),
        *i2_each_there(local, remote, is_restored=is_restored),
        *always(local, remote, owners),
        *i7_refusals_are_told(local),
        *i9_audit_verifies(at=at),
    ]
