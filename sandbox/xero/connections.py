"""The list of tenants that a user has connected, and the end of a connection."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, g, request

from sandbox.xero import access
from sandbox.xero.call import Query
from sandbox.xero.records import Connection, Json
from sandbox.xero.replies import reply
from sandbox.xero.state import State
from sandbox.xero.wire import Answer, Refusal, forbidden

connections = Blueprint("connections", __name__)


@connections.get("/connections")
def listing() -> Response:
    state: State = current_app.extensions["sandbox"]
    try:
        token = access.bearer(state, request.headers.get("Authorization"))
    except Refusal as refusal:
        return reply(refusal.answer)
    g.entry.owner = state.users[token.grant.user_id].email
    event_id = Query(request.args.items()).text("authEventId")
    live = state.live_connections(token.grant.user_id)
    return reply(Answer(200, [shown(state, c) for c in live if event_id in (None, c.event_id)]))


@connections.delete("/connections/<ident>")
def end(ident: str) -> Response:
    state: State = current_app.extensions["sandbox"]
    try:
        token = access.bearer(state, request.headers.get("Authorization"))
        return reply(ended(state, token.grant.user_id, ident.lower()))
    except Refusal as refusal:
        return reply(refusal.answer)


def ended(state: State, user_id: str, ident: str) -> Answer:
    """A tenant's id in the place of the connection's is refused, as a well-known mistake."""
    with state.lock:
        for connection in state.live_connections(user_id):
            if connection.connection_id == ident:
                connection.is_live = False
                return Answer(204)
        if ident in state.organisations:
            raise forbidden()
        return Answer(404, "")


def shown(state: State, connection: Connection) -> Json:
    organisation = state.organisations[connection.tenant_id]
    return {
        "id": connection.connection_id,
        "authEventId": connection.event_id,
        "tenantId": connection.tenant_id,
        "tenantType": organisation.type,
        "tenantName": organisation.name,
        "createdDateUtc": stamp(connection.created_at),
        "updatedDateUtc": stamp(connection.updated_at),
    }


def stamp(moment: datetime) -> str:
    """Seven decimals and no zone, as Xero writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"
