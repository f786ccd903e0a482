"""Puts the sandbox together and runs it, in a process of its own or in a thread of a test."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox.xero import access, accounting, connections, control, control_books, control_page, identity, mishaps
from sandbox.xero.http import WIRE, Server
from sandbox.xero.replies import reply
from sandbox.xero.state import State
from sandbox.xero.wire import NOT_FOUND, Answer, server_error

AS_SENT = "sandbox.path"
FIXED_WORDS = frozenset({"api.xro", "connections", "identity", "connect", "authorize", "token", "revocation"})
KNOWN_WORDS = FIXED_WORDS | frozenset(access.SCOPES)


class AnyCase:
    """Paths may come in any case; ids and numbers behind them keep theirs."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[AS_SENT] = environ["PATH_INFO"]
        words = environ["PATH_INFO"].split("/")
        environ["PATH_INFO"] = "/".join(w.lower() if w.lower() in KNOWN_WORDS else w for w in words)
        return self.app(environ, start_response)


def create_app(state: State) -> Flask:
    app = Flask(__name__, static_url_path="/_sandbox/static")
    app.extensions["sandbox"] = state
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the provider's interface leaves its options out
    faces = (control.control, control_books.books, control_page.pages)
    for part in (identity.identity, connections.connections, accounting.api, *faces):
        app.register_blueprint(part)
    app.before_request(noted)
    app.before_request(mishaps.outside_the_books)
    app.after_request(closed)
    app.register_error_handler(Exception, explained)
    app.wsgi_app = AnyCase(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def noted() -> None:
    """Every call from outside is written down before anything is done with it."""
    if request.path.startswith("/_sandbox"):
        return
    state = identity.the_state()
    body = request.get_data(as_text=True) if request.method != "GET" else ""
    g.entry = state.recorder.begin(
        state.clock.now().isoformat(),
        request.method,
        request.environ[AS_SENT],
        request.args.to_dict(),
        dict(request.headers.items()),
        body,
        state.settings.max_recorded,
    )


def closed(response: Response) -> Response:
    if "entry" in g:
        dropped = request.environ[WIRE].kind == "drop"
        g.entry.status = 0 if dropped else response.status_code
        g.entry.size = 0 if dropped else response.calculate_content_length() or 0
    return response


def explained(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        if error.code == 404:
            return reply(Answer(404, NOT_FOUND))
        return reply(Answer(error.code or 500, error.description or ""))
    sys.excepthook(type(error), error, error.__traceback__)
    return reply(server_error())


class Running:
    """A sandbox that answers in a thread until it is closed."""

    def __init__(self, state: State, server: Server, public_url: str | None) -> None:
        host, port = server.server_address[:2]
        self.url = f"http://{host!s}:{port}"
        self.state = state
        state.public_url = public_url or self.url
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def reset(self) -> None:
        self.state.reset()

    def wait(self) -> None:
        self._thread.join()

    def close(self) -> None:
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(
    port: int = 0,
    host: str = "127.0.0.1",
    seed: dict[str, Any] | None = None,
    public_url: str | None = None,
    **settings: Any,
) -> Running:
    """Start a sandbox. Settings are those of settings.py, such as `limits=False`."""
    state = State(seed, settings)
    return Running(state, Server((host, port), create_app(state)), public_url)
