"""A sandbox of its own for its own tests, and a caller that has connected North & Vale."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from sandbox.xero.seeds import NORTH_AND_VALE
from sandbox.xero.server import Running, serve

CALLBACK = "http://localhost:8000/xero/callback"
SCOPES = "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"
SECRET = ("socket-demo", "socket-demo-secret")


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with serve() as server:
        yield server


@pytest.fixture
def xero(running: Running) -> Iterator["Xero"]:
    running.reset()
    with requests.Session() as session:
        yield Xero(running.url, session)


@pytest.fixture
def books(xero: "Xero") -> "Xero":
    """Connected to North & Vale, with the limits out of the way."""
    xero.control("settings", limits=False)
    xero.connect()
    return xero


@dataclass
class Xero:
    """A small caller of the sandbox; it knows HTTP and nothing else."""

    url: str
    session: requests.Session
    tokens: dict[str, Any] = field(default_factory=dict)
    tenant_id: str = NORTH_AND_VALE

    def consent(self, **changes: Any) -> requests.Response:
        fields = {
            "response_type": "code",
            "client_id": "socket-demo",
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": "S1",
            "decision": "allow",
            "tenant": [NORTH_AND_VALE],
        } | changes
        return self.session.post(f"{self.url}/identity/connect/authorize", data=fields, allow_redirects=False)

    def code(self, **changes: Any) -> str:
        return code_in(self.consent(**changes))

    def token(self, **fields: Any) -> requests.Response:
        return self.session.post(f"{self.url}/connect/token", data=fields, auth=SECRET)

    def redeem(self, code: str, **more: Any) -> requests.Response:
        return self.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def connect(self, **changes: Any) -> None:
        self.tokens = self.redeem(self.code(**changes)).json()

    def connections(self, **query: Any) -> Any:
        return self.session.get(f"{self.url}/connections", headers=self.headers(), params=query).json()

    def headers(self, **more: str) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.tokens.get('access_token', '')}", "Accept": "application/json"}
        return own | {"xero-tenant-id": self.tenant_id} | more

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> requests.Response:
        address = f"{self.url}/api.xro/2.0/{path}"
        return self.session.request(method, address, json=body, params=query, headers=self.headers(**(headers or {})))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put_invoices(self, *invoices: dict[str, Any], **more: Any) -> requests.Response:
        more = {"summarizeErrors": "false"} | more
        return self.call("PUT", "Invoices", {"Invoices": list(invoices)}, **more)

    def control(self, path: str, /, **fields: Any) -> Any:
        answer = self.session.post(f"{self.url}/_sandbox/{path}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def seen(self, path: str, /, **query: Any) -> Any:
        return self.session.get(f"{self.url}/_sandbox/{path}", params=query).json()

    def contact(self, name: str) -> str:
        rows = self.seen("contacts")["contacts"]
        return next(row["id"] for row in rows if row["name"] == name)

    def invoice(self, name: str = "City Limousines", **changes: Any) -> dict[str, Any]:
        return {
            "Type": "ACCREC",
            "Contact": {"ContactID": self.contact(name)},
            "Date": "2026-12-01",
            "DueDate": "2026-12-15",
            "LineItems": [line()],
        } | changes


def line(**changes: Any) -> dict[str, Any]:
    return {"Description": "Bookkeeping", "Quantity": 1, "UnitAmount": 120, "AccountCode": "200"} | changes


def code_in(answer: requests.Response) -> str:
    found = re.search(r"[?&]code=([^&]+)", answer.headers["Location"])
    assert found, answer.headers["Location"]
    return found[1]


def words(answer: requests.Response, index: int = 0) -> list[str]:
    """The messages about one element of an answer that tells of each."""
    assert answer.status_code == 200, answer.text
    return [error["Message"] for error in answer.json()["Invoices"][index].get("ValidationErrors", [])]
