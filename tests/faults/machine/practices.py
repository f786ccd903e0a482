"""Two practices at work with Xero, each with its own Xero user, as every schedule finds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from billing.models import BillingMethod, BillingSettings, LedgerAccount
from billing.operations import plans
from billing.operations.terms import settings_of
from clients.models import Client, Membership, Practice, User
from sandbox.xero.state import State
from tests.factories import make_client, make_engagement, make_member, make_practice, terms
from tests.xero_world import NORTH_AND_VALE, consent_in_xero, linked_clients, sync
from xero_sync.models import Connection
from xero_sync.operations import connections

HALEBROOK = "70000000-0000-4000-8000-000000000009"
OLIVE, NORA = "olive@northvale.example", "nora@halebrook.example"
BEGAN = date(2026, 8, 1)
SESSION = "session-of-the-schedule"


@dataclass(frozen=True)
class Office:
    """One practice, the person who works in it, and whose consent leads to its books."""

    practice: Practice
    person: Membership
    tenant: str
    xero_user: str
    clients: tuple[Client, ...]

    @property
    def by(self) -> User:
        assert self.person.user
        return self.person.user


def plant(state: State, many: int, few: int) -> None:
    """Contacts for both, and the second organisation with a user of its own."""
    books = [{"Code": "200", "Name": "Fees"}]
    halebrook = {"TenantID": HALEBROOK, "Name": "Halebrook & Co", "ShortCode": "!Hb5z6", "Accounts": books}
    nora = {"Name": "Nora Hale", "EmailAddress": NORA, "Tenants": [HALEBROOK]}
    state.plant({"Contacts": [{"Name": name} for name in contact_names("Vale", many)]})
    state.plant(
        {
            "Organisations": [{**halebrook, "Contacts": [{"Name": name} for name in contact_names("Brook", few)]}],
            "Users": [nora],
        }
    )


def contact_names(word: str, count: int) -> list[str]:
    return [f"{word} {number:02d} Ltd" for number in range(1, count + 1)]


def open_offices(many: int, few: int, *, at: datetime) -> tuple[Office, Office]:
    """Both connected and read; their clients have a monthly service since August, two of each have no contact yet."""
    first = _open("North & Vale", NORTH_AND_VALE, OLIVE, contact_names("Vale", many), at=at)
    second = _open("Halebrook & Co", HALEBROOK, NORA, contact_names("Brook", few), at=at)
    plans.tick(at=at)  # the months are open and drawn
    return first, second


def _open(name: str, tenant: str, xero_user: str, names: Sequence[str], *, at: datetime) -> Office:
    practice = make_practice(name)
    person = make_member(practice)
    settings_of(practice)
    connect(Office(practice, person, tenant, xero_user, ()), at=at)
    assert sync(practice, at=at) == "done"
    unlinked = [make_client(practice, f"{name} newcomer {number}") for number in (1, 2)]
    clients = (*linked_clients(practice, names), *unlinked)
    account = LedgerAccount.objects.for_practice(practice).get(code="200")
    BillingSettings.objects.for_practice(practice).update(recurring_account=account, one_off_account=account)
    for place, client in enumerate(clients):
        make_engagement(client, [terms(price=f"{100 + place}.37")], BEGAN, at=at)
    return Office(practice, person, tenant, xero_user, clients)


def connect(office: Office, *, at: datetime) -> Connection:
    """The whole consent, with the Xero user of this practice."""
    url = connections.begin_consent(practice=office.practice, by=office.by, session_key=SESSION, at=at)
    answer: dict[str, Any] = dict(parse_qsl(urlsplit(consent_in_xero(url, office.tenant, user=office.xero_user)).query))
    attempt = connections.finish_consent(
        by=office.by, session_key=SESSION, state=answer["state"], code=answer["code"], error="", at=at
    )
    return connections.choose_organisation(
        practice=office.practice, attempt_id=attempt.pk, tenant_id=office.tenant, by=office.by, at=at
    )


def sign(office: Office, client: Client, amount: str, *, at: datetime) -> None:
    """A proposal with a service that is due at signing was accepted; the rest of it starts this month."""
    due = terms("Setting up", amount, BillingMethod.ONCE_ACCEPTANCE)
    make_engagement(client, [due, terms("Payroll", "31.10")], date(at.year, at.month, 1), at=at)


def pence(number: int) -> Decimal:
    return Decimal(number).scaleb(-2)
