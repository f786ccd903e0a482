"""What the control pages and their JSON twins share: reading what was asked, answering in kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, jsonify, redirect, request
from werkzeug.wrappers import Response

from sandbox.xero.faults import BadFault
from sandbox.xero.records import Json, Organisation
from sandbox.xero.seeds import NORTH_AND_VALE
from sandbox.xero.settings import BadSetting
from sandbox.xero.state import State
from sandbox.xero.wire import Refusal


class Unable(Exception):
    """A control that cannot be carried out, with the reason in words."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def the_state() -> State:
    state: State = current_app.extensions["sandbox"]
    return state


def is_form() -> bool:
    return request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}


def asked() -> Json:
    """The fields of a JSON document or of a form; empty form fields count as absent."""
    if is_form():
        return {name: value for name, value in request.form.items() if value != ""}
    document: Any = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(document, dict):
        raise Unable("Send a JSON object.")
    return document


def organisation(fields: Json | None = None) -> Organisation:
    """The one named by `tenant` (id or name); otherwise North & Vale, or whichever comes first."""
    words = (fields or {}).get("tenant") or request.args.get("tenant")
    state = the_state()
    if words:
        found = state.organisation_for(str(words))
        if found is None:
            raise Unable(f"There is no organisation {words}.", 404)
        return found
    return state.organisations.get(NORTH_AND_VALE) or next(iter(state.organisations.values()))


def done(said: str, fields: Json | None = None, **payload: Any) -> Response:
    """People go back to the page; programs get JSON."""
    if not is_form():
        return jsonify({"done": said, **payload})
    tenant = (fields or {}).get("tenant", "")
    return redirect(f"/_sandbox/?{urlencode({'tenant': tenant, 'said': said})}", 303)


def explain(part: Blueprint) -> None:
    """What goes wrong in these views is answered with its reason, to people and to programs."""
    for problem in (Unable, BadFault, BadSetting, Refusal):
        part.register_error_handler(problem, unable)


def unable(problem: Exception) -> tuple[Response, int] | Response:
    reason, status = str(problem), problem.status if isinstance(problem, Unable) else 400
    if isinstance(problem, Refusal):
        reason, status = str(problem.answer.payload), problem.answer.status
    if is_form():
        return redirect(f"/_sandbox/?{urlencode({'trouble': reason})}", 303)
    return jsonify({"error": reason}), status
