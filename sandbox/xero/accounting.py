"""The door of the accounting API: access, limits, keys, ordered faults, then the books."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from flask import Blueprint, Request, Response, current_app, g, request

from sandbox.xero import access, catalogue, contacts, invoices
from sandbox.xero.call import Call, Query
from sandbox.xero.faults import BEFORE, Fault
from sandbox.xero.http import WIRE
from sandbox.xero.idempotency import fingerprint, performed
from sandbox.xero.limits import too_many
from sandbox.xero.mangling import mangled
from sandbox.xero.recorder import Entry
from sandbox.xero.records import Json, Organisation
from sandbox.xero.replies import HTML_ERROR, reply
from sandbox.xero.state import Pending, State
from sandbox.xero.tokens import Access
from sandbox.xero.wire import Answer, Refusal, not_found, server_error

Handler = Callable[[Call], Answer]
ROUTES: dict[str, dict[str, Handler]] = {
    "organisation": {"GET": catalogue.organisation},
    "organisation/*": {"GET": catalogue.actions},
    "accounts": {"GET": catalogue.accounts},
    "accounts/*": {"GET": catalogue.account},
    "brandingthemes": {"GET": catalogue.themes},
    "brandingthemes/*": {"GET": catalogue.theme},
    "currencies": {"GET": catalogue.currencies},
    "taxrates": {"GET": catalogue.tax_rates},
    "trackingcategories": {"GET": catalogue.categories},
    "trackingcategories/*": {"GET": catalogue.category},
    "contacts": {"GET": contacts.many, "PUT": contacts.create, "POST": contacts.update},
    "contacts/*": {"GET": contacts.one, "POST": contacts.update_one},
    "invoices": {"GET": invoices.many, "PUT": invoices.create, "POST": invoices.update},
    "invoices/*": {"GET": invoices.one, "POST": invoices.update_one},
}
WRITES = frozenset({"PUT", "POST", "PATCH"})

api = Blueprint("accounting", __name__)


@api.route("/api.xro/2.0/<path:path>", methods=["GET", "PUT", "POST", "DELETE"])
def door(path: str) -> Response:
    state: State = current_app.extensions["sandbox"]
    state.settle()
    at = state.clock.now()
    tenant_id = request.headers.get("xero-tenant-id", "").strip().lower()
    with ExitStack() as underway:
        try:
            answer = admitted(state, request, [part for part in path.split("/") if part], at, underway)
        except Refusal as refusal:
            answer = refusal.answer
        answer.headers = {**answer.headers, **state.limits.headers(tenant_id, state.clock.now(), state.settings)}
        return reply(answer, request.headers.get("Accept", ""))


def admitted(state: State, asked: Request, resource: list[str], at: datetime, underway: ExitStack) -> Answer:
    """Everything up to the limits happens before a call counts.

    What has to end when the call does is put into `underway`. A call lasts as long as the settings say, our own work
    and the writing of the answer included; the books change in its middle.
    """
    token = access.bearer(state, asked.headers.get("Authorization"))
    note_caller(state, token)
    organisation = access.tenant(state, token, asked.headers.get("xero-tenant-id"))
    entry: Entry = g.entry
    entry.tenant_id, entry.organisation = organisation.tenant_id, organisation.name
    access.check_scope(token, resource[0].lower() if resource else "", asked.method)
    state.limits.enter(organisation.tenant_id, at, state.settings)
    underway.callback(state.limits.leave, organisation.tenant_id)
    underway.callback(wait_until, time.monotonic() + state.settings.latency)
    time.sleep(state.settings.latency / 2)
    return faulted(state, asked, call_from(state, asked, token, organisation, resource, at))


def wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def note_caller(state: State, token: Access) -> None:
    entry: Entry = g.entry
    entry.owner = state.users[token.grant.user_id].email


def call_from(
    state: State, asked: Request, token: Access, organisation: Organisation, resource: list[str], at: datetime
) -> Call:
    return Call(
        state=state,
        organisation=organisation,
        client_id=token.grant.client_id,
        method=asked.method,
        resource=resource,
        query=Query(asked.args.items()),
        body=asked.get_data(),
        modified_since=modified_since(asked.headers.get("If-Modified-Since")),
        at=at,
    )


def modified_since(header: str | None) -> datetime | None:
    """Xero documents a bare UTC time; HTTP's own form is taken too. What is neither is ignored."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read((header or "").strip())
        except (TypeError, ValueError):
            continue
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    return None


