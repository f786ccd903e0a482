"""The stack at rest, how long people wait for a draft, and a worker with its hands full: B8, B9, memory, idle CPU."""

import time

from scripts.stack import Stack
from tests.benchmarks.processes import cpu_seconds, weight
from tests.benchmarks.stacks import inside, pid_of, running_stack
from tests.benchmarks.table import Table

SETTLING, RESTING = 10, 30
OURS = ("web", "worker", "beat", "valkey")
CROWD = 64


def stack(table: Table) -> None:
    table.title("The running stack (SQLite, embedded broker), Xero answering after a second")
    with running_stack("stack") as running:
        table.add("Worker at rest", weight(pid_of(running, "worker")), "MB", 120)
        used = idle(running)
        for name, share in used.items():
            table.add(f"Nothing to do: {name}", share, "% of a core")
        table.add("Nothing to do: all of them together", sum(used.values()), "% of a core", 1)
        late = inside(running, "late", rounds=6, clients=100, latency=1.0)
        table.add("B8  late approval → last of 100 drafts in Xero, the slowest of 6", max(late), "s", 60)
        accepted = inside(running, "accept", rounds=8, latency=1.0)
        table.add("B9  acceptance → its draft in Xero, the slowest of 8", max(accepted), "s", 30)
        table.add("Worker afterwards", weight(pid_of(running, "worker")), "MB", 300)
        table.add("Web afterwards", weight(pid_of(running, "web")), "MB", 400)


def idle(running: Stack) -> dict[str, float]:
    """Per cent of a core that each process uses while nobody wants anything."""
    time.sleep(SETTLING)
    pids = {name: pid_of(running, name) for name in OURS}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(RESTING)
    return {name: (cpu_seconds(pid) - before[name]) / RESTING * 100 for name, pid in pids.items()}


def crowd(table: Table) -> None:
    table.title(f"{CROWD} practices at once through one worker of {CROWD} threads")
    with running_stack("crowd", WORKER_CONCURRENCY=str(CROWD)) as running:
        worker = pid_of(running, "worker")
        found = inside(running, "crowd", practices=CROWD, invoices=50, latency=20.0, worker=worker)
    table.add("Calls under way at once", found["in_flight"], "", least=CROWD)
    table.add("Worker before", found["before"], "MB")
    table.add("Worker with all of them under way", found["full"], "MB", 120)
    table.add("Worker at its heaviest: all answers come in the same second", found["heaviest"], "MB", 140)
