"""In the environment of a running stack: python -m tests.benchmarks.inside <sandbox's url>; prints the seconds."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402  # models can be imported from here on

from billing.calendar import add_months, first_of  # noqa: E402
from billing.models import Invoice  # noqa: E402
from billing.operations import plans  # noqa: E402
from clients.models import Practice  # noqa: E402
from tests.benchmarks.books import choose_account, practice_with  # noqa: E402
from tests.factories import make_client, make_proposal, sign_proposal  # noqa: E402
from tests.xero_world import Remote, connect_by_operations, sync  # noqa: E402

ACCEPTANCES = 5
LONGEST = 120


def main() -> None:
    remote = Remote(SimpleNamespace(url=sys.argv[1]))  # type: ignore[arg-type]  # only the address is used
    practice, owner = practice_with(100)
    remote.do("seed", Contacts=[{"Name": one.name, "EmailAddress": one.email} for one in practice.clients.all()])
    connect_by_operations(practice, owner, at=timezone.now())
    sync(practice, at=timezone.now())
    choose_account(practice, owner, "200")
    remote.do("settings", latency=1)
    print(json.dumps({"approval": approval(practice, owner), "acceptance": max(acceptances(practice))}))


def approval(practice: Practice, owner: Any) -> float:
    month: date = add_months(first_of(timezone.now().date()), -1)
    plan = plans.draft(practice=practice, month=month, at=timezone.now())
    return seconds_until_posted(
        practice, lambda: plans.approve(plan=plan, version=plan.version, by=owner.user, at=timezone.now())
    )


def acceptances(practice: Practice) -> list[float]:
    found = []
    for number in range(ACCEPTANCES):
        proposal = make_proposal(
            make_client(practice, f"Newcomer {number}"), lines=(("Set-up", "250.00", "once_acceptance"),)
        )
        found.append(
            seconds_until_posted(practice, lambda proposal=proposal: sign_proposal(proposal, at=timezone.now()))
        )
    return found


def seconds_until_posted(practice: Practice, act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    waiting = Invoice.objects.for_practice(practice).waiting()
    while waiting.exists() and time.monotonic() < started + LONGEST:
        time.sleep(0.1)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
