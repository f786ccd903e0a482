"""The page on which a person sees the sandbox and breaks it."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from sandbox.xero.control_io import organisation, the_state
from sandbox.xero.faults import MANGLINGS
from sandbox.xero.records import Connection, Contact, Invoice, Organisation, User
from sandbox.xero.state import State

pages = Blueprint("pages", __name__)
MOST_ROWS = 200
POSTING = {"path": "Invoices", "method": "PUT"}
PRESETS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Lose the next answer to a posting", {"kind": "lose_answer", **POSTING}),
    ("Refuse the next posting before it is saved", {"kind": "fail_before", **POSTING}),
    ("Answer the next posting after 90 seconds", {"kind": "slow", "delay": "90", **POSTING}),
    ("Save the next posting ten minutes late", {"kind": "late_commit", "delay": "600", **POSTING}),
    ("Throttle the next three calls", {"kind": "status", "status": "429", "retry_after": "37", "times": "3"}),
    ("Be down for the next five calls", {"kind": "status", "status": "503", "times": "5"}),
    ("Answer the next call with a web page", {"kind": "html"}),
    ("Cut the next answer short", {"kind": "truncate"}),
    (
        "Refuse the next token refresh",
        {"kind": "status", "path": "connect/token", "status": "400", "body": '{"error":"invalid_grant"}'},
    ),
)


@pages.get("/")
def front() -> Response:
    return redirect("/_sandbox/")


@pages.get("/_sandbox/")
def page() -> Response:
    state = the_state()
    state.settle()
    found = organisation()
    words = request.args.get("q", "").lower()
    content = render_template(
        "control.html",
        state=state,
        now=state.clock.now(),
        organisation=found,
        connections=live_connections(state),
        contacts=contacts_shown(found, words),
        invoices=invoices_shown(found),
        requests=state.recorder.entries[-40:][::-1],
        presets=PRESETS,
        manglings=MANGLINGS,
        totals=totals(state),
        said=request.args.get("said"),
        trouble=request.args.get("trouble"),
        q=words,
    )
    return Response(content, content_type="text/html; charset=utf-8")


def live_connections(state: State) -> list[tuple[Connection, Organisation, User]]:
    live = [c for c in state.connections if c.is_live]
    return [(c, state.organisations[c.tenant_id], state.users[c.user_id]) for c in live]


def contacts_shown(found: Organisation, words: str) -> list[Contact]:
    chosen = [c for c in found.contacts.values() if words in f"{c.name} {c.number} {c.email}".lower()]
    return sorted(chosen, key=lambda c: c.name.lower())[:MOST_ROWS]


def invoices_shown(found: Organisation) -> list[tuple[Invoice, str]]:
    newest = list(found.invoices.values())[::-1][:MOST_ROWS]
    return [(invoice, found.contacts[invoice.contact_id].name) for invoice in newest]


def totals(state: State) -> dict[str, tuple[int, str]]:
    found = {}
    for each in state.organisations.values():
        live = [i.total for i in each.invoices.values() if i.status not in {"DELETED", "VOIDED"}]
        found[each.tenant_id] = (len(live), f"{sum(live, start=Decimal(0)):,.2f}")
    return found
