"""A practice that works with the sandbox, and what a person does there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.test import Client as Browser

from clients.models import Client, Membership, Practice
from sandbox.xero.server import Running
from tests.factories import log_in, make_client
from xero_sync.models import Connection, Contact, ContactLink, Push
from xero_sync.operations import connections, pulls, pushes

NORTH_AND_VALE = "70000000-0000-4000-8000-000000000001"
VALE_TRUSTEES = "70000000-0000-4000-8000-000000000002"
PRACTICE_TENANT = "70000000-0000-4000-8000-000000000003"


def consent_in_xero(url: str, *tenants: str, user: str = "", decision: str = "allow") -> str:
    """What a person does on Xero's consent page; the path and query with which Xero sends them back."""
    page = urlsplit(url)
    fields = [*parse_qsl(page.query), ("decision", decision), ("user", user), *(("tenant", one) for one in tenants)]
    answer = requests.post(f"{page.scheme}://{page.netloc}{page.path}", data=fields, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def connect(browser: Browser, member: Membership, *tenants: str, chosen: str = "", **consent: Any) -> Any:
    """The whole way from the button to the choice of the organisation."""
    tenants = tenants or (NORTH_AND_VALE,)
    log_in(browser, member)
    base = f"/p/{member.practice.slug}/settings/integrations/xero"
    to_xero = browser.post(f"{base}/consent/")
    back = consent_in_xero(to_xero["Location"], *tenants, **consent)
    browser.get(back)
    return browser.post(f"{base}/organisation/", {"tenant_id": chosen or tenants[0]})


def connection_of(practice: Practice) -> Connection:
    return Connection.objects.for_practice(practice).current().get()


def contact_named(practice: Practice, name: str) -> Contact:
    return Contact.objects.for_practice(practice).get(name=name)


def linked_clients(practice: Practice, names: Sequence[str]) -> list[Client]:
    """Clients of these names, each linked to the contact of the same name."""
    found = []
    for name in names:
        one = make_client(practice, name)
        contact = contact_named(practice, name)
        ContactLink.objects.create(
            practice=practice,
            client=one,
            tenant_id=contact.tenant_id,
            contact=contact,
            how="Chosen by a person",
            linked_at=datetime.now(UTC),
        )
        found.append(one)
    return found


class Remote:
    """The sandbox's control page, for a test."""

    def __init__(self, sandbox: Running) -> None:
        self.url = f"{sandbox.url}/_sandbox"

    def do(self, act: str, **values: Any) -> Any:
        answer = requests.post(f"{self.url}/{act}", json=values, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, what: str) -> Any:
        return requests.get(f"{self.url}/{what}", timeout=10).json()

    def fault(self, kind: str, **values: Any) -> None:
        self.do("faults", kind=kind, **values)

    def invoices(self) -> list[dict[str, Any]]:
        return list(self.get("invoices")["invoices"])

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        rows = self.get("requests?since=0")["requests"]
        return [row for row in rows if method in ("", row["method"]) and path.lower() in row["path"].lower()]


def connect_by_operations(
    practice: Practice, member: Membership, *, tenant: str = NORTH_AND_VALE, user: str = "", at: datetime
) -> Connection:
    """As `connect`, without pages. `user` is whose consent it is in Xero, by e-mail."""
    assert member.user
    by, key = member.user, "session-of-the-test"
    url = connections.begin_consent(practice=practice, by=by, session_key=key, at=at)
    answer = dict(parse_qsl(urlsplit(consent_in_xero(url, tenant, user=user)).query))
    attempt = connections.finish_consent(
        by=by, session_key=key, state=answer["state"], code=answer["code"], error="", at=at
    )
    return connections.choose_organisation(practice=practice, attempt_id=attempt.pk, tenant_id=tenant, by=by, at=at)


def sync(practice: Practice, *, at: datetime) -> str:
    """One whole reading of Xero's lists."""
    run = pulls.request_sync(connection=connection_of(practice), by=None, at=at)
    return pulls.run_sync(run_id=run.pk, at=at)


def post(practice: Practice, *, at: datetime) -> int:
    """Turns of the lane until it rests."""
    return pushes.post_all(practice_id=practice.pk, at=at)


def recover(practice: Practice, *, at: datetime, minutes: int = 20) -> datetime:
    """Sweeps until nothing is left to do, as beat would; the moment at which it rests."""
    ends = at + timedelta(minutes=minutes)
    while at < ends:
        post(practice, at=at)
        if not Push.objects.for_practice(practice).unfinished().exists():
            return at
        at += timedelta(seconds=15)
    return at
