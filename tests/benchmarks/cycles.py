"""B11: how many batches of 50 are claimed, frozen, marked and completed in a second, Xero answering at once."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from multiprocessing.connection import Connection as Pipe

from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Invoice, InvoiceLine
from clients.models import Client, Practice
from tests.benchmarks.multiplying import SERIES, another_uuid, copies, look_again, tidy_up
from tests.benchmarks.statements import bare_cycles
from tests.benchmarks.table import Table
from tests.factories import (
    make_account,
    make_client,
    make_connection,
    make_contact,
    make_invoice,
    make_link,
    make_member,
    make_practice,
)
from tests.fakes_xero import FakeGateway
from xero_sync.models import Batch, ContactLink, Grant, Push
from xero_sync.operations import lanes, pushes, tokens
from xero_sync.ports import at_work
from xero_sync.records import BatchReply, Element
from xero_sync.translation.elements import elements_in

ROWS = 200_000
PRACTICES, CLIENTS = 40, 200
OTHER_CLIENTS = "SELECT id FROM clients_client WHERE practice_id = %s AND id <> %s"
OTHER_INVOICES = "SELECT id, client_id FROM billing_invoice WHERE practice_id = %s AND id <> %s"
OF_EACH_CLIENT = (
    f"SELECT client.id AS client_id, n FROM ({SERIES}) AS times, clients_client client WHERE practice_id = %s"  # noqa: S608  # no foreign text
)
PROCESSES, THREADS = 2, 4
SECONDS, BARE_SECONDS = 15, 5
Worker = Callable[[Sequence[int], list[float], float], None]
XEROS_MOST = 167  # calls a second that Xero lets an app make for all practices together
MOST_QUERIES = 60
GROWN = (Client, ContactLink, Invoice, InvoiceLine, Push)
FORK = multiprocessing.get_context("fork")


class Agreeable(FakeGateway):
    """Takes everything, at once."""

    def create_invoices(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply:
        sent = elements_in(body, "Invoices")
        ids = (f"{idempotency_key[:20]}-{position}" for position in range(len(sent)))
        made = (Element(True, (), {**one, "InvoiceID": ident}) for one, ident in zip(sent, ids, strict=True))
        return BatchReply(tuple(made), "")


def open_gateway(tenant_id: str, access_token: str) -> Agreeable:
    """What settings.XERO_GATEWAY names here."""
    return Agreeable(tenant_id)


@dataclass(frozen=True)
class Pace:
    """Cycles a second, and how long one takes at most in 99 of 100 cases, in milliseconds."""

    rate: float
    p99: float


def cycles(table: Table, *, rows: int) -> None:
    table.title(f"Claiming and completing batches of 50 among {rows:,} invoices; {PROCESSES} processes")
    if connection.vendor == "postgresql":
        _in_plain_sql(table, rows)
    with override_settings(XERO_GATEWAY="tests.benchmarks.cycles.open_gateway"):
        practices = [_practice(number, rows // PRACTICES) for number in range(PRACTICES)]
        tidy_up(*GROWN)
        pushes.post_batch(practice_id=practices[0].pk, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            pushes.post_batch(practice_id=practices[0].pk, at=timezone.now())
        start = _pace(practices)
        _finish_most(practices)
        look_again(*GROWN)
        after = _pace(practices)
    table.add("B11 queries in a turn of ours", len(queries), "", MOST_QUERIES)
    table.add("B11 turns of ours a second, with all that belongs to them", start.rate, "/s")
    table.add("B11 … that is invoices a second", start.rate * 50, "/s")
    table.add("B11 a turn, p99 at the start", start.p99, "ms")
    table.add("B11 a turn, p99 with nearly all done", after.p99, "ms")
    table.add("B11 … over the start's", after.p99 / start.p99, "×", 1.3)


def _in_plain_sql(table: Table, rows: int) -> None:
    """What the reference measured (L16): the database with our tables, without the rest of a turn of ours; in practices
    of their own, with as many invoices waiting. SQLite has one writer and no such figure."""
    practices = [_practice(PRACTICES + number, rows // PRACTICES) for number in range(PRACTICES)]
    for practice in practices:
        lanes.lane_of(practice)
    tidy_up(*GROWN)
    bare = _pace(practices, bare_cycles, BARE_SECONDS)
    clients, least = PROCESSES * THREADS, 1.5 * XEROS_MOST
    table.add(f"B11 claim and complete in plain SQL, {clients} clients: cycles a second", bare.rate, "/s", least=least)
    table.add("B11 … p99", bare.p99, "ms")


def _practice(number: int, invoices: int) -> Practice:
    """Some clients, one account, and that many invoices waiting."""
    practice = make_practice(f"Cycle {number}")
    ours = make_connection(practice, by=make_member(practice))
    sealed = tokens.seal("token", grant_id=ours.grant_id or 0, kind="access")
    Grant.objects.filter(pk=ours.grant_id).update(
        access_token=sealed, expires_at=timezone.now() + timedelta(days=1), refreshed_at=timezone.now()
    )
    client = make_client(practice)
    _more_clients(make_link(client, make_contact(ours)))
    _more_invoices(make_invoice(client, account=make_account(practice)), invoices // CLIENTS)
    return practice


def _more_clients(link: ContactLink) -> None:
    copies(link.client, SERIES, [CLIENTS - 1], uid=another_uuid())
    copies(link, OTHER_CLIENTS, [link.practice_id, link.client_id], client_id="source.id")


def _more_invoices(invoice: Invoice, of_each: int) -> None:
    of_practice = invoice.practice_id
    keys = {name: f"'{name}-' || source.client_id || '-' || source.n" for name in ("source_key", "number")}
    copies(invoice, OF_EACH_CLIENT, [of_each, of_practice], uid=another_uuid(), client_id="source.client_id", **keys)
    copies(invoice.lines.get(), OTHER_INVOICES, [of_practice, invoice.pk], invoice_id="source.id")
    push = Push.objects.for_practice(of_practice).get(invoice=invoice)
    of_invoice = {"invoice_id": "source.id", "client_id": "source.client_id"}
    copies(push, OTHER_INVOICES, [of_practice, invoice.pk], **of_invoice)


def _finish_most(practices: Sequence[Practice]) -> None:
    """All but enough for another while: done and checked, as posting leaves them."""
    now = timezone.now()
    for practice in practices:
        ready = Push.objects.for_practice(practice).filter(status=Push.Status.READY).order_by("-pk")
        kept = ready.values_list("pk", flat=True)[:2_000]
        most = ready.order_by().exclude(pk__in=list(kept))
        Push.objects.for_practice(practice).filter(status=Push.Status.POSTED).update(
            status=Push.Status.VERIFIED, verified_at=now
        )
        most.update(status=Push.Status.VERIFIED, verified_at=now)


# ── The pace ───────────────────────────────────────────────


def _pace(practices: Sequence[Practice], act: Worker | None = None, seconds: float = SECONDS) -> Pace:
    """Some processes with some threads each, for a while, at turns of ours or at something else; each has to carry a
    batch."""
    before = _carried()
    connections.close_all()
    shares = [[one.pk for one in practices[number::PROCESSES]] for number in range(PROCESSES)]
    pipes = [FORK.Pipe(duplex=False) for _ in shares]
    working = [
        FORK.Process(target=_work, args=(share, pipe, act or _turns, seconds))
        for share, (_, pipe) in zip(shares, pipes, strict=True)
    ]
    for process in working:
        process.start()
    taken = [one for reader, _ in pipes for one in reader.recv()]
    for process in working:
        process.join()
    carried = _carried() - before
    assert carried == len(taken) > 0, f"{len(taken)} turns carried {carried} batches."
    slowest = sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.99))]
    return Pace(len(taken) / seconds, slowest * 1000)


def _carried() -> int:
    return Batch.objects.across_practices().filter(status=Batch.Status.DONE).count()


def _work(practice_ids: Sequence[int], pipe: Pipe, act: Worker, seconds: float) -> None:
    taken: list[float] = []
    ends = time.monotonic() + seconds
    shares = [practice_ids[number::THREADS] for number in range(THREADS)]
    threads = [threading.Thread(target=act, args=(share, taken, ends)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(taken)


def _turns(practice_ids: Sequence[int], taken: list[float], ends: float) -> None:
    for practice_id in cycle(practice_ids):
        started = time.monotonic()
        if started >= ends:
            break
        with at_work():
            pushes.post_batch(practice_id=practice_id, at=timezone.now())
        taken.append(time.monotonic() - started)
    connections.close_all()
