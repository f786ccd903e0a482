"""Many practices posting at the same moment through one worker."""

import time
from typing import Any

from clients.models import Practice
from tests.benchmarks.inside.firms import open_firm
from tests.benchmarks.processes import weight
from tests.xero_world import Remote
from xero_sync.operations import bells


def crowd(remote: Remote, *, practices: int, invoices: int, latency: float, worker: int) -> dict[str, Any]:
    """How many calls were under way at once, and the worker's megabytes: before, while they were, and at its heaviest,
    when the answers come, all in the same second."""
    firms = [open_firm(remote, clients=invoices) for _ in range(practices)]
    before = weight(worker)
    everybody = Practice.objects.filter(pk__in=[firm.practice.pk for firm in firms])
    everybody.update(is_safe_mode=True)
    for firm in firms:
        firm.approve()
    remote.do("settings", latency=latency)
    everybody.update(is_safe_mode=False)
    for firm in firms:
        bells.ring_lane(firm.practice.pk)
    full, heaviest, most = 0.0, 0.0, 0
    ends = time.monotonic() + 300
    while not all(firm.is_posted() for firm in firms) and time.monotonic() < ends:
        meters = remote.get("stats")["organisations"].values()
        under_way, megabytes = sum(meter["in_flight"] for meter in meters), weight(worker)
        full = max(full, megabytes if under_way >= practices else 0)
        most, heaviest = max(most, under_way), max(heaviest, megabytes)
        time.sleep(0.2)
    return {"before": before, "full": full, "heaviest": heaviest, "in_flight": most}
