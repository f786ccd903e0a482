"""A practice with an organisation of its own in the sandbox, and invoices to be posted; used inside a World."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from billing.models import BillingSettings, Invoice, LedgerAccount
from billing.operations import settings as billing_settings
from billing.ports import get_ledger
from clients.models import Client, Membership, Practice
from tests.factories import make_client, make_invoice, make_member, make_practice
from tests.faults import clock
from tests.xero_world import Remote, connect_by_operations, linked_clients, sync
from xero_sync.models import Push

CONTACTS = ("City Limousines", "Bell Bakery", "Marsh & Daughters", "Larkspur Vets")
NEWCOMER = "Halden Mill Ltd"
OLIVE = "olive@northvale.example"
OWN, LEDGER = BillingSettings.Numbering.OWN, BillingSettings.Numbering.LEDGER
_numbers = count(1)


@dataclass(frozen=True)
class Books:
    """One practice and what it has in Xero."""

    practice: Practice
    owner: Membership
    tenant_id: str
    clients: list[Client]


def open_remote(url: str) -> Remote:
    return Remote(SimpleNamespace(url=url))  # type: ignore[arg-type]  # only the address is used


def pass_time(remote: Remote, seconds: float) -> None:
    """On our database's clock and on Xero's."""
    clock.move(seconds)
    remote.do("clock", advance=seconds)


def open_books(remote: Remote, *, numbering: str = OWN, contacts: Sequence[str] = CONTACTS) -> Books:
    """Connected, its lists read, with a client for each contact and one whom Xero does not know yet."""
    number = next(_numbers)
    tenants = [f"70000000-0000-4000-8000-{1000 + one:012d}" for one in range(1, number + 1)]
    tenant_id = tenants[-1]
    organisation = {
        "TenantID": tenant_id,
        "Name": f"Practice {number}",
        "Contacts": [{"Name": name, "EmailAddress": f"a{index}@c.example"} for index, name in enumerate(contacts)],
        "Accounts": [
            {"Code": "200", "Name": "Sales", "Type": "REVENUE", "Class": "REVENUE", "TaxType": "OUTPUT2",
             "Status": "ACTIVE"}
        ],
    }  # fmt: skip
    remote.do("seed", Organisations=[organisation], Users=[{"EmailAddress": OLIVE, "Tenants": tenants}])
    practice = make_practice(f"Practice {number}")
    owner = make_member(practice)
    connect_by_operations(practice, owner, tenant=tenant_id, at=clock.now())
    sync(practice, at=clock.now())
    account = LedgerAccount.objects.for_practice(practice).get(code="200")
    values = {"numbering": numbering, "recurring_account": account, "one_off_account": account}
    assert owner.user
    billing_settings.change_settings(practice=practice, values=values, by=owner.user, at=clock.now())
    clients = [*linked_clients(practice, contacts), make_client(practice, NEWCOMER)]
    return Books(practice, owner, tenant_id, clients)


def want_invoices(books: Books, number: int, *, chance: Random) -> list[Invoice]:
    """Raised and queued in one transaction, as the tick does; the bell rings once."""
    numbered: dict[str, Any] = {} if settings_numbering(books) == OWN else {"number": None}
    at = clock.now()
    with transaction.atomic():
        wanted = [
            make_invoice(books.clients[index % len(books.clients)], amount(chance), at=at, is_queued=False, **numbered)
            for index in range(number)
        ]
        get_ledger("xero").enqueue_all(wanted, at=at)
    return wanted


def want_again(books: Books, lost: Sequence[Invoice]) -> list[Invoice]:
    """The same business once more, after the rows that told of it were lost."""
    at = clock.now()
    with transaction.atomic():
        wanted = [
            make_invoice(
                one.client, str(one.total), at=at, is_queued=False, number=one.number, source_key=one.source_key
            )
            for one in lost
        ]
        get_ledger("xero").enqueue_all(wanted, at=at)
    return wanted


def settings_numbering(books: Books) -> str:
    return billing_settings.settings_of(books.practice).numbering


def amount(chance: Random) -> str:
    """From a pound to a thousand, to the penny."""
    return f"{chance.randrange(100, 100_000) / 100:.2f}"


def posted(books: Books) -> int:
    """How many the ledger has, as far as we know."""
    return Invoice.objects.for_practice(books.practice).posted().count()


def is_at_rest(books: Books) -> bool:
    """Nothing waits, nothing is unknown, everything posted was read back."""
    pushes = Push.objects.for_practice(books.practice)
    return not pushes.unfinished().exists() and not pushes.unread().exists()


def complaints(books: Books, wanted: Sequence[Invoice], remote: Remote) -> list[str]:
    """What is not as it must be at rest: each wanted invoice once in Xero, the same totals, the same contact."""
    there = remote.get(f"invoices?tenant={books.tenant_id}")["invoices"]
    ours = {one.pk: one for one in Invoice.objects.for_practice(books.practice).select_related("client")}
    found = [f"{len(there)} invoices in Xero, {len(wanted)} wanted"] if len(there) != len(wanted) else []
    by_id: dict[str, list[Any]] = {}
    for one in there:
        by_id.setdefault(one["id"], []).append(one)
    for invoice in (ours[one.pk] for one in wanted):
        found += _complaints_of(invoice, by_id.get(invoice.ledger_reference, []))
    statuses = Push.objects.for_practice(books.practice).exclude(status=Push.Status.VERIFIED)
    return found + [f"push {push.pk} is {push.status}" for push in statuses]


def _complaints_of(invoice: Invoice, there: list[Any]) -> list[str]:
    if invoice.status != Invoice.Status.POSTED:
        return [f"invoice {invoice.pk} is {invoice.status} here"]
    if len(there) != 1:
        return [f"invoice {invoice.pk} is {len(there)} times in Xero"]
    (one,) = there
    found = []
    if Decimal(str(one["sub_total"])) != invoice.total:
        found.append(f"invoice {invoice.pk} is over {one['subtotal']} in Xero, {invoice.total} here")
    if one["contact"] != invoice.client.name:
        found.append(f"invoice {invoice.pk} is for {one['contact']} in Xero, {invoice.client.name} here")
    return found
