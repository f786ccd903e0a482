"""No log keeps what opens a door: addresses with tokens, headers, values of variables in a traceback (A10)."""

import json
import logging
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings

from socketapp.logs import logging_settings, without_secrets

TOKEN = "n7Qm2vWc9RkXz4LbT8sYp1HdFj6GaE0uVoNiKxCwBtM"


@pytest.mark.parametrize(
    "address",
    [
        f"GET /sign/{TOKEN}/",
        f"GET /sign/{TOKEN}",
        f"GET /invitations/{TOKEN}",
        f"GET /accounts/login/?next=/invitations/{TOKEN}",
        f"GET /accounts/login/?next=%2Finvitations%2F{TOKEN}",
        f"GET /accounts/password/reset/key/1-{TOKEN}/",
        f"GET /xero/callback?state=abc&code={TOKEN}",
        f"GET /accounts/login/?next=/xero/callback%3Fcode%3D{TOKEN}%26state%3Dabc",
        f"Authorization: Bearer {TOKEN}",
        f"Authorization: Basic {TOKEN}=",
        f"socket_{TOKEN}",
        f"eyJhbGciOi.{TOKEN}.{TOKEN}",
    ],
)
def test_an_address_is_logged_without_its_token(address: str) -> None:
    assert TOKEN not in without_secrets(address)


def test_an_address_without_a_token_is_logged_as_it_is() -> None:
    address = "GET /p/north-and-vale/settings/team/invitations/5/letter/?state=done"

    assert without_secrets(address) == address


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_does_not_tell_the_values_of_variables(form: str) -> None:
    written = _logged_with_traceback(form)

    assert TOKEN not in written
    assert "RuntimeError: the disk is full" in written
    assert form == "console" or "RuntimeError" in json.loads(written)["exception"]


def test_the_web_server_writes_no_log_of_its_own() -> None:
    assert "--access-logfile" not in (Path(settings.BASE_DIR) / "Dockerfile").read_text()


def _logged_with_traceback(form: str) -> str:
    stream = StringIO()
    described = logging_settings(level="INFO", form=form)
    handler = logging.StreamHandler(stream)
    formatter = described["formatters"]["line"]
    handler.setFormatter(formatter["()"](formatter["processor"], foreign_pre_chain=formatter["foreign_pre_chain"]))
    logger = logging.Logger("tests")
    logger.addHandler(handler)
    try:
        _fail(TOKEN)
    except RuntimeError:
        logger.exception("It failed")
    return stream.getvalue()


def _fail(refresh_token: str) -> None:
    raise RuntimeError("the disk is full")
