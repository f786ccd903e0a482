"""The real gateway, its requests answered in this process by the sandbox's own application: no sockets, no threads.

test_wire.py holds it to what the same gateway meets over HTTP.
"""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from wsgiref.types import WSGIApplication

import urllib3
from django.db import connection
from werkzeug.test import run_wsgi_app
from xero_python.rest import RESTClientObject

from sandbox.xero.http import WIRE
from sandbox.xero.http import Wire as Delivery
from xero_sync.gateway import XeroGateway
from xero_sync.gateway import open_gateway as open_real_gateway
from xero_sync.gateway.wire import WHOLE_SECONDS, RawReply


@dataclass
class Line:
    """Where calls go, and what a call that takes its time does to the clock."""

    app: WSGIApplication
    wait: Callable[[float], None]
    silence: float = 0.0  # how long a call whose connection is cut waits for its answer
    complaints: list[str] = field(default_factory=list)
    depth: int = field(default_factory=lambda: len(connection.savepoint_ids))


_line: list[Line] = []


def lay(line: Line) -> None:
    _line[:] = [line]


def open_gateway(tenant_id: str, access_token: str) -> XeroGateway:
    """What `settings.XERO_GATEWAY` names here."""
    gateway = open_real_gateway(tenant_id, access_token)
    gateway._api.api_client.rest_client = Transport(_line[0])
    return gateway


class Transport(RESTClientObject):
    """Takes the place of `xero_sync.gateway.wire.Wire` and promises the same."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        **_: Any,
    ) -> RawReply:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if len(connection.savepoint_ids) > self.line.depth:
            self.line.complaints.append(f"P1: {method} {urlsplit(url).path} was called inside a transaction.")
        environ = _environ(method, url, urlencode(query_params or []), headers or {}, content)
        chunks, status, found = run_wsgi_app(self.line.app, environ, buffered=True)
        return self._delivered(int(status.partition(" ")[0]), dict(found), b"".join(chunks), environ[WIRE])

    def _delivered(self, status: int, headers: dict[str, str], body: bytes, how: Delivery) -> RawReply:
        if how.kind in ("drop", "reset"):
            self.line.wait(self.line.silence)
            raise urllib3.exceptions.ProtocolError("Connection aborted.")
        if how.kind == "drip":
            self.line.wait(min(how.delay * len(body), WHOLE_SECONDS))
            if how.delay * len(body) > WHOLE_SECONDS:
                raise urllib3.exceptions.ProtocolError("Connection broken: the whole reply took too long.")
        return RawReply(status, urllib3.HTTPHeaderDict(headers), body)


def _environ(method: str, url: str, query: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": "&".join(filter(None, (parts.query, query))),
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        WIRE: Delivery(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
    return environ
