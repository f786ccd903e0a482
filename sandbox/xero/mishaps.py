"""Ordered faults for the login service and the list of connections, which have no books to keep."""

from __future__ import annotations

import time

from flask import Response, current_app, g, request

from sandbox.xero.accounting import afterwards, replacement
from sandbox.xero.faults import Fault
from sandbox.xero.http import WIRE
from sandbox.xero.replies import reply
from sandbox.xero.state import State
from sandbox.xero.wire import Answer


def outside_the_books() -> Response | None:
    """Accounting calls meet their faults further in, where their tenant is known."""
    if request.path.startswith(("/_sandbox", "/api.xro", "/identity")):
        return None
    state: State = current_app.extensions["sandbox"]
    state.settle()
    fault = state.faults.take(request.method, request.path, "")
    if fault is None:
        return None
    g.entry.fault = fault.kind
    return met(fault)


def met(fault: Fault) -> Response | None:
    if fault.kind in {"status", "html"}:
        return reply(replacement(fault))
    if fault.kind in {"fail_before", "late_commit"}:
        request.environ[WIRE].misbehave("drop")
        return reply(Answer(200))
    if fault.kind == "slow":
        time.sleep(fault.delay)
    afterwards(fault, Answer(200), request)
    return None
