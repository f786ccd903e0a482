"""How long people wait: after a late approval, and after a client has signed."""

from typing import Any

from django.utils import timezone

from tests.benchmarks.inside.firms import Firm, open_firm, wait_until
from tests.factories import make_client, make_proposal, sign_proposal
from tests.xero_world import Remote


def late_approvals(remote: Remote, *, rounds: int, clients: int, latency: float) -> list[float]:
    """Seconds from the click to the last draft in Xero, one practice after the other."""
    firms = [open_firm(remote, clients=clients) for _ in range(rounds)]
    remote.do("settings", latency=latency)
    return [_seconds(firm, firm.approve) for firm in firms]


def acceptances(remote: Remote, *, rounds: int, latency: float) -> list[float]:
    """Seconds from a signature of a client whom Xero does not know to the draft in Xero."""
    remote.do("settings", latency=0)
    firm = open_firm(remote, clients=1)
    remote.do("settings", latency=latency)
    lines = (("Set-up", "250.00", "once_acceptance"),)
    offers = [make_proposal(make_client(firm.practice, f"Newcomer {one}"), lines=lines) for one in range(rounds)]
    return [_seconds(firm, lambda offer=offer: sign_proposal(offer, at=timezone.now())) for offer in offers]


def _seconds(firm: Firm, act: Any) -> float:
    started = timezone.now()
    act()
    wait_until(firm.is_posted)
    return (timezone.now() - started).total_seconds()
