"""The HTTP server underneath: keep-alive, one thread per connection, and able to behave badly on the wire."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.test import run_wsgi_app

WIRE = "sandbox.wire"
IDLE_SECONDS = 75


@dataclass
class Wire:
    """How the answer to one call is to be delivered; the application behind may change it."""

    kind: str = ""
    delay: float = 0.0

    def misbehave(self, kind: str, delay: float = 0.0) -> None:
        self.kind, self.delay = kind, delay


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], app: WSGIApplication) -> None:
        super().__init__(address, Handler)
        self.app = app
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are everyday here; anything else is worth reading."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End the connections that callers keep open."""
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: Server

    def answer(self) -> None:
        environ = self.environ()
        wire = environ[WIRE]
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(chunks)
        self.deliver(status, list(headers.items()), body, wire)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = answer

    def deliver(self, status: str, headers: Iterable[tuple[str, str]], body: bytes, wire: Wire) -> None:
        if wire.kind == "drop":
            self.cut()
            return
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.send_body(b"" if self.command == "HEAD" else body, wire)

    def send_body(self, body: bytes, wire: Wire) -> None:
        if wire.kind == "reset":
            self.wfile.write(body[: len(body) // 2])
            self.cut(abruptly=True)
        elif wire.kind == "drip":
            for index in range(len(body)):
                self.wfile.write(body[index : index + 1])
                time.sleep(wire.delay)
        else:
            self.wfile.write(body)

    def cut(self, abruptly: bool = False) -> None:
        """End the connection; abruptly is the reset that a broken middlebox sends."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            if abruptly:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self.connection.shutdown(socket.SHUT_RDWR)

    def environ(self) -> dict[str, Any]:
        url = urlsplit(self.path)
        host, port = self.server.server_address[:2]
        body = self.read_body()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(url.path, "latin-1"),
            "QUERY_STRING": url.query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            WIRE: Wire(),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self.read_chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def read_chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what was asked is on the control page."""
