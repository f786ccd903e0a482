"""One billing run of one practice, posted by the stack's worker: how long, how many calls, how many bytes."""

import contextlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from billing.models import Invoice, LedgerAccount
from billing.operations import plans
from clients.models import Practice
from tests.benchmarks.inside.firms import Firm, open_firm, wait_until
from tests.factories import make_client, make_invoice
from tests.xero_world import Remote, connection_of
from xero_sync.models import Lane, Push
from xero_sync.operations import connections, pulls, reconciliation

API = "/api.xro/2.0/"


@dataclass
class Found:
    """Seconds count from the moment at which the approval was written down."""

    posted: float
    verified: float
    there: int
    calls: dict[str, int]
    refused: int
    bytes_read: int
    delta_calls: int
    delta_bytes: int
    watch_calls: int
    watch_cpu: float
    first_call_after_kill: float


def run(
    remote: Remote,
    *,
    invoices: int,
    latency: float,
    is_known: bool = True,
    minute: str = "rolling",
    rival: int = 0,
    victim: int = 0,
) -> dict[str, Any]:
    """`minute` is how Xero counts the calls of one; `rival` how many of them another app makes; `victim` the process
    that is killed on the way."""
    firm = open_firm(remote, clients=invoices, is_known=is_known)
    _begin_with_one(firm)
    plans.tick(at=timezone.now())  # else the clock would open this month amid the run, with as many clients
    remote.do("clock", advance=61)  # what setting up has used of the minute is over, by Xero's count and by ours
    Lane.objects.for_practice(firm.practice).update(recent_calls=[])
    remote.do("settings", latency=latency, minute_kind=minute)
    since, killed = remote.get("stats")["requests"], ""
    with _another_app(firm.practice, rival):
        began = firm.approve()
        if victim:
            killed = _kill(victim, firm, invoices * 3 // 10, remote)
        wait_until(lambda: _is_read_back(firm.practice, invoices + 1))
        verified = timezone.now()  # not the rows' own moment, which is that of asking
    posted = Invoice.objects.for_practice(firm.practice).order_by("-posted_at")[0].posted_at or verified
    entries = _calls(remote, firm, since)
    remote.do("settings", latency=0)
    remote.do("clock", advance=61)
    delta = _delta(remote, firm)
    watched, cpu = _watch(remote, firm)
    ours = [one for one in entries if not one["path"].lower().endswith("/organisation")]
    found = Found(
        posted=(posted - began).total_seconds(),
        verified=(verified - began).total_seconds(),
        there=len(remote.get(f"invoices?tenant={firm.tenant}")["invoices"]) - 1,
        calls=Counter(f"{one['method']} {one['path'].lower().removeprefix(API)}" for one in ours),
        refused=sum(one["status"] == 429 for one in ours),
        bytes_read=sum(one["size"] for one in ours),
        delta_calls=len(delta),
        delta_bytes=sum(one["size"] for one in delta),
        watch_calls=watched,
        watch_cpu=cpu,
        first_call_after_kill=_seconds_to_first(ours, killed) if killed else 0,
    )
    return vars(found)


def _begin_with_one(firm: Firm) -> None:
    """A practice that has just connected has its invoices in Xero looked at once, before the first is sent; the run of
    a month does not begin so."""
    account = LedgerAccount.objects.for_practice(firm.practice).filter(code="200").order_by("-pk")[0]
    make_invoice(make_client(firm.practice, "Usher"), account=account, at=timezone.now())
    wait_until(lambda: _is_read_back(firm.practice, 1))


def _is_read_back(practice: Practice, invoices: int) -> bool:
    done = Push.objects.for_practice(practice).filter(status__in=[Push.Status.VERIFIED, Push.Status.REFUSED])
    return done.count() == invoices


def _calls(remote: Remote, firm: Firm, since: int) -> list[dict[str, Any]]:
    rows = remote.get(f"requests?since={since}")["requests"]
    return [row for row in rows if row["tenant_id"] == firm.tenant]


# ── Another app, and a kill ────────────────────────────────


@contextlib.contextmanager
def _another_app(practice: Practice, per_minute: int) -> Iterator[None]:
    """Uses up its share of the organisation's minute, evenly; it asks for the organisation, which we never do here."""
    ended = threading.Event()
    asking = threading.Thread(target=_ask_on, args=(practice, per_minute, ended), daemon=True)
    if per_minute:
        asking.start()
    try:
        yield
    finally:
        ended.set()
        if per_minute:
            asking.join()


def _ask_on(practice: Practice, per_minute: int, ended: threading.Event) -> None:
    gateway = connections.gateway_of(connection_of(practice), at=timezone.now())
    connection.close()
    while not ended.wait(60 / per_minute):
        with contextlib.suppress(Exception):  # a refusal of the other app is its own affair
            gateway.organisation()


def _kill(victim: int, firm: Firm, after: int, remote: Remote) -> str:
    """kill -9 once so many are in Xero; when that was by the sandbox's clock."""
    posted = Invoice.objects.for_practice(firm.practice).filter(status=Invoice.Status.POSTED)
    wait_until(lambda: posted.count() >= after)
    os.kill(victim, signal.SIGKILL)
    now: str = remote.get("clock")["now"]
    return now


def _seconds_to_first(entries: list[dict[str, Any]], killed: str) -> float:
    moment = datetime.fromisoformat(killed) + timedelta(milliseconds=100)
    later = [at for at in (datetime.fromisoformat(one["at"]) for one in entries) if at > moment]
    return (min(later) - moment).total_seconds() if later else float("inf")


# ── Afterwards: nothing has changed in Xero ────────────────


def _delta(remote: Remote, firm: Firm) -> list[dict[str, Any]]:
    """The calls for contacts of a sync while nothing has changed; one contact is the newest."""
    name = firm.practice.clients.order_by("pk")[0].name
    remote.do(f"contacts/{name}/rename", name=f"{name} (UK)", tenant=firm.tenant)
    _sync(firm)
    since = remote.get("stats")["requests"]
    _sync(firm)
    return [one for one in _calls(remote, firm, since) if one["path"].lower().endswith("/contacts")]


def _sync(firm: Firm) -> None:
    pulls.request_sync(connection=connection_of(firm.practice), by=None, at=timezone.now())
    wait_until(firm.is_synced)


def _watch(remote: Remote, firm: Firm) -> tuple[int, float]:
    """Calls and CPU seconds of comparing everything that was posted."""
    ours = connection_of(firm.practice)
    gateway = connections.gateway_of(ours, at=timezone.now())
    since, started = remote.get("stats")["requests"], time.process_time()
    reconciliation.watch(connection=ours, gateway=gateway, at=timezone.now())
    return len(_calls(remote, firm, since)), time.process_time() - started