def faulted(state: State, asked: Request, call: Call) -> Answer:
    """Carry the call out, unless something was ordered to go wrong with it."""
    fault = state.faults.take(call.method, asked.path, call.organisation.tenant_id)
    key = asked.headers.get("Idempotency-Key") if call.method in WRITES else None
    if fault is None:
        return with_key(call, key, asked)
    entry: Entry = g.entry
    entry.fault = fault.kind
    if fault.kind in BEFORE:
        return instead(fault, call, key, asked)
    if fault.kind == "slow":
        time.sleep(fault.delay)
    answer = performed(lambda: with_key(call, key, asked))
    return afterwards(fault, answer, asked)


def instead(fault: Fault, call: Call, key: str | None, asked: Request) -> Answer:
    """Faults that keep the call from the books, now or for ever."""
    if fault.kind in {"fail_before", "late_commit"}:
        asked.environ[WIRE].misbehave("drop")
        if fault.kind == "late_commit":
            print_of = fingerprint_of(call, asked)
            due = call.at + timedelta(seconds=fault.delay)
            call.state.pending.append(Pending(due, lambda: late(call, key, print_of)))
            time.sleep(fault.hold)
        return Answer(200)
    answer = replacement(fault)
    if fault.remember and key:
        return remembered(call, key, fingerprint_of(call, asked), lambda: answer)
    return answer


def replacement(fault: Fault) -> Answer:
    if fault.kind == "html":
        return Answer(fault.status or 200, fault.body or HTML_ERROR, {"Content-Type": "text/html"})
    if fault.status == 429 or fault.problem:
        return too_many(fault.problem or "minute", fault.retry_after).answer
    if fault.status == 500 and fault.body is None:
        return server_error()
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Answer(fault.status or 503, worded(fault.body or ""), headers)


def worded(body: str) -> Json | str:
    """An ordered body that is a JSON object goes out as one."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    return document if isinstance(document, dict) else body


def afterwards(fault: Fault, answer: Answer, asked: Request) -> Answer:
    """Faults that spoil an answer to a call that was carried out."""
    if fault.kind == "lose_answer":
        asked.environ[WIRE].misbehave("drop")
    elif fault.kind in {"drip", "reset"}:
        asked.environ[WIRE].misbehave(fault.kind, fault.delay)
    elif fault.kind == "truncate":
        g.truncated = True
    elif fault.kind == "mangle":
        return mangled(answer, fault.mangle)
    return answer


def late(call: Call, key: str | None, print_of: str) -> None:
    call.at = call.state.clock.now()
    performed(lambda: remembered(call, key, print_of, lambda: carried_out(call)))


def with_key(call: Call, key: str | None, asked: Request) -> Answer:
    return remembered(call, key, fingerprint_of(call, asked), lambda: carried_out(call))


def remembered(call: Call, key: str | None, print_of: str, perform: Callable[[], Answer]) -> Answer:
    state = call.state
    with state.lock:
        if not key:
            return perform()
        return state.keys.answer((call.client_id, key), print_of, call.at, state.settings, perform)


def fingerprint_of(call: Call, asked: Request) -> str:
    query = asked.query_string.decode("latin-1").lower()
    return fingerprint(call.method, asked.path.lower(), query, call.organisation.tenant_id, call.body)


def carried_out(call: Call) -> Answer:
    name = call.resource[0].lower()
    pattern = name if len(call.resource) == 1 else f"{name}/*"
    handlers = ROUTES.get(pattern) if len(call.resource) <= 2 else None
    if handlers is None:
        raise not_found()
    handler = handlers.get(call.method)
    if handler is None:
        return Answer(405, "The HTTP method is not supported for this resource")
    return handler(call)
