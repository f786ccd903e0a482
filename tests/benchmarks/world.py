"""The settings' Xero is this sandbox, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from sandbox.xero.server import Running


@contextmanager
def use_as_xero(running: Running) -> Iterator[None]:
    with override_settings(
        XERO_AUTHORIZE_URL=f"{running.url}/identity/connect/authorize",
        XERO_IDENTITY_URL=running.url,
        XERO_API_URL=running.url,
        SITE_URL="http://127.0.0.1:8000",
        XERO_CLIENT_ID=running.state.client_id,
        XERO_CLIENT_SECRET=running.state.client_secret,
    ):
        yield
