"""Practices beside each other in one installation, each connected to an organisation of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from billing.calendar import add_months, first_of
from billing.models import Invoice
from billing.operations import plans
from clients.models import Membership, Practice
from tests.benchmarks.books import choose_account, practice_with
from tests.xero_world import Remote, connect_by_operations
from xero_sync.models import SyncRun

LONGEST = 600
LOOK = 0.02  # seconds between two looks: what is measured is that much too long at most
ACCOUNTS = [{"Code": "200", "Name": "Fees", "Type": "REVENUE", "Class": "REVENUE", "TaxType": "OUTPUT2"}]


@dataclass
class Firm:
    """A practice whose lists are read, and its organisation in the sandbox."""

    practice: Practice
    owner: Membership
    tenant: str

    def approve(self) -> datetime:
        """Approve the month just ended, late: everything is raised and queued at once; when that was done."""
        month: date = add_months(first_of(timezone.now().date()), -1)
        plan = plans.draft(practice=self.practice, month=month, at=timezone.now())
        plans.approve(plan=plan, version=plan.version, by=self.owner.user, at=timezone.now())
        return timezone.now()

    def is_posted(self) -> bool:
        return not Invoice.objects.for_practice(self.practice).waiting().exists()

    def is_synced(self) -> bool:
        runs = SyncRun.objects.for_practice(self.practice)
        return not runs.exclude(status=SyncRun.Status.DONE).exists()


def wait_for_worker(firm: Firm) -> None:
    """The stack's worker reads the lists of a firm that has just connected."""
    wait_until(firm.is_synced)


def open_firm(
    remote: Remote, *, clients: int, is_known: bool = True, read: Callable[[Firm], object] = wait_for_worker
) -> Firm:
    """With that many clients, whose contacts Xero knows or is yet to be told of, and its lists read."""
    number = Practice.objects.count() + 1
    tenant, person = f"71000000-0000-4000-8000-{number:012d}", f"olive{number}@firms.example"
    practice, owner = practice_with(clients, f"Firm {number}")
    contacts = [{"Name": one.name, "EmailAddress": one.email} for one in practice.clients.all()] if is_known else []
    organisation = {"TenantID": tenant, "Name": f"Organisation {number}", "Accounts": ACCOUNTS, "Contacts": contacts}
    remote.do(
        "seed", Organisations=[organisation], Users=[{"Name": "Olive", "EmailAddress": person, "Tenants": [tenant]}]
    )
    connect_by_operations(practice, owner, tenant=tenant, user=person, at=timezone.now())
    firm = Firm(practice, owner, tenant)
    read(firm)
    choose_account(practice, owner, "200")
    return firm


def wait_until(fact: Callable[[], bool], seconds: float = LONGEST) -> None:
    ends = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends, "It took too long."
        time.sleep(LOOK)
