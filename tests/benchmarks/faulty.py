"""B4: what faults cost in calls, at the rates of the protocol model; the waiting is done on the sandbox's clock."""

import random
from datetime import datetime

from django.test import override_settings
from django.utils import timezone

from clients.models import Practice
from sandbox.xero.server import serve
from tests.benchmarks.inside.firms import Firm, open_firm
from tests.benchmarks.table import Table
from tests.benchmarks.world import use_as_xero
from tests.xero_world import Remote, sync
from xero_sync.models import Push
from xero_sync.operations import pushes

RATES = {"429": 0.05, "503": 0.03, "fail_before": 0.02, "late_commit": 0.01, "lose_answer": 0.03}
CRASHES = {"before_send": 0.02, "after_send": 0.02}
TWICE = 0.02
LATE = 300  # seconds
INVOICES = 2_000
STEP = 15  # seconds between two looks of the sweep
HOURS = 6
CHANCE = random.Random()  # noqa: S311  # chance, not secrecy


class Crashed(BaseException):
    """Stands in for kill -9: nothing catches it, nothing is tidied up."""


def checkpoint(point: str) -> None:
    """What settings.XERO_CHECKPOINT names here: the worker dies now and then beside a call."""
    if CHANCE.random() < CRASHES.get(point, 0):
        raise Crashed(point)


def faults(table: Table) -> None:
    table.title(f"{INVOICES:,} invoices at the model's fault rates, on a clock that is moved")
    with serve() as running, use_as_xero(running):
        remote = Remote(running)
        remote.do("settings", per_day=5_000)
        fair = _calls(remote, seed=0)
        found = [_calls(remote, seed=seed) for seed in (1, 2, 3, 4)]
    table.add("B4  calls in fair weather", fair, "")
    table.put("B4  calls at the model's fault rates, four draws", ", ".join(map(str, found)), "", None)
    table.add("B4  … over fair weather", sum(found) / len(found) / fair, "×", 1.25)


def _calls(remote: Remote, *, seed: int) -> int:
    """How many calls it took until each invoice was in Xero, once, and read back. Seed 0: nothing goes wrong."""
    firm = open_firm(remote, clients=INVOICES, read=lambda made: sync(made.practice, at=timezone.now()))
    firm.approve()
    since = remote.get("stats")["requests"]
    CHANCE.seed(seed)
    if seed:
        remote.do("faults/script", seed=seed, rates=RATES, delay=LATE, path="Invoices")
    with override_settings(XERO_CHECKPOINT="tests.benchmarks.faulty.checkpoint" if seed else ""):
        _post(remote, firm)
    remote.do("faults/clear")
    there = len(remote.get(f"invoices?tenant={firm.tenant}")["invoices"])
    assert there == INVOICES, f"{there} of {INVOICES} invoices are in Xero"
    rows = remote.get(f"requests?since={since}")["requests"]
    return sum(row["tenant_id"] == firm.tenant and "/api.xro/" in row["path"] for row in rows)


def _post(remote: Remote, firm: Firm) -> None:
    """Turns as the sweep rings for them, the sandbox's clock being everybody's."""
    for _ in range(HOURS * 3600 // STEP):
        at = datetime.fromisoformat(remote.do("clock", advance=STEP)["now"])
        for _ in range(2 if CHANCE.random() < TWICE else 1):
            _turns(firm.practice, at)
        if _is_over(firm.practice):
            return
    raise AssertionError("It does not come to an end.")


def _turns(practice: Practice, at: datetime) -> None:
    try:
        pushes.post_all(practice_id=practice.pk, at=at)
    except Crashed:
        return


def _is_over(practice: Practice) -> bool:
    open_ones = Push.objects.for_practice(practice).exclude(status__in=[Push.Status.VERIFIED, Push.Status.REFUSED])
    return not open_ones.exists()
