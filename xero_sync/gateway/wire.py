"""How the SDK's requests travel: once, to where they were sent, and within one deadline for the whole reply.

The SDK's own transport repeats PUTs and sleeps on Retry-After (urllib3's defaults), knows no total deadline and asks
for no compression (reference/xero.md §9, reference/posting.md §1, §5).
"""

import io
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from xero_python.api_client import Configuration
from xero_python.rest import RESTClientObject

from xero_sync.ports import away

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
WHOLE_SECONDS = 66.0


@dataclass(frozen=True, slots=True)
class RawReply:
    """Status, headers and the whole body, decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Deadline:
    """When the call under way has to be over, by the monotonic clock."""

    def __init__(self, seconds: float = WHOLE_SECONDS) -> None:
        self.seconds = seconds
        self.restart()

    def restart(self) -> None:
        self.ends = time.monotonic() + self.seconds

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("The whole reply took too long.")
        return left


class TimedStream(io.RawIOBase):
    """Reads a socket, waiting for each piece no longer than the whole reply may still take.

    A socket's own timeout bounds each read; a reply dripped byte by byte would outlive it.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(min(READ_SECONDS, self._deadline.left()))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class TimedReply(HTTPResponse):
    """A reply that is read through `TimedStream`, status line and headers included."""

    def __init__(self, sock: socket.socket, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(TimedStream(sock, deadline))


class Wire(RESTClientObject):  # type: ignore[misc]  # the SDK has no types
    """Takes the place of the SDK's transport. Bytes given as a body leave exactly as they are."""

    def __init__(self, configuration: Configuration, deadline: Deadline) -> None:
        super().__init__(configuration, pools_size=1, maxsize=1)
        self.deadline = deadline
        self.pool_manager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, deadline),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, deadline),
        }

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> RawReply:
        """One request, whatever its answer. Raises urllib3's exceptions when there is no whole answer."""
        self.deadline.restart()
        if query_params:
            url = f"{url}?{urlencode(query_params)}"
        with away():
            self.deadline.left()  # nothing leaves that was held up here
            reply = self.pool_manager.request(
                method,
                url,
                body=body if body is None or isinstance(body, bytes) else json.dumps(body).encode(),
                headers={**(headers or {}), "Accept-Encoding": "gzip"},
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                retries=False,
                redirect=False,
                preload_content=True,
            )
        return RawReply(reply.status, reply.headers, reply.data)


def _pool(pool: type[HTTPConnectionPool], connection: type[HTTPConnection], deadline: Deadline) -> type[Any]:
    """A pool whose connections read their replies under the deadline."""
    reply = partial(TimedReply, deadline=deadline)
    timed = type(f"Timed{connection.__name__}", (connection,), {"response_class": staticmethod(reply)})
    return type(f"Timed{pool.__name__}", (pool,), {"ConnectionCls": timed})


NOT_SENT = (
    urllib3.exceptions.NewConnectionError,  # nobody listens, or the name is not known
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
NO_WHOLE_REPLY = (urllib3.exceptions.HTTPError, OSError, ssl.SSLError)
