"""A person's way through Xero's consent, over HTTP: press Connect, allow access in the sandbox, come back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.test import Client
from django.urls import reverse

from clients.models import Practice

NORTH_AND_VALE = "70000000-0000-4000-8000-000000000001"
VALE_TRUSTEES = "70000000-0000-4000-8000-000000000002"


def page(name: str, practice: Practice, **kwargs: Any) -> str:
    return reverse(f"xero_sync:{name}", kwargs={"practice": practice.slug, **kwargs})


def ask_for_consent(client: Client, practice: Practice) -> str:
    """Where the button leads: Xero's consent page, as an address."""
    answer = client.post(page("consent", practice))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def answer_in_xero(consent_url: str, *, decision: str = "allow", tenant: str = NORTH_AND_VALE, **fields: str) -> str:
    """What the person does on Xero's page; the path and query that Xero sends the browser back to."""
    parts = urlsplit(consent_url)
    asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
    form = {**asked, "decision": decision, "tenant": tenant, **fields}
    address = parts._replace(query="").geturl()
    answer = requests.post(address, data=form, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def connect(client: Client, practice: Practice, *, tenant: str = NORTH_AND_VALE, **fields: str) -> Any:
    """All of it, up to the choice of the organisation."""
    back = answer_in_xero(ask_for_consent(client, practice), tenant=tenant, **fields)
    client.get(back)
    return client.post(page("organisation", practice), {"tenant_id": tenant})
